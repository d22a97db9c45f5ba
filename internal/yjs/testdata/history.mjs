// Random editing by several people at once, some of them behind: seeded, so that every run of a seed is the same.

const random = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const words = ['helse', 'kommune ', 'ø', 'samarbeid og plan ', 'a', 'b', ' ', '测试', 'e\u0301', 'x'.repeat(40)]
const emoji = ['🙂', '👩‍⚕️ ']
const marks = [{ bold: {} }, { bold: null }, { italic: {} }, { italic: null }, { link: { href: 'https://example.org/' } }, { link: null },
  { link: { href: 'https://example.org/2', b: 1, a: [1, { z: null }] } }]
const blocks = ['paragraph', 'heading', 'bulletList', 'listItem', 'table', 'tableRow', 'tableCell', 'hardBreak']
const values = [1, 2, 3, null, 'left', 'ø"<&\u2028', true, 1.5, -7, 1e21, 1e-7, [100, null], { b: 1, a: 'x' }, undefined, 12345678901]

// history lets people edit and returns the updates in an order in which a server might see them, doubles included,
// and the documents of the people after everybody has heard of everything. A lossy server loses some of what it is sent,
// which the others hear of all the same; at each connection it is offered what it does not hold.
export const history = (Y, { seed, steps, people, astral, lossy }) => {
  const next = random(seed)
  const vocabulary = astral ? [...words, ...emoji] : words
  const int = n => Math.floor(next() * n)
  const pick = list => list[int(list.length)]

  const newElement = depth => {
    const el = new Y.XmlElement(pick(blocks))
    if (int(2)) el.setAttribute(pick(['level', 'start', 'colspan']), pick(values))
    const children = []
    for (let i = int(3); i >= 0; i--) {
      if (depth < 3 && int(3) === 0) {
        children.push(newElement(depth + 1))
      } else {
        const text = new Y.XmlText()
        text.applyDelta([{ insert: pick(vocabulary), attributes: int(3) ? {} : { bold: {} } }, { insert: pick(vocabulary) }])
        children.push(text)
      }
    }
    el.insert(0, children)
    return el
  }

  const pickType = root => {
    let type = root
    while (type.length > 0 && int(5)) {
      const child = type.get(int(type.length))
      if (child instanceof Y.XmlText) return child
      type = child
    }
    return type
  }

  const editText = text => {
    const at = int(text.length + 1)
    const length = int(Math.min(8, text.length - at) + 1)
    const choice = int(10)
    if (choice < 5) text.insert(at, pick(vocabulary), int(4) ? undefined : pick(marks))
    else if (choice < 8) text.delete(at, length)
    else text.format(at, length, pick(marks))
  }

  const editElement = el => {
    const choice = int(10)
    if (choice < 4) el.insert(int(el.length + 1), [newElement(0)])
    else if (choice < 6 && el.length > 0) el.delete(int(el.length), 1)
    else if (choice < 7 && el.length > 0) { // a move: deleted here, put back there
      const from = int(el.length)
      const copy = el.get(from).clone()
      el.delete(from, 1)
      el.insert(int(el.length + 1), [copy])
    } else if (el instanceof Y.XmlElement) {
      const name = pick(['level', 'start', 'colspan'])
      if (int(4)) el.setAttribute(name, pick(values))
      else el.removeAttribute(name)
    }
  }

  const log = [] // { from, update }
  const docs = []
  const server = new Y.Doc()
  const received = []
  const receive = update => {
    received.push(update)
    Y.applyUpdate(server, update)
  }
  const send = (from, update) => {
    log.push({ from, update })
    if (lossy && int(3)) receive(update)
  }
  const connect = ({ doc }) => receive(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(server)))
  for (let i = 0; i < people; i++) {
    const doc = new Y.Doc()
    doc.clientID = 1 + int(2 ** 32 - 1)
    const person = { doc, heard: 0, undo: new Y.UndoManager(doc.getXmlFragment('default'), { captureTimeout: 0 }) }
    // What is heard from others is not passed on, but what yjs tidies up afterwards is.
    doc.on('update', (update, origin) => { if (origin !== 'heard') send(person, update) })
    docs.push(person)
  }
  const hear = (person, upTo) => {
    const news = log.slice(person.heard, upTo).filter(entry => entry.from !== person)
    person.heard = upTo
    if (int(4) === 0) news.reverse()
    news.forEach(entry => Y.applyUpdate(person.doc, entry.update, 'heard'))
  }

  for (let i = 0; i < steps; i++) {
    const person = pick(docs)
    const root = person.doc.getXmlFragment('default')
    const choice = int(20)
    if (choice < 3) hear(person, person.heard + int(log.length - person.heard + 1))
    else if (choice === 3) person.undo.undo()
    else if (choice === 4) person.undo.redo()
    else if (choice === 5 && lossy) connect(person)
    else if (choice === 5) log.push({ from: person, update: Y.encodeStateAsUpdate(person.doc) }) // as after a reconnect
    else {
      person.doc.transact(() => {
        for (let n = int(3); n >= 0; n--) {
          const type = pickType(root)
          if (type instanceof Y.XmlText) editText(type)
          else editElement(type)
        }
      })
    }
  }
  while (docs.some(person => person.heard < log.length)) docs.forEach(person => hear(person, log.length))

  if (lossy) {
    docs.forEach(connect)
    return { updates: received, docs: docs.map(person => person.doc) }
  }
  const updates = log.map(entry => entry.update)
  if (int(2)) { // delivered out of order, some twice
    const order = updates.flatMap((update, i) => (int(10) ? [0] : [0, 1]).map(() => [i + next() * pick([1, 5, 50]), update]))
    order.sort((a, b) => a[0] - b[0])
    return { updates: order.map(entry => entry[1]), docs: docs.map(person => person.doc) }
  }
  return { updates, docs: docs.map(person => person.doc) }
}
