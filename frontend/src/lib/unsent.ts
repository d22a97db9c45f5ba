import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { ref } from 'vue'
import { textsBegun } from './useKept'

/**
 * What is typed and not sent yet lies in this browser, so that it outlives the tab, the browser and a power cut. It is
 * kept for one person at a time: whoever logs in takes what others left away, and a logout takes everything.
 */
export interface Unsent {
  account: string
  /** Whom it was typed for: nobody sends it for another, and it is offered again when one acts for them. */
  organisation: string
  document: string
  /** The page that typed it, by its number in the live text: two pages never write over each other. */
  page: number
  responseId: string
  answerId: string
  /** The live text's own words for what is missing from it. */
  update: Uint8Array
}
type Key = [account: string, document: string, page: number]

interface Shelves extends DBSchema {
  unsent: { key: Key; value: Unsent }
}

/** A browser whose storage has not answered by then is taken not to have any. */
const patience = 3_000
const everything = '\uffff'

/** Whether the person who was here has logged out: the page may live on for a moment, and is to send nothing any more. */
export const loggedOut = ref(false)

let opening: Promise<IDBPDatabase<Shelves>> | undefined
let keeper: string | undefined
const mine = new Map<string, Key>()

const keyOf = ({ account, document, page }: Unsent): Key => [account, document, page]

/** Keeps it, in the place of what this page kept before. Resolves when it is on the disk. */
export async function keep(one: Unsent): Promise<void> {
  if (one.account !== keeper) throw new Error('somebody else is logged in')
  mine.set(keyOf(one).join(), keyOf(one))
  await inStore('readwrite', (store) => store.put(one))
}

/** All that this person has not sent from this browser, or for one organisation, or of one text alone. */
export async function unsentOf(account: string, organisation?: string, document?: string): Promise<Unsent[]> {
  const range = () => IDBKeyRange.bound([account, document ?? ''], [account, document ?? everything, Infinity])
  const all = await inTime(inStore('readonly', (store) => store.getAll(range())))
  return organisation === undefined ? all : all.filter((one) => isOf(organisation, one))
}

// Pages from before the organisation was named have kept what is anybody's whom that person acts for.
const isOf = (organisation: string, one: Partial<Unsent>) => (one.organisation ?? organisation) === organisation

/** It has been sent. What its page has typed after that stays. */
export function sent(one: Unsent): Promise<void> {
  return inStore('readwrite', async (store) => {
    const now = await store.get(keyOf(one))
    if (now && sameBytes(now.update, one.update)) await store.delete(keyOf(one))
  })
}

/** Takes away what this page has kept of a text. */
export function unkeep(account: string, document: string, page: number): Promise<void> {
  return inStore('readwrite', (store) => store.delete([account, document, page]))
}

/** From now on this is who is here: nobody else's is kept, and what is there of others goes. */
export async function keepUnsentFor(account: string): Promise<void> {
  keeper = account
  loggedOut.value = false
  await inStore('readwrite', async (store) => {
    const others = (await store.getAllKeys()).filter(([owner]) => owner !== account)
    await Promise.all(others.map((key) => store.delete(key)))
  })
}

/** A logout: nothing stays, and this page keeps no more. */
export async function forgetUnsent(): Promise<void> {
  keeper = undefined
  loggedOut.value = true
  await inTime(inStore('readwrite', (store) => store.clear()))
}

/** Somebody has logged out, or in as another, in another tab: this page keeps no more, and takes its own away. */
export async function stopKeeping(): Promise<void> {
  keeper = undefined
  await inStore('readwrite', (store) => Promise.all([...mine.values()].map((key) => store.delete(key))))
}

/** How it stands with something on this page: sent, waiting in this browser, or nowhere but in this tab. */
export type Standing = 'sent' | 'waiting' | 'tab'

const standings = new Set<() => Standing>()
const tabs = new BroadcastChannel('samsvar-unsent')
/** Another tab has answered by then, unless the browser has put it to sleep. */
const briefly = 300

/** Has whoever is about to close the tab, or to log out, asked about this, until it is taken back. */
export function mindUnsent(standing: () => Standing): () => void {
  standings.add(standing)
  return () => void standings.delete(standing)
}

/** Whether something that was typed in this browser has not been sent: here, in another tab, or before. */
export async function anythingUnsent(account: string): Promise<boolean> {
  if (unsentHere()) return true
  const [before, elsewhere] = await Promise.all([unsentOf(account).catch(() => []), unsentElsewhere()])
  return before.length > 0 || elsewhere
}

function unsentHere(): boolean {
  return standingNow().some((standing) => standing !== 'sent') || textsBegun()
}

// Each is asked, for they put away what was typed this moment.
function standingNow(): Standing[] {
  return loggedOut.value ? [] : [...standings].map((standing) => standing())
}

function unsentElsewhere(): Promise<boolean> {
  return new Promise((resolve) => {
    const hear = ({ data }: MessageEvent) => data === 'here' && done(true)
    const timer = setTimeout(() => done(false), briefly)
    function done(found: boolean) {
      clearTimeout(timer)
      tabs.removeEventListener('message', hear)
      resolve(found)
    }
    tabs.addEventListener('message', hear)
    tabs.postMessage('anything?')
  })
}

tabs.addEventListener('message', ({ data }: MessageEvent) => {
  if (data === 'anything?' && unsentHere()) tabs.postMessage('here')
})

// Whoever has logged out has been asked.
globalThis.addEventListener?.('beforeunload', (event) => {
  if (standingNow().includes('tab') || (!loggedOut.value && textsBegun('suggest'))) event.preventDefault()
})

type Mode = 'readonly' | 'readwrite'

// Transactions are done in the order in which they are asked for: what is kept and then taken away is away.
async function inStore<M extends Mode, T>(mode: M, act: (store: ReturnType<typeof storeOf<M>>['store']) => Promise<T>): Promise<T> {
  const { store, done } = storeOf(await database(), mode)
  const [result] = await Promise.all([act(store), done])
  return result
}

function storeOf<M extends Mode>(db: IDBPDatabase<Shelves>, mode: M) {
  return db.transaction('unsent', mode, { durability: 'strict' })
}

function database(): Promise<IDBPDatabase<Shelves>> {
  return (opening ??= open().catch((error: unknown) => {
    opening = undefined
    throw error
  }))
}

async function open() {
  return openDB<Shelves>('samsvar', 1, {
    upgrade: (db) => void db.createObjectStore('unsent', { keyPath: ['account', 'document', 'page'] }),
    terminated: () => (opening = undefined),
  })
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('no answer')), patience)))
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
