import { HocuspocusProviderWebsocket, WebSocketStatus } from '@hocuspocus/provider'
import { shallowRef } from 'vue'
import { RequestSocket } from './requestSocket'
import { readFrame } from './wire'

export interface CollabSocketOptions {
  url: string
  /**
   * Asked when the service would not let the socket in. Waits until the person is logged in, and
   * says whether that took a new login; rejects when the service cannot be reached.
   */
  checkLogin: () => Promise<boolean>
  WebSocketPolyfill?: unknown
  /** Milliseconds before the first new attempt; it grows with each. */
  delay?: number
}

const handshakeLimit = 15_000
/** So many WebSockets in a row that came to nothing, while the service answers otherwise, mean that none gets through. */
const patienceWithProxies = 2
const open = 1

/**
 * The one connection that all live documents of a page share. It emits `content` with the frame
 * when a sync message that carries content goes out.
 */
export class CollabSocket extends HocuspocusProviderWebsocket {
  /** No WebSocket gets through from here: plain requests are used, for as long as the page lives. */
  readonly detour = shallowRef(false)
  private blocked = 0
  private checking: Promise<void> | undefined
  private heard = false
  private over = false
  private patience: ReturnType<typeof setTimeout> | undefined
  private readonly checkLogin: () => Promise<boolean>
  private readonly online = () => void this.connect()
  private readonly offline = () => void this.emit('close', { event: { code: 4000, reason: 'offline' } })

  constructor({ checkLogin, delay = 1000, ...options }: CollabSocketOptions) {
    super({ ...options, delay, minDelay: delay / 2, factor: 1.5, maxDelay: 10 * delay, autoConnect: false })
    this.checkLogin = checkLogin
    this.on('open', () => this.awaitFirstWord())
    this.on('message', () => this.firstWord())
    this.on('close', () => this.cutOff())
    globalThis.addEventListener?.('online', this.online)
    globalThis.addEventListener?.('offline', this.offline)
    void this.connect()
  }

  /**
   * Sends on an open connection, and drops what cannot be sent now: the handshake of the next
   * connection carries the whole text, so a queue would only say it twice.
   */
  override send(message: Uint8Array): void {
    if (this.webSocket?.readyState !== open) return
    const frame = readFrame(message)
    if (frame?.kind === 'step2' || frame?.kind === 'update') this.emit('content', frame)
    super.send(message)
  }

  /** Nothing connects what has been left, whatever it was that was waited for. */
  override async connect() {
    if (!this.over) await super.connect()
  }

  /** Makes sure that somebody is logged in, asking once however many want to know. */
  renewLogin(): Promise<void> {
    this.checking ??= this.checkLogin()
      .then((anew) => void (anew && this.startAfresh()))
      .finally(() => (this.checking = undefined))
    return this.checking
  }

  // Who one is was decided when the connection was made.
  private startAfresh(): void {
    if (this.status === WebSocketStatus.Connected) this.webSocket?.close()
    else void this.connect()
  }

  override destroy(): void {
    this.over = true
    clearTimeout(this.patience)
    globalThis.removeEventListener?.('online', this.online)
    globalThis.removeEventListener?.('offline', this.offline)
    super.destroy()
  }

  // A connection that opens and then stays mute would otherwise be waited for without end.
  private awaitFirstWord(): void {
    this.patience = setTimeout(() => this.webSocket?.close(), handshakeLimit)
  }

  private firstWord(): void {
    this.heard = true
    this.blocked = 0
    clearTimeout(this.patience)
  }

  // A browser does not tell why an upgrade was refused, so ask whether it was the login.
  private cutOff(): void {
    clearTimeout(this.patience)
    if (!this.heard) this.renewLogin().then(() => this.suspectProxy(), () => undefined)
    this.heard = false
  }

  // The service has just answered a request, and yet no WebSocket came about.
  private suspectProxy(): void {
    if (this.detour.value || ++this.blocked < patienceWithProxies) return
    this.detour.value = true
    this.configuration.url = RequestSocket.beside(this.configuration.url)
    this.configuration.WebSocketPolyfill = RequestSocket
    void this.connect()
  }
}
