import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

const ready = { connecting: 0, open: 1, closing: 2, closed: 3 } as const
const abnormal = 1006

/**
 * Stands in for a WebSocket where a proxy lets none through: one request hands messages in, another
 * waits for what there is to hear. Whatever goes wrong with a request closes it, like a WebSocket;
 * nothing is ever handed in twice, since whoever opens the next one tells the whole anew.
 */
export class RequestSocket extends EventTarget {
  binaryType = 'arraybuffer'
  readyState: number = ready.connecting
  private line = ''
  private waiting: Uint8Array[] = []
  private handing = false
  private readonly over = new AbortController()

  constructor(private readonly url: string) {
    super()
    void this.open()
  }

  /** Where lines are opened, when the WebSocket itself would be at `socketUrl`. */
  static beside(socketUrl: string): string {
    return `${socketUrl.replace(/^ws/, 'http').replace(/\/$/, '')}/lines`
  }

  send(message: Uint8Array): void {
    if (this.readyState !== ready.open) return
    this.waiting.push(message.slice())
    void this.handIn()
  }

  close(): void {
    if (this.readyState >= ready.closing) return
    if (this.line) void fetch(this.at('end'), { method: 'POST', keepalive: true }).catch(() => undefined)
    this.shut(1000, '')
  }

  private at(what: string): string {
    return `${this.url}/${this.line}/${what}`
  }

  private async open(): Promise<void> {
    const name = await this.post(this.url)
    if (!name || this.readyState !== ready.connecting) return
    this.line = new TextDecoder().decode(name)
    this.readyState = ready.open
    this.dispatchEvent(new Event('open'))
    while (this.readyState === ready.open) await this.fetch()
  }

  private async fetch(): Promise<void> {
    const heard = await this.post(this.at('fetch'))
    if (!heard) return
    for (const from = decoding.createDecoder(heard); decoding.hasContent(from); ) {
      const data = decoding.readVarUint8Array(from).slice().buffer
      this.dispatchEvent(new MessageEvent('message', { data }))
    }
  }

  private async handIn(): Promise<void> {
    if (this.handing) return
    this.handing = true
    while (this.waiting.length > 0 && this.readyState === ready.open) {
      const to = encoding.createEncoder()
      for (const message of this.waiting.splice(0)) encoding.writeVarUint8Array(to, message)
      await this.post(this.at('hand-in'), encoding.toUint8Array(to))
    }
    this.handing = false
  }

  /** The answer's bytes; undefined, and closed, when there is none. */
  private async post(url: string, body?: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      const answer = await fetch(url, { method: 'POST', body: body as BodyInit | undefined, signal: this.over.signal })
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer())
      if (answer.status === 410) this.told(await answer.text())
    } catch {
      // No contact, or closed meanwhile.
    }
    this.shut(abnormal, '')
    return undefined
  }

  // "1012 restart"
  private told(why: string): void {
    const [code, reason = ''] = why.split(' ', 2)
    this.shut(Number(code) || abnormal, reason)
  }

  private shut(code: number, reason: string): void {
    if (this.readyState === ready.closed) return
    this.readyState = ready.closed
    this.over.abort()
    this.dispatchEvent(new CloseEvent('close', { code, reason }))
  }
}
