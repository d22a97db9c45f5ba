import { createServer } from 'node:net'

/** A mail server that keeps what it takes, and takes nothing for the addresses it is told to refuse. */
export async function startMailServer(refuses = () => false) {
  const mails = []
  const sockets = new Set()
  const server = createServer((socket) => {
    let to = ''
    let body
    let rest = ''
    sockets.add(socket.setEncoding('utf8').on('error', () => {}))
    socket.on('close', () => sockets.delete(socket))
    const say = (line) => socket.write(`${line}\r\n`)
    say('220 e2e')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()
      for (const line of lines) {
        if (body && line === '.') {
          mails.push({ to, source: body.join('\n') })
          body = undefined
          say('250 taken')
        } else if (body) body.push(line)
        else if (/^EHLO/i.test(line)) say('250-e2e\r\n250 8BITMIME')
        else if (/^RCPT/i.test(line)) {
          to = /<(.*)>/.exec(line)[1]
          say(refuses(to) ? '550 nobody here' : '250 fine')
        } else if (/^DATA/i.test(line)) {
          body = []
          say('354 go on')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else say('250 fine')
      }
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    mails,
    address: `smtp://127.0.0.1:${server.address().port}`,
    stop: () => {
      sockets.forEach((socket) => socket.destroy())
      server.close()
    },
  }
}
