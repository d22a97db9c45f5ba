import { onScopeDispose, watch } from 'vue'
import { api, call } from '@/api'
import { loginLost } from '@/api/gate'
import { now } from '@/lib/clock'
import { loggedOut } from '@/lib/unsent'
import { CollabSocket } from './collabSocket'
import { LiveDocument } from './liveDocument'
import type { Place } from './keepsake'
import type { Participant } from './presence'

interface Held {
  live: LiveDocument
  users: number
}

const held = new Map<string, Held>()
let socket: CollabSocket | undefined

/**
 * The live text with this name, for as long as the caller's scope lives. A text with something
 * unsaved is kept behind the scenes until it is saved, so that another answer can be opened in the
 * meantime; coming back finds it as it was.
 */
export function useLiveDocument(name: string, user: Participant, place: Place): LiveDocument {
  leaveOthers(place)
  const found = held.get(name) ?? { live: open(name, user, place), users: 0 }
  if (found.users === 0) found.live.join(user)
  found.users++
  held.set(name, found)
  onScopeDispose(() => release(found))
  return found.live
}

/**
 * Texts of the organisation that one acted for before, and the connection that was made as it. What is not saved in them lies in the
 * browser, and is found again when one acts for it.
 */
function leaveOthers({ account, organisation }: Place): void {
  const ofOthers = ({ live }: Held) =>
    live.place.account !== account || live.place.organisation !== organisation || (live.outdated.value === 'acting_changed' && live.keeps.value)
  if (![...held.values()].some(ofOthers)) return
  held.forEach(({ live }) => live.destroy())
  held.clear()
  socket?.destroy()
  socket = undefined
}

// The socket tells nobody that it was destroyed.
watch(loggedOut, (out) => {
  if (!out) return
  socket?.destroy()
  held.forEach(({ live }) => live.end())
}, { flush: 'sync' })

function open(name: string, user: Participant, place: Place): LiveDocument {
  socket ??= new CollabSocket({ url: collabUrl(), checkLogin })
  return new LiveDocument(name, socket, { user, place, pages: pages(), now })
}

function release(one: Held): void {
  one.users--
  if (one.users > 0) return
  one.live.leave()
  if (one.live.unsaved.value) watch(one.live.unsaved, () => closeUnused(one), { once: true })
  else closeUnused(one)
}

function closeUnused(one: Held): void {
  if (one.users > 0 || held.get(one.live.name) !== one) return
  held.delete(one.live.name)
  one.live.destroy()
  // The next answer is opened in the same turn, and uses the same socket.
  setTimeout(() => {
    if (held.size > 0) return
    socket?.destroy()
    socket = undefined
  })
}

/** The script that this page began with; its name changes with anything in the pages. */
function pages(): string | undefined {
  return document.querySelector<HTMLScriptElement>('script[src^="/assets/"]')?.src.split('/').pop()
}

function collabUrl(): string {
  return `${location.origin.replace(/^http/, 'ws')}/collab`
}

/** Any call waits for a new login when the old one has run out; see the gate of the API. */
async function checkLogin(): Promise<boolean> {
  let anew = loginLost.value
  const stop = watch(loginLost, (lost) => (anew ||= lost), { flush: 'sync' })
  await call(api.GET('/me')).finally(stop)
  return anew
}
