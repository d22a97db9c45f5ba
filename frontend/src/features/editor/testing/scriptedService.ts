import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync'
import * as Y from 'yjs'

const types = { sync: 0, awareness: 1, auth: 2, stateless: 5, close: 7, status: 8 }
const auth = { denied: 1, authenticated: 2 }

/**
 * The service's end of the socket, in the same process, speaking the real protocol. It keeps one
 * text, and answers for what it commits only when the test says so, unless `commits` is on.
 */
export class ScriptedService {
  doc = new Y.Doc()
  commits = true
  admits = true
  scope: 'read-write' | 'readonly' = 'read-write'
  denial = ''
  received: string[] = []
  /** What the newest text was asked for with. */
  token = ''
  private sockets = new Set<ScriptedSocket>()
  private owed: ((accepted: boolean) => void)[] = []

  /** To be given to the client as its WebSocket. */
  readonly WebSocket = socketFor(this)

  text(): string {
    return this.doc.getXmlFragment('default').toString()
  }

  /** Answers the oldest messages that have had none. */
  answer(accepted = true, count = this.owed.length): void {
    this.owed.splice(0, count).forEach((answer) => answer(accepted))
  }

  get unanswered(): number {
    return this.owed.length
  }

  get connections(): number {
    return [...this.sockets].filter(({ readyState }) => readyState === 1).length
  }

  cut(): void {
    this.owed = []
    this.sockets.forEach((socket) => socket.shut())
    this.sockets.clear()
  }

  /** Takes nothing more from the page, which has not been told yet that the connection ends. */
  close(): void {
    this.sockets.forEach((socket) => (socket.readyState = 2))
  }

  /** Says something to the one text on the newest connection. */
  tell(message: object): void {
    this.sockets.forEach((socket) => socket.tell(message))
  }

  closeText(): void {
    this.sockets.forEach((socket) => socket.closeText())
  }

  welcome(socket: ScriptedSocket): boolean {
    if (this.admits) this.sockets.add(socket)
    return this.admits
  }

  owe(answer: (accepted: boolean) => void): void {
    this.owed.push(answer)
    if (this.commits) this.answer()
  }
}

function socketFor(service: ScriptedService) {
  return class extends ScriptedSocket {
    constructor() {
      super(service)
    }
  }
}

class ScriptedSocket extends EventTarget {
  binaryType = 'arraybuffer'
  readyState = 0
  private name = ''

  constructor(private readonly service: ScriptedService) {
    super()
    queueMicrotask(() => {
      if (this.readyState !== 0) return
      if (!service.welcome(this)) return this.shut()
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
    })
  }

  send(bytes: Uint8Array): void {
    const copy = bytes.slice()
    queueMicrotask(() => this.readyState === 1 && this.receive(copy))
  }

  close(): void {
    this.shut()
  }

  shut(): void {
    if (this.readyState === 3) return
    this.readyState = 3
    queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' })))
  }

  tell(message: object): void {
    this.reply(types.stateless, (to) => encoding.writeVarString(to, JSON.stringify(message)))
  }

  closeText(): void {
    this.reply(types.close, (to) => encoding.writeVarString(to, 'closed'))
  }

  private receive(bytes: Uint8Array): void {
    const from = decoding.createDecoder(bytes)
    this.name = decoding.readVarString(from)
    const type = decoding.readVarUint(from)
    if (type === types.auth) return this.admit(from)
    if (type === types.close) this.service.received.push('close')
    if (type !== types.sync || this.service.denial) return
    const kind = (['step1', 'step2', 'update'] as const)[from.arr[from.pos]!]!
    this.service.received.push(kind)
    const answer = encoding.createEncoder()
    readSyncMessage(from, answer, this.service.doc, this)
    if (kind !== 'step1') return this.service.owe((accepted) => this.status(accepted))
    this.reply(types.sync, (to) => encoding.writeUint8Array(to, encoding.toUint8Array(answer)))
    this.reply(types.sync, (to) => writeSyncStep1(to, this.service.doc))
  }

  private admit(from: decoding.Decoder): void {
    decoding.readVarUint(from)
    this.service.token = decoding.readVarString(from)
    const { denial, scope } = this.service
    this.reply(types.auth, (to) => {
      encoding.writeVarUint(to, denial ? auth.denied : auth.authenticated)
      encoding.writeVarString(to, denial || scope)
    })
  }

  private status(accepted: boolean): void {
    this.reply(types.status, (to) => encoding.writeVarInt(to, accepted ? 1 : 0))
  }

  private reply(type: number, write: (to: encoding.Encoder) => void): void {
    const to = encoding.createEncoder()
    encoding.writeVarString(to, this.name)
    encoding.writeVarUint(to, type)
    write(to)
    const data = encoding.toUint8Array(to)
    const event = Object.assign(new Event('message'), { data: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) })
    queueMicrotask(() => this.readyState !== 3 && this.dispatchEvent(event))
  }
}
