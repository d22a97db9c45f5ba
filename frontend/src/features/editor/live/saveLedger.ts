/**
 * The books on what has been saved. The service answers every sync message that carries content,
 * in the order they were sent: accepted means committed to the database. So a queue of what was
 * sent on this connection tells what each answer is about.
 *
 * After every connection the second sync step must be accepted before anything counts as saved: it
 * alone carries what was typed before, and answers from an earlier connection say nothing about it.
 * What was typed and has not gone out, since the connection was closing, is owed as well.
 */
export class SaveLedger {
  private awaiting: ('step2' | 'update')[] = []
  private caughtUp = false
  private typed = false
  private unsent = false
  private refusal = false
  private waitingFrom: number | undefined

  /** A new connection: nothing that was sent before can be trusted to have arrived. */
  connected(): void {
    this.awaiting = []
    this.caughtUp = false
    this.waitingFrom = undefined
  }

  /** Somebody has changed the text here. To be told before it is sent. */
  edited(at: number): void {
    this.typed = true
    this.unsent = true
    this.waitingFrom ??= at
  }

  sent(kind: 'step2' | 'update', at: number): void {
    this.awaiting.push(kind)
    this.unsent = false
    this.waitingFrom ??= at
  }

  /** Takes the service's answer to the oldest message. Says whether something typed became saved by it. */
  answered(accepted: boolean, at: number): boolean {
    const kind = this.awaiting.shift()
    if (!kind) return false
    this.waitingFrom = this.awaiting.length > 0 || this.unsent ? at : undefined
    if (!accepted) this.refusal = true
    else if (kind === 'step2') {
      // The whole text is in it, whatever was refused earlier as well.
      this.caughtUp = true
      this.refusal = false
    }
    const saved = this.typed && this.settled
    if (this.settled) this.typed = false
    return saved
  }

  /** The text here has been given up: nothing is owed to anybody. */
  forget(): void {
    this.typed = false
    this.unsent = false
    this.refusal = false
  }

  /** All that was sent on this connection is committed, and it was everything. */
  get settled(): boolean {
    return this.caughtUp && !this.refusal && !this.unsent && this.awaiting.length === 0
  }

  /** Something was typed that is not known to be committed. */
  get unsaved(): boolean {
    return this.typed
  }

  /** The service has said no to something, and not yes to the whole since. */
  get refused(): boolean {
    return this.refusal
  }

  /** Milliseconds that the oldest message has waited for its answer. */
  waited(at: number): number {
    return this.waitingFrom === undefined ? 0 : at - this.waitingFrom
  }
}
