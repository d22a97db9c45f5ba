import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { forgetUnsent, keep, keepUnsentFor, sent, stopKeeping, unsentOf } from '@/lib/unsent'
import { ScriptedService } from '../testing/scriptedService'
import { settle } from '../testing/settle'
import { CollabSocket } from './collabSocket'
import { LiveDocument } from './liveDocument'

const user = { name: 'Koordinator i Lillevik', organisation: 'Lillevik kommune', colour: 'blue' } as const
const place = { account: 'kari', organisation: 'agder', responseId: 'response-1', answerId: 'answer-4' }
const noon = new Date('2022-03-01T11:00:00Z')

let service: ScriptedService
let socket: CollabSocket
let live: LiveDocument
let checkLogin: () => Promise<boolean>

beforeEach(() => {
  vi.useFakeTimers()
  void keepUnsentFor(place.account)
  service = new ScriptedService()
  checkLogin = vi.fn(async () => false)
})

afterEach(() => {
  live.destroy()
  socket.destroy()
  vi.useRealTimers()
  return forgetUnsent()
})

function openText(delay = 100, organisation = place.organisation) {
  socket = new CollabSocket({
    url: 'ws://service/collab',
    checkLogin: () => checkLogin(),
    WebSocketPolyfill: service.WebSocket,
    delay,
  })
  live = new LiveDocument('answer-4', socket, { user, place: { ...place, organisation }, now: () => noon })
  return settle()
}

const reconnect = () => settle(2_000)

function type(text: string, doc = live.doc) {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  doc.getXmlFragment('default').push([paragraph])
}

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  type(text, doc)
  return Y.encodeStateAsUpdate(doc)
}

/** Whether the tab is closed without a question. */
const leave = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))

function look() {
  return [live.state.value, live.saveState.value, live.unsaved.value]
}

describe('writing', () => {
  it('is live when the text has come, and what is typed is saved when the service says committed', async () => {
    type('Fra før.', service.doc)
    service.commits = false
    await openText()
    expect(look()).toEqual(['live', 'saving', false])
    expect(live.doc.getXmlFragment('default').toString()).toContain('Fra før.')

    type('Nytt.')
    await settle()
    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saving', true])
    expect(live.savedAt.value).toBeUndefined()

    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect(live.savedAt.value).toEqual(noon)
  })

  it('gives no time of saving when nothing was typed', async () => {
    await openText()
    expect(look()).toEqual(['live', 'saved', false])
    expect(live.savedAt.value).toBeUndefined()
  })

  it('waits for every answer, not only the first', async () => {
    await openText()
    service.commits = false
    type('a')
    type('b')
    type('c')
    await settle()
    service.answer(true, 2)
    await settle()
    expect(look()).toEqual(['live', 'saving', true])
    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('says unsaved when the service has not answered for ten seconds, and saved when it does', async () => {
    await openText()
    service.commits = false
    type('a')
    await settle(9_000)
    expect(live.saveState.value).toBe('saving')
    await settle(3_000)
    expect(live.saveState.value).toBe('unsaved')
    service.answer()
    await settle()
    expect(live.saveState.value).toBe('saved')
  })

  it('asks before the tab is closed for as long as something is unsaved', async () => {
    await openText()
    service.commits = false
    expect(leave()).toBe(true)
    type('a')
    await settle()
    expect(leave()).toBe(false)
    service.answer()
    await settle()
    expect(leave()).toBe(true)
  })
})

describe('a lost connection', () => {
  it('keeps what is typed meanwhile, once, and says saved only when step 2 is committed', async () => {
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    expect(look()).toEqual(['offline', 'offline', false])
    expect(live.writable.value).toBe(true)
    type('Uten nett.')
    expect(look()).toEqual(['offline', 'offline', true])

    service.admits = true
    service.commits = false
    service.received = []
    await reconnect()
    expect(service.received).toEqual(['step1', 'step2'])
    expect(look()).toEqual(['live', 'saving', true])
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text().match(/Uten nett\./g)).toHaveLength(1)
  })

  it('does not take the answer to a keystroke for the answer to step 2', async () => {
    await openText()
    service.commits = false
    type('Sendt, men aldri svart på.')
    await settle()
    service.cut()
    await reconnect()
    type('Etterpå.')
    await settle()
    expect(service.unanswered).toBe(2)
    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saving', true])
    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('is not fooled by what is typed in the doorway, as the provider is', async () => {
    await openText()
    service.commits = false
    service.cut()
    await settle()
    type('Uten nett.')
    socket.on('open', () => type('I døra.'))
    await reconnect()
    expect(service.unanswered).toBe(2)
    service.answer(true, 1)
    await settle()
    expect(live.provider.hasUnsyncedChanges).toBe(false)
    expect(look()).toEqual(['live', 'saving', true])
    service.answer(true, 1)
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('says nothing is saved that did not go out, though the socket has told of no end', async () => {
    await openText()
    service.commits = false
    type('Sendt.')
    await settle()
    service.close()
    type('Falt mellom.')
    await settle()
    service.answer()
    await settle(500)
    expect(look()).toEqual(['live', 'saving', true])
    expect(await unsentOf(place.account, 'agder', 'answer-4')).toHaveLength(1)
    await settle(11_000)
    expect(look()).toEqual(['live', 'unsaved', true])

    service.commits = true
    service.cut()
    await reconnect()
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text()).toContain('Falt mellom.')
  })

  it('is not saved by an answer that was owed from before the cut', async () => {
    service.commits = false
    await openText()
    service.answer()
    type('a')
    await settle()
    service.cut()
    service.commits = true
    service.admits = false
    await reconnect()
    expect(look()).toEqual(['offline', 'offline', true])
  })

  it('says at once that the machine is offline, and comes back with it', async () => {
    await openText()
    service.admits = false
    window.dispatchEvent(new Event('offline'))
    await settle()
    expect(live.state.value).toBe('offline')
    service.admits = true
    window.dispatchEvent(new Event('online'))
    await settle()
    expect(live.state.value).toBe('live')
  })

  it('opens the text again when the service closed this text alone', async () => {
    await openText()
    service.closeText()
    await settle()
    expect(live.state.value).toBe('offline')
    await reconnect()
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('starts offline when the service cannot be reached at all', async () => {
    service.admits = false
    await openText()
    expect(look()).toEqual(['offline', 'offline', false])
    expect(live.loaded.value).toBe(false)
  })
})

describe('where no WebSocket gets through', () => {
  it('uses plain requests once the service has answered otherwise, and says so', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      throw new TypeError('no line in this test')
    })
    service.admits = false
    await openText()
    await reconnect()
    expect(live.detour.value).toBe(true)
    expect(asked[0]).toBe('http://service/collab/lines')
    vi.unstubAllGlobals()
  })

  it('waits for a service that does not answer at all', async () => {
    service.admits = false
    checkLogin = vi.fn(async () => Promise.reject(new Error('no contact')))
    await openText()
    await reconnect()
    await reconnect()
    expect(live.detour.value).toBe(false)
    service.admits = true
    await reconnect()
    expect(look()).toEqual(['live', 'saved', false])
  })
})

describe('refusals', () => {
  it('shows a refusal with its reason until the whole text is accepted', async () => {
    await openText()
    service.commits = false
    type('For mye.')
    await settle()
    service.tell({ type: 'refused', reason: 'too_large' })
    service.answer(false)
    await settle()
    expect(look()).toEqual(['live', 'unsaved', true])
    expect(live.refusal.value).toBe('too_large')

    type('Mer.')
    await settle()
    service.answer()
    await settle()
    expect(live.saveState.value).toBe('unsaved')

    service.cut()
    await reconnect()
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect(live.refusal.value).toBe('')
  })

  it('offers the whole text again by itself, ever less often, until it is accepted', async () => {
    await openText()
    service.commits = false
    type('Mens databasen var borte.')
    await settle()
    service.tell({ type: 'refused', reason: 'storage' })
    service.answer(false)
    await settle()
    service.received = []
    await settle(5_000)
    expect(service.received).toEqual(['step1', 'step2'])
    service.answer(false)
    await settle(5_000)
    expect(service.unanswered).toBe(0)
    expect(look()).toEqual(['live', 'unsaved', true])
    await settle(5_000)
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('is locked at once when the text is frozen, and tells of what did not come with it', async () => {
    await openText()
    service.commits = false
    type('For sent.')
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    await settle()
    service.answer(false)
    await settle()
    expect(look()).toEqual(['frozen', 'unsaved', true])
    expect(live.writable.value).toBe(false)

    live.discard()
    expect(look()).toEqual(['frozen', 'locked', false])
  })

  it('sends what was refused once more when the text is opened again', async () => {
    await openText()
    service.commits = false
    type('For sent.')
    await settle()
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    service.answer(false)
    await settle()
    service.commits = true
    service.tell({ type: 'access', access: 'write', reason: '' })
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
  })
})

describe('rights', () => {
  it('is readonly for a reader, who has nothing unsaved', async () => {
    service.scope = 'readonly'
    await openText()
    type('Et program endrer noe.')
    await settle()
    expect(look()).toEqual(['readonly', 'saved', false])
    expect(live.writable.value).toBe(false)
  })

  it('is denied when the text is not for this person', async () => {
    service.denial = 'not_found'
    await openText()
    expect(live.state.value).toBe('denied')
    expect(live.reason.value).toBe('not_found')
  })

  it('is denied from the moment the right is taken away', async () => {
    await openText()
    service.tell({ type: 'access', access: 'none', reason: 'revoked' })
    await settle()
    expect(live.state.value).toBe('denied')
  })

  it('ignores what it does not understand', async () => {
    await openText()
    service.tell({ type: 'weather' })
    service.tell({ type: 'access', access: 'everything' })
    await settle()
    expect(live.state.value).toBe('live')
  })
})

describe('a page that is lost', () => {
  /** As a crash leaves it: nothing is said to anybody. */
  async function crash() {
    service.cut()
    live.destroy()
    socket.destroy()
    await settle()
  }

  const unsent = () => unsentOf(place.account, 'agder', 'answer-4')
  const written = (words: string) => service.text().split(words).length - 1

  /** Somebody writes without contact, and loses the page right after. */
  async function loseAfter(text: string) {
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    type(text)
    await settle(110)
    await crash()
    service.admits = true
  }

  it('finds what was unsaved when it is opened again, and saves it once', async () => {
    type('Fra før.', service.doc)
    await loseAfter('Skrevet uten nett.')
    type('Fra andre.', service.doc)
    expect(await unsent()).toMatchObject([{ ...place, document: 'answer-4' }])

    service.commits = false
    await openText()
    expect(look()).toEqual(['live', 'saving', true])
    expect(await unsent()).toHaveLength(1)
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect(['Skrevet uten nett.', 'Fra før.', 'Fra andre.'].map(written)).toEqual([1, 1, 1])
    expect(await unsent()).toEqual([])
  })

  it('keeps what is typed on top of what was found, on its own feet', async () => {
    type('Fra før.', service.doc)
    await loseAfter('Først.')
    service.commits = false
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    const paragraph = live.doc.getXmlFragment('default').get(1) as Y.XmlElement
    paragraph.insert(1, [new Y.XmlText(' Så.')])
    await settle(110)
    const [older, newer] = (await unsent()).toSorted((a, b) => a.update.length - b.update.length)
    await crash()
    await sent(older!)
    service.admits = service.commits = true
    await openText()
    expect(newer!.page).not.toBe(older!.page)
    expect(look()).toEqual(['live', 'saved', false])
    expect(written('Først. Så.')).toBe(1)
  })

  it('leaves alone what another tab has typed since', async () => {
    await loseAfter('Fra en annen fane.')
    const [before] = await unsent()
    service.commits = false
    await openText()
    await keep({ ...before!, update: Y.mergeUpdates([before!.update, updateOf('Mer.')]) })
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect((await unsent()).map(({ page }) => page)).toEqual([before!.page])
  })

  it('offers what did not come along when the text has been frozen meanwhile', async () => {
    await loseAfter('For sent.')
    service.scope = 'readonly'
    service.commits = false
    await openText()
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    service.answer(false)
    await settle()
    expect(look()).toEqual(['frozen', 'unsaved', true])
    expect(live.doc.getXmlFragment('default').toString()).toContain('For sent.')
    expect(await unsent()).toHaveLength(1)
    live.discard()
    await settle()
    expect(await unsent()).toEqual([])
  })

  it('has the words for somebody who may not see the text any more', async () => {
    await loseAfter('Mine egne ord.')
    service.denial = 'denied'
    await openText()
    expect(live.state.value).toBe('denied')
    expect(live.unsaved.value).toBe(true)
    expect(live.keptWords()).toBe('Mine egne ord.')
  })

  it('asks before the tab is closed until it is kept, and for as long as the browser keeps nothing', async () => {
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    type('a')
    expect(leave()).toBe(false)
    await settle(110)
    expect(leave()).toBe(true)
    expect(live.keeps.value).toBe(true)

    await stopKeeping()
    type('b')
    await settle(110)
    expect(live.keeps.value).toBe(false)
    expect(leave()).toBe(false)
    expect(await unsent()).toEqual([])
  })

  it('does not find again what was taken back while the text was locked', async () => {
    await openText()
    service.commits = false
    type('Satt inn.')
    await settle(150)
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    await settle(20)
    live.doc.getXmlFragment('default').delete(0, 1)
    await settle(150)
    const [kept] = await unsent()
    const found = new Y.Doc()
    Y.applyUpdate(found, kept!.update)
    expect(found.getXmlFragment('default').toString()).toBe('')
  })

  it('keeps nothing of what is saved', async () => {
    await openText()
    type('Lagret.')
    await settle(600)
    expect(live.saveState.value).toBe('saved')
    expect(await unsent()).toEqual([])
  })

  it('opens all the same when what was kept cannot be read', async () => {
    await keep({ ...place, document: 'answer-4', page: 1, update: new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]) })
    await openText()
    expect(look()).toEqual(['live', 'saved', false])
    expect(await unsent()).toEqual([])
  })

  it('opens all the same in a browser without storage, and says that nothing is kept', async () => {
    vi.stubGlobal('IDBKeyRange', undefined)
    await openText()
    expect(look()).toEqual(['live', 'saved', false])
    expect(live.keeps.value).toBe(false)
    vi.unstubAllGlobals()
  })
})

describe('a login that runs out', () => {
  it('keeps the text, asks for a login once, and goes on by itself', async () => {
    let loggedIn = () => {}
    checkLogin = vi.fn(() => new Promise<boolean>((resolve) => (loggedIn = () => resolve(true))))
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    type('Skrevet etterpå.')
    await settle(8_000)
    expect(checkLogin).toHaveBeenCalledTimes(1)
    expect(look()).toEqual(['offline', 'offline', true])

    service.admits = true
    loggedIn()
    await settle(10)
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text()).toContain('Skrevet etterpå.')
  })

  it('tells that it waits for a login when the service says so on an open connection', async () => {
    let loggedIn = () => {}
    checkLogin = vi.fn(() => new Promise<boolean>((resolve) => (loggedIn = () => resolve(true))))
    service.denial = 'login_expired'
    await openText()
    expect(live.askingForLogin.value).toBe(true)
    expect(live.state.value).toBe('offline')

    service.denial = ''
    loggedIn()
    await reconnect()
    expect(live.askingForLogin.value).toBe(false)
    expect(look()).toEqual(['live', 'saved', false])
  })

  it('connects no more when the page has been left while it was asked', async () => {
    let loggedIn = () => {}
    checkLogin = vi.fn(() => new Promise<boolean>((resolve) => (loggedIn = () => resolve(true))))
    await openText()
    service.admits = false
    service.cut()
    await settle(8_000)
    expect(checkLogin).toHaveBeenCalledTimes(1)
    live.destroy()
    socket.destroy()
    service.admits = true
    loggedIn()
    await settle(10)
    expect(socket.status).toBe('disconnected')
  })

  it('keeps what is typed in a page from before an upgrade, and asks the service for nothing', async () => {
    await openText()
    service.cut()
    service.denial = 'outdated'
    await reconnect()
    expect([live.outdated.value, live.writable.value]).toEqual(['outdated', true])
    expect(look()).toEqual(['offline', 'offline', false])
    type('fra før')
    await settle(60_000)
    expect(look()).toEqual(['offline', 'offline', true])
    expect(service.text()).not.toContain('fra før')

    service.cut()
    service.denial = ''
    await reconnect()
    expect([...look(), live.outdated.value]).toEqual(['live', 'saved', false, undefined])
    expect(service.text()).toContain('fra før')
  })

  it('names the organisation that it writes for, and sends nothing for another: that is found when one acts for the first again', async () => {
    await openText()
    expect(service.token).toBe('account:kari/agder')
    service.denial = 'acting_changed'
    service.cut()
    await reconnect()
    type('For Agder.')
    await settle(10_000)
    expect([...look(), live.outdated.value]).toEqual(['offline', 'offline', true, 'acting_changed'])
    expect(checkLogin).not.toHaveBeenCalled()
    live.destroy()
    socket.destroy()

    service.denial = ''
    await openText(100, 'sorlandet')
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text()).not.toContain('For Agder.')
    live.destroy()
    socket.destroy()

    await openText()
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text()).toContain('For Agder.')
  })

  it('does not hammer a service that lets nobody in', async () => {
    service.admits = false
    await openText(1_000)
    await settle(60_000)
    expect(vi.mocked(checkLogin).mock.calls.length).toBeLessThan(30)
  })
})

describe('presence', () => {
  it('shows oneself to the others, and leaves without taking unsaved text along', async () => {
    await openText()
    expect(live.people.value).toEqual([{ ...user, me: true }])
    live.leave()
    expect(live.people.value).toEqual([])
    live.join(user)
    expect(live.people.value).toHaveLength(1)
  })
})
