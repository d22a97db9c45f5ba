// People who write with the real provider. Reads one JSON request a line, answers with one JSON line, in order.
// Argument: the folder with node_modules.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import path from 'node:path'

const require = createRequire(pathToFileURL(path.resolve(process.argv[2], 'package.json')))
const Y = require('yjs')
const WebSocket = require('ws')
const { HocuspocusProvider, HocuspocusProviderWebsocket } = require('@hocuspocus/provider')

const people = new Map()
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))
const until = async (what, holds) => {
  for (const end = Date.now() + 15000; !holds(); await sleep(2)) {
    if (Date.now() > end) throw new Error(`did not come about: ${what()}`)
  }
}

/** One browser tab: a socket, and one text on it. Keeps the books that a page must keep. */
class Person {
  constructor ({ url, origin, account, document, patience = 30000 }) {
    const headers = { Origin: origin, Cookie: `account=${account}` }
    const WebSocketPolyfill = class extends WebSocket {
      constructor (address) {
        super(address, { headers })
        this.on('error', () => {}) // a browser's would not throw either
      }
    }
    Object.assign(this, { sent: 0, answered: 0, refused: 0, told: [], caughtUp: false, awaiting: [], failure: '', connections: 0 })
    this.doc = new Y.Doc()
    this.socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill, delay: 20, minDelay: 10, maxDelay: 50, messageReconnectTimeout: patience })
    const send = this.socket.send.bind(this.socket)
    this.socket.send = message => { this.sends(message); send(message) }
    this.provider = new HocuspocusProvider({ name: document, document: this.doc, websocketProvider: this.socket })
    this.provider.on('open', () => { this.awaiting = []; this.caughtUp = false; this.connections++ })
    this.provider.on('message', ({ event }) => this.hears(new Uint8Array(event.data)))
    this.provider.on('stateless', ({ payload }) => this.told.push(JSON.parse(payload)))
    this.provider.on('authenticationFailed', ({ reason }) => { this.failure = reason })
    this.provider.attach()
  }

  // A message is the name, of less than 128 bytes, then the type and what is in it.
  sends (message) {
    if (this.socket.webSocket?.readyState !== WebSocket.OPEN) return
    const [type, step] = message.subarray(message[0] + 1)
    if (type === 0 && step > 0) { this.awaiting.push(step); this.sent++ }
  }

  hears (message) {
    const [type, saved] = message.subarray(message[0] + 1)
    if (type !== 8) return
    const step = this.awaiting.shift()
    if (step === undefined) throw new Error('an answer that nobody waits for')
    this.answered++
    if (!saved) this.refused++
    else if (step === 1) this.caughtUp = true
  }

  get settled () {
    return this.socket.status === 'connected' && this.caughtUp && this.awaiting.length === 0
  }

  get text () { return this.doc.getXmlFragment('default') }

  edit (random) {
    const { text } = this
    const at = n => Math.floor(random() * n)
    if (text.length === 0 || random() < 0.1) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText('')])
      return text.insert(at(text.length + 1), [paragraph])
    }
    if (text.length > 3 && random() < 0.05) return text.delete(at(text.length), 1)
    const words = text.get(at(text.length)).get(0)
    // No editor cuts through a surrogate pair; yjs replicas would differ after that.
    const letters = words.toDelta().map(({ insert }) => insert).join('')
    const whole = index => (/^[\udc00-\udfff]/.test(letters.slice(index)) ? index + 1 : index)
    const place = whole(at(letters.length + 1))
    if (random() < 0.6) return words.insert(place, ['sykehus', 'kommune', 'ø', '🏥', ' '][at(5)])
    const length = whole(Math.min(letters.length, place + 1 + at(5))) - place
    if (length === 0) return
    if (random() < 0.5) words.delete(place, length)
    else words.format(place, length, { bold: random() < 0.5 ? {} : null })
  }

  // A socket that is being closed would ignore connect, and stay closed.
  online () {
    this.socket.shouldConnect = true
    this.socket.connect()
  }

  close () {
    this.provider.destroy()
    this.socket.destroy()
  }
}

/** mulberry32 */
const randomness = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const operations = {
  open ({ person, ...where }) { people.set(person, new Person(where)) },
  close ({ person }) { people.get(person).close(); people.delete(person) },
  cut ({ person }) { people.get(person).socket.webSocket?.terminate() },
  offline ({ person }) { people.get(person).socket.disconnect() },
  online ({ person }) { people.get(person).online() },

  type ({ person, text }) {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(text)])
    people.get(person).text.push([paragraph])
  },

  /** Waits until all that the person has done is known to be saved. */
  async settle ({ person }) {
    const p = people.get(person)
    await until(() => `settled: ${person} ${p.socket.status} ${p.caughtUp} ${p.awaiting}`, () => p.settled)
    return { sent: p.sent, answered: p.answered, refused: p.refused }
  },

  see ({ person }) {
    const p = people.get(person)
    return {
      text: p.text.toString(),
      update: Buffer.from(Y.encodeStateAsUpdate(p.doc)).toString('base64'),
      told: p.told,
      failure: p.failure,
      connections: p.connections,
      others: [...p.provider.awareness.getStates()].filter(([id]) => id !== p.doc.clientID).map(([, state]) => state),
      own: p.provider.awareness.getLocalState(),
    }
  },

  async alike ({ persons }) {
    const text = person => people.get(person).text.toString()
    await until(() => `alike: ${persons.map(text).join('\n')}`, () => persons.every(person => text(person) === text(persons[0])))
  },

  show ({ person, field, value }) { people.get(person).provider.setAwarenessField(field, value) },
  hide ({ person }) { people.get(person).provider.awareness.setLocalState(null) },

  /** Shows the caret after the first character, as the editor does. */
  point ({ person }) {
    const p = people.get(person)
    const anchor = Y.createRelativePositionFromTypeIndex(p.text.get(0).get(0), 1)
    p.provider.setAwarenessField('cursor', { anchor, head: anchor })
  },

  /** Everybody edits, and now and then loses the connection or works without one. */
  async wander ({ persons, seed, steps }) {
    const random = randomness(seed)
    for (let step = 0; step < steps; step++) {
      const p = people.get(persons[Math.floor(random() * persons.length)])
      const chance = random()
      if (chance < 0.04) p.socket.webSocket?.terminate()
      else if (chance < 0.08) p.socket.disconnect()
      else if (chance < 0.16) p.online()
      else p.edit(random)
      if (random() < 0.3) await sleep(random() * 4)
    }
    for (const person of persons) people.get(person).online()
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...fields } = JSON.parse(line)
  let answer
  try {
    answer = { result: (await operations[op](fields)) ?? null }
  } catch (error) {
    answer = { error: error.stack }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
for (const person of people.values()) person.close()
process.exit(0)
