import { HocuspocusProvider, WebSocketStatus, type onStatelessParameters } from '@hocuspocus/provider'
import { computed, effectScope, shallowReactive, shallowRef, watch, type EffectScope } from 'vue'
import * as Y from 'yjs'
import { mindUnsent } from '@/lib/unsent'
import type { CollabSocket } from './collabSocket'
import { Keepsake, type Place } from './keepsake'
import { whoIsHere, type Participant, type Present } from './presence'
import { SaveLedger } from './saveLedger'
import { readFrame, type Frame } from './wire'

/**
 * connecting: on the way to the service. live: the text follows everybody's changes and can be
 * written. readonly, frozen: it follows, but cannot be written. offline: no contact. denied: not
 * for this person, or gone.
 */
export type LiveState = 'connecting' | 'live' | 'offline' | 'readonly' | 'frozen' | 'denied'

/**
 * saved: all that was typed here is committed by the service. saving: on its way. unsaved: refused,
 * or waiting for too long. offline: no contact. locked: frozen for approval, and nothing is unsaved.
 */
export type SaveState = 'saved' | 'saving' | 'unsaved' | 'offline' | 'locked'

type Access = 'write' | 'read' | 'none'

/** What the service says when it lets go of somebody whose login has run out. */
const loginExpired = 'login_expired'
/**
 * What it says to pages that must be loaded again. outdated: it is from before an upgrade, and its editor may not know all that a
 * text can hold. acting_changed: it is of one organisation, and the person acts for another by now.
 */
const reasonsToLoad = ['outdated', 'acting_changed'] as const
export type Outdated = (typeof reasonsToLoad)[number]
const tooLong = 10_000
const reattachDelays = { first: 1_000, longest: 10_000 }
const retryDelays = { first: 3_000, longest: 30_000 }

export interface LiveDocumentOptions {
  user: Participant
  place: Place
  /** Which build of the pages this is, when that is known. */
  pages?: string
  /** The clock that tells when something was saved. */
  now?: () => Date
}

/** One text that several people write at once, and the truth about what of it is saved. */
export class LiveDocument {
  readonly doc = new Y.Doc()
  readonly provider: HocuspocusProvider
  readonly people = shallowRef<Present[]>([])
  readonly place: Place

  private readonly ledger = new SaveLedger()
  private readonly keepsake: Keepsake
  private readonly scope: EffectScope = effectScope(true)
  private readonly now: () => Date
  private readonly letGo: () => void
  private readonly pulse: ReturnType<typeof setInterval>
  private reattaching: ReturnType<typeof setTimeout> | undefined
  private reattachDelay = reattachDelays.first
  private retryDelay = retryDelays.first
  private retryAt = Infinity
  private readonly facts = shallowReactive({
    connected: false,
    synced: false,
    loaded: false,
    failed: false,
    ended: false,
    askingForLogin: false,
    outdated: undefined as Outdated | undefined,
    access: undefined as Access | undefined,
    reason: '',
    refusal: '',
    settled: false,
    unsaved: false,
    refused: false,
    slow: false,
    savedAt: undefined as Date | undefined,
  })

  constructor(
    readonly name: string,
    private readonly socket: CollabSocket,
    options: LiveDocumentOptions,
  ) {
    this.now = options.now ?? (() => new Date())
    // Whose text this is: another who has logged in in this browser meanwhile must not send it, nor the same person for others.
    this.place = options.place
    const token = `account:${this.place.account}/${this.place.organisation}` + (options.pages ? ` pages:${options.pages}` : '')
    // Before the provider, which sends an edit when it hears of it: one that it could not send is then known not to have gone out.
    this.doc.on('update', (_update: Uint8Array, origin: unknown) => this.changed(origin))
    this.provider = new HocuspocusProvider({ name, document: this.doc, websocketProvider: socket, token })
    this.keepsake = new Keepsake(name, this.doc, this.place)
    this.listen()
    this.scope.run(() => {
      watch(this.unsaved, (unsaved) => !unsaved && this.keepsake.saved(), { flush: 'sync' })
    })
    this.letGo = mindUnsent(() => (!this.unsaved.value ? 'sent' : this.keepsake.state.value === 'kept' ? 'waiting' : 'tab'))
    this.pulse = setInterval(() => this.beat(), 1_000)
    this.join(options.user)
    void this.start()
  }

  // Nobody writes, and the service hears nothing, before what lies here has been put back.
  private async start(): Promise<void> {
    const found = await this.keepsake.restore()
    if (!this.scope.active) return
    if (found) {
      this.ledger.edited(Date.now())
      this.publish()
    }
    this.provider.attach()
  }

  readonly state = this.derived((): LiveState => {
    const { access, connected, synced, loaded, failed, reason } = this.facts
    if (access === 'none') return 'denied'
    if (!connected) return loaded || failed ? 'offline' : 'connecting'
    if (!synced || !access) return 'connecting'
    if (access === 'write') return 'live'
    return reason === 'frozen' ? 'frozen' : 'readonly'
  })

  readonly saveState = this.derived((): SaveState => {
    const { access, reason, connected, unsaved, refused, slow, settled } = this.facts
    if (access === 'read' && reason === 'frozen' && !unsaved) return 'locked'
    if (!connected) return 'offline'
    if (refused || slow) return 'unsaved'
    if (access === 'read' || access === 'none') return unsaved ? 'unsaved' : 'saved'
    return settled && !unsaved ? 'saved' : 'saving'
  })

  /** The text has been fetched at least once, so it may be shown. */
  readonly loaded = this.derived(() => this.facts.loaded)
  /** Whether this person may change the text. Stays so without contact, when the changes are kept here, until they log out. */
  readonly writable = this.derived(() => this.facts.loaded && this.facts.access === 'write' && !this.facts.ended)
  /** Something typed here is not known to be committed. */
  readonly unsaved = this.derived(() => this.facts.unsaved)
  /** Whether what is not sent would be found again in this browser; false when the browser keeps nothing. */
  readonly keeps = this.derived(() => this.keepsake.state.value !== 'refused')
  /** When something typed here was last committed. */
  readonly savedAt = this.derived(() => this.facts.savedAt)
  /** Why it cannot be written or read, by the service's code; empty when it can. */
  readonly reason = this.derived(() => (this.facts.access === 'write' ? '' : this.facts.reason))
  /** Why the service refused something that was typed, by its code; empty when it did not. */
  readonly refusal = this.derived(() => (this.facts.refused ? this.facts.refusal || 'unknown' : ''))
  /** Whether the text comes by plain requests, since nothing better gets through from here. */
  readonly detour = this.derived(() => this.socket.detour.value)
  /** The login has run out, and the person has been asked to log in again. */
  readonly askingForLogin = this.derived(() => this.facts.askingForLogin)

  /** The person has logged out, here or in another tab. */
  readonly ended = this.derived(() => this.facts.ended)

  /** Why nothing is fetched or sent before the page is loaded again: the portal was renewed, or the person acts for others. */
  readonly outdated = this.derived(() => this.facts.outdated)

  /** Shows the person to the others. */
  join(user: Participant): void {
    this.provider.awareness?.setLocalState({ user })
  }

  /** Takes the person out of the others' sight, while the text is still being saved. */
  leave(): void {
    this.provider.awareness?.setLocalState(null)
  }

  /** What was found in this browser, in words, for who is not shown the text. */
  keptWords(): string {
    return this.keepsake.words()
  }

  /** The person has logged out: nothing is fetched, sent or typed here any more, and there is no way back. */
  end(): void {
    this.facts.ended = true
    this.disconnected()
  }

  /** Gives up what is not saved. */
  discard(): void {
    this.ledger.forget()
    this.publish()
  }

  destroy(): void {
    clearInterval(this.pulse)
    clearTimeout(this.reattaching)
    this.socket.off('content', this.onContent)
    this.letGo()
    this.keepsake.destroy()
    this.scope.stop()
    this.provider.destroy()
    this.doc.destroy()
  }

  private derived<T>(get: () => T) {
    return this.scope.run(() => computed(get))!
  }

  private listen(): void {
    const { provider } = this
    this.socket.on('content', this.onContent)
    provider.on('open', () => this.connected())
    provider.on('close', () => this.cutOff())
    provider.on('disconnect', () => this.disconnected())
    provider.on('authenticated', ({ scope }: { scope: string }) => this.admitted(scope))
    provider.on('authenticationFailed', ({ reason }: { reason: string }) => this.rejected(reason))
    provider.on('message', ({ event }: { event: MessageEvent<ArrayBuffer> }) => this.heard(event.data))
    provider.on('stateless', ({ payload }: onStatelessParameters) => this.told(payload))
    provider.awareness?.on('change', () => this.showPeople())
  }

  private readonly onContent = (frame: Frame): void => {
    if (frame.document !== this.name || (frame.kind !== 'step2' && frame.kind !== 'update')) return
    this.ledger.sent(frame.kind, Date.now())
    this.publish()
  }

  private connected(): void {
    this.ledger.connected()
    Object.assign(this.facts, { connected: true, synced: false })
    this.publish()
  }

  private disconnected(): void {
    this.ledger.connected()
    Object.assign(this.facts, { connected: false, synced: false, failed: true })
    this.publish()
  }

  // The service can close this text alone, on a connection that goes on for the others.
  private cutOff(): void {
    this.disconnected()
    if (this.socket.status === WebSocketStatus.Connected) this.reattachSoon()
  }

  private admitted(scope: string): void {
    Object.assign(this.facts, { askingForLogin: false, outdated: undefined })
    this.reattachDelay = reattachDelays.first
    if (scope === 'readonly') this.allowed('read', this.facts.access === 'read' ? this.facts.reason : '')
    else this.allowed('write', '')
  }

  private rejected(reason: string): void {
    const outdated = reasonsToLoad.find((one) => one === reason)
    if (outdated) return this.left(outdated)
    if (reason !== loginExpired) return this.allowed('none', reason)
    this.facts.askingForLogin = true
    this.disconnected()
    const again = () => this.reattachSoon()
    this.socket.renewLogin().then(again, again)
  }

  private left(why: Outdated): void {
    this.facts.outdated = why
    this.disconnected()
  }

  private synced(): void {
    Object.assign(this.facts, { synced: true, loaded: true })
    this.keepsake.loaded()
  }

  private heard(data: ArrayBuffer): void {
    const frame = readFrame(new Uint8Array(data))
    // The provider's own `synced` is told once, not once for each connection. It applies the frame after this.
    if (frame?.kind === 'step2') queueMicrotask(() => this.synced())
    if (frame?.kind !== 'accepted' && frame?.kind !== 'refused') return
    if (this.ledger.answered(frame.kind === 'accepted', Date.now())) this.facts.savedAt = this.now()
    if (!this.ledger.refused) this.retryDelay = retryDelays.first
    else if (frame.kind === 'refused') this.retryLater()
    this.publish()
  }

  // What stood in the way may have gone: the database is back, or something was cut from a text too long.
  private retryLater(): void {
    this.retryAt = Date.now() + this.retryDelay
    this.retryDelay = Math.min(2 * this.retryDelay, retryDelays.longest)
  }

  private beat(): void {
    this.publish()
    if (!this.ledger.refused || this.state.value !== 'live' || Date.now() < this.retryAt) return
    this.retryAt = Infinity
    this.provider.startSync()
  }

  private told(payload: string): void {
    const message = parse(payload)
    if (message.type === 'refused') this.facts.refusal = message.reason ?? ''
    if (message.type !== 'access') return
    if (message.access === 'write' || message.access === 'read' || message.access === 'none') {
      this.allowed(message.access, message.reason ?? '')
    }
  }

  private allowed(access: Access, reason: string): void {
    const regained = access === 'write' && this.facts.access === 'read' && this.facts.synced
    Object.assign(this.facts, { access, reason })
    // What was refused while the text was locked goes with the whole once more.
    if (regained && this.ledger.unsaved) this.provider.startSync()
    this.publish()
  }

  private changed(origin: unknown): void {
    if (origin === this.provider || origin === this.keepsake) return
    // What is taken back while the text is locked must not be found again as it was typed.
    if (this.facts.access === 'write' || this.ledger.unsaved) this.edited()
  }

  private edited(): void {
    this.ledger.edited(Date.now())
    this.publish()
    this.keepsake.unsaved()
  }

  private reattachSoon(): void {
    clearTimeout(this.reattaching)
    this.reattaching = setTimeout(() => {
      this.provider.detach()
      this.provider.attach()
    }, this.reattachDelay)
    this.reattachDelay = Math.min(2 * this.reattachDelay, reattachDelays.longest)
  }

  private showPeople(): void {
    const { awareness } = this.provider
    const here = whoIsHere(awareness!.getStates(), this.doc.clientID)
    if (JSON.stringify(here) !== JSON.stringify(this.people.value)) this.people.value = here
  }

  private publish(): void {
    const { settled, unsaved, refused } = this.ledger
    const slow = this.ledger.waited(Date.now()) > tooLong
    Object.assign(this.facts, { settled, unsaved, refused, slow })
  }
}

interface Told {
  type?: string
  access?: string
  reason?: string
}

function parse(payload: string): Told {
  try {
    return (JSON.parse(payload) as Told | null) ?? {}
  } catch {
    return {}
  }
}
