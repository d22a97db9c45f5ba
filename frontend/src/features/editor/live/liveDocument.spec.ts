import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { ScriptedService } from '../testing/scriptedService'
import { CollabSocket } from './collabSocket'
import { LiveDocument } from './liveDocument'

const user = { name: 'Koordinator i Lillevik', organisation: 'Lillevik kommune', colour: 'blue' } as const
const noon = new Date('2022-03-01T11:00:00Z')

let service: ScriptedService
let socket: CollabSocket
let live: LiveDocument
let checkLogin: () => Promise<boolean>

beforeEach(() => {
  vi.useFakeTimers()
  sessionStorage.clear()
  service = new ScriptedService()
  checkLogin = vi.fn(async () => false)
})

afterEach(() => {
  live.destroy()
  socket.destroy()
  vi.useRealTimers()
})

function openText(delay = 100) {
  socket = new CollabSocket({
    url: 'ws://service/collab',
    checkLogin: () => checkLogin(),
    WebSocketPolyfill: service.WebSocket,
    delay,
  })
  live = new LiveDocument('answer-4', socket, { user, now: () => noon })
  return settle()
}

/** Lets everything that is on its way arrive. */
const settle = (milliseconds = 1) => vi.advanceTimersByTimeAsync(milliseconds)
const reconnect = () => settle(2_000)

function type(text: string, doc = live.doc) {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  doc.getXmlFragment('default').push([paragraph])
}

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
    const leave = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
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
    expect(live.detour.value).toBe(false)
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

  it('finds what was unsaved when it is opened again, and saves it once', async () => {
    type('Fra før.', service.doc)
    await openText()
    service.admits = false
    service.cut()
    await settle(20)
    type('Skrevet uten nett.')
    await settle(600)
    await crash()
    type('Fra andre.', service.doc)

    service.admits = true
    service.commits = false
    await openText()
    expect(look()).toEqual(['live', 'saving', true])
    service.answer()
    await settle()
    expect(look()).toEqual(['live', 'saved', false])
    expect(service.text().match(/Skrevet uten nett\./g)).toHaveLength(1)
    expect(service.text().match(/Fra før\./g)).toHaveLength(1)
    expect(sessionStorage).toHaveLength(0)
  })

  it('keeps nothing of what is saved', async () => {
    await openText()
    type('Lagret.')
    await settle(600)
    expect(live.saveState.value).toBe('saved')
    expect(sessionStorage).toHaveLength(0)
  })

  it('opens all the same when what was kept cannot be read', async () => {
    sessionStorage.setItem('kept:text:answer-4', 'AAECAwQFBgc=')
    await openText()
    expect(look()).toEqual(['live', 'saved', false])
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
