import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import type { LiveDocument, LiveState, SaveState } from '../live/liveDocument'
import SaveLine from './SaveLine.vue'

function line(saveState: SaveState, more: { state?: LiveState; unsaved?: boolean; writable?: boolean; refusal?: string; reason?: string; savedAt?: Date; loaded?: boolean; askingForLogin?: boolean; ended?: boolean; outdated?: string; detour?: boolean; keeps?: boolean } = {}) {
  const { state = 'live', unsaved = false, writable = true, refusal = '', reason = '', savedAt, loaded = true, askingForLogin = false, ended = false, outdated = '', detour = false, keeps = true } = more
  const live = {
    saveState: ref(saveState), state: ref(state), unsaved: ref(unsaved), writable: ref(writable), refusal: ref(refusal),
    reason: ref(reason), savedAt: ref(savedAt), loaded: ref(loaded), askingForLogin: ref(askingForLogin), ended: ref(ended), outdated: ref(outdated), detour: ref(detour), keeps: ref(keeps),
  }
  const wrapper = mount(SaveLine, { props: { live: live as unknown as LiveDocument } })
  return { wrapper, live, says: () => wrapper.findAll('p').map((p) => p.text()).join(' ') }
}

describe('the line on saving', () => {
  const halfPastTwo = new Date('2022-03-01T13:02:00Z')

  it.each([
    ['saved', { savedAt: halfPastTwo }, 'Lagret 14.02'],
    ['saved', {}, 'Lagret'],
    ['saved', { state: 'readonly', writable: false, reason: 'role' }, 'Du kan lese, ikke skrive Rollen din er å lese.'],
    ['saving', { unsaved: true }, 'Sender …'],
    ['saving', { state: 'connecting' }, 'Kobler til igjen …'],
    ['offline', { state: 'connecting', loaded: false }, 'Henter teksten …'],
    ['offline', { state: 'offline', loaded: false }, 'Får ikke kontakt. Vi prøver igjen'],
    ['offline', { state: 'offline', askingForLogin: true }, 'Du er logget ut. Alt er lagret'],
    ['unsaved', { unsaved: true, writable: false, state: 'frozen' }, 'Ikke lagret: noe kom ikke med'],
    ['locked', { state: 'frozen', writable: false }, 'Låst for godkjenning'],
  ] as const)('%s %o: %s', (saveState, more, text) => {
    expect(line(saveState, more).says()).toBe(text)
  })

  it('says what is kept and what to do when the text is not saved', () => {
    expect(line('offline', { state: 'offline' }).says()).toMatch(/^Frakoblet. Alt til nå er lagret.*blir tatt vare på i denne nettleseren/s)
    expect(line('offline', { state: 'offline', unsaved: true }).says()).toMatch(/^Ikke sendt: du er frakoblet.*ligger i denne nettleseren/s)
    expect(line('offline', { state: 'offline', unsaved: true, loaded: false }).says()).toMatch(/^Får ikke kontakt.*ikke sendt ennå/s)
    expect(line('unsaved', { unsaved: true }).says()).toMatch(/^Ikke lagret ennå: tjenesten svarer ikke.*ligger i denne nettleseren/s)
    expect(line('offline', { state: 'offline', unsaved: true, askingForLogin: true }).says()).toMatch(/^Ikke lagret: du er logget ut.*Logg inn/s)
    expect(line('offline', { state: 'offline', unsaved: true, ended: true }).says()).toMatch(/^Ikke lagret: du er logget ut.*Kopier/s)
    expect(line('unsaved', { unsaved: true, refusal: 'too_large' }).says()).toMatch(/ikke tatt imot.*for langt/s)
    expect(line('saved', { detour: true }).says()).toMatch(/Lagret.*direkte forbindelse/s)
    expect(line('unsaved', { unsaved: true, refusal: 'never_heard_of' }).says()).toMatch(/ikke tatt imot.*Kopier/s)
  })

  it('promises nothing where the browser keeps nothing', () => {
    for (const more of [{ unsaved: true }, {}]) {
      const says = line('offline', { state: 'offline', keeps: false, ...more }).says()
      expect(says).toMatch(/kan ikke ta vare på/)
      expect(says).not.toMatch(/ligger i denne nettleseren/)
    }
  })

  it('lets "saving" linger, so that it does not flicker, and never says "saved" early', async () => {
    vi.useFakeTimers()
    const { live, says } = line('saving', { unsaved: true })
    live.saveState.value = 'saved'
    live.unsaved.value = false
    live.savedAt.value = halfPastTwo
    await nextTick()
    expect(says()).toBe('Sender …')
    vi.advanceTimersByTime(800)
    await nextTick()
    expect(says()).toBe('Lagret 14.02')
    live.saveState.value = 'offline'
    await nextTick()
    expect(says()).toMatch(/^Frakoblet/)
    vi.useRealTimers()
  })
})
