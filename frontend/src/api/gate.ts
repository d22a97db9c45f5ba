import { readonly, ref } from 'vue'

/**
 * The gate that calls wait at when the login has run out. A call that is answered 401 waits here
 * while the person logs in again in another tab, and is then sent once more, so that nothing that
 * was typed or pressed is lost.
 */
const channel = new BroadcastChannel('samsvar-login')
const closed = ref(false)
let waiting: (() => void)[] = []
let armed = false

export const loginLost = readonly(closed)

/** From now on a 401 means that a login has run out, not that nobody has logged in. */
export function armGate(): void {
  armed = true
}

export function gateArmed(): boolean {
  return armed
}

export function waitForLogin(): Promise<void> {
  closed.value = true
  return new Promise((resolve) => waiting.push(resolve))
}

export function openGate(): void {
  closed.value = false
  waiting.forEach((resume) => resume())
  waiting = []
}

const asked = ref<{ level: string }>()
let undecided: ((proved: boolean) => void)[] = []

/** What the person must prove in another tab before a call can go through: who they are, at a level. */
export const proofAsked = readonly(asked)

/** True when they have proved it, false when they gave up. Meanwhile the page stays as it is. */
export function askForProof(level: string): Promise<boolean> {
  asked.value = { level }
  return new Promise((resolve) => undecided.push(resolve))
}

export function settleProof(proved: boolean): void {
  asked.value = undefined
  undecided.forEach((decide) => decide(proved))
  undecided = []
}

/** Tells the other tabs that somebody has logged in. */
export function announceLogin(): void {
  channel.postMessage('logged-in')
}

export function onLoginElsewhere(listener: () => void): void {
  channel.addEventListener('message', ({ data }) => data === 'logged-in' && listener())
}

interface Here {
  account: string | undefined
}

/** Tells the other tabs which account is here now: nobody after a logout. */
export function announceWhoIsHere(account: string | undefined): void {
  channel.postMessage({ account } satisfies Here)
}

export function onWhoIsHere(listener: (account: string | undefined) => void): void {
  channel.addEventListener('message', ({ data }: MessageEvent<Here | string>) => typeof data === 'object' && listener(data.account))
}
