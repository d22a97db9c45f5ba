import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { anythingUnsent, forgetUnsent, keep, keepUnsentFor, mindUnsent, sent, stopKeeping, unkeep, unsentOf, type Standing, type Unsent } from './unsent'
import { textKey, useKept } from './useKept'

const one = (more: Partial<Unsent> = {}): Unsent => ({
  account: 'kari', organisation: 'agder', document: 'text-1', page: 1, responseId: 'response', answerId: 'answer', update: new Uint8Array([1, 2]), ...more,
})

describe('what is not sent', () => {
  beforeEach(() => keepUnsentFor('kari'))
  afterEach(forgetUnsent)

  it('is kept for each text and each page of it', async () => {
    for (const each of [one(), one({ page: 2 }), one({ document: 'text-2' })]) await keep(each)
    await keep(one({ update: new Uint8Array([3]) }))
    const found = (all: Unsent[]) => all.map(({ document, page, update }) => `${document} ${page} ${[...update].join()}`)
    expect(found(await unsentOf('kari'))).toEqual(['text-1 1 3', 'text-1 2 1,2', 'text-2 1 1,2'])
    expect(found(await unsentOf('kari', 'agder', 'text-2'))).toEqual(['text-2 1 1,2'])
    expect(await unsentOf('kari', 'agder', 'text')).toEqual([])
    await unkeep('kari', 'text-1', 2)
    expect(await unsentOf('kari', 'agder', 'text-1')).toHaveLength(1)
  })

  it('goes when it has been sent, unless more has been typed since', async () => {
    await keep(one())
    await keep(one({ update: new Uint8Array([1, 2, 3]) }))
    await sent(one())
    expect(await unsentOf('kari')).toHaveLength(1)
    await sent(one({ update: new Uint8Array([1, 2, 3]) }))
    expect(await unsentOf('kari')).toEqual([])
  })

  it('is nothing that another organisation finds', async () => {
    await keep(one())
    expect(await unsentOf('kari', 'sorlandet')).toEqual([])
    expect(await unsentOf('kari', 'sorlandet', 'text-1')).toEqual([])
    expect(await unsentOf('kari', 'agder', 'text-1')).toHaveLength(1)
    expect(await unsentOf('kari')).toHaveLength(1)
  })

  it('is there when the same person logs in again, and gone when another has', async () => {
    await keep(one())
    await keepUnsentFor('kari')
    expect(await unsentOf('kari')).toHaveLength(1)
    await keepUnsentFor('trine')
    expect(await unsentOf('trine')).toEqual([])
    await expect(keep(one())).rejects.toThrow()
    await keepUnsentFor('kari')
    expect(await unsentOf('kari')).toEqual([])
  })

  it('is gone after a logout, and nothing more is kept', async () => {
    await keep(one())
    await forgetUnsent()
    await expect(keep(one())).rejects.toThrow()
    expect(await unsentOf('kari')).toEqual([])
  })

  it('is gone with a logout in another tab, also what is on its way', async () => {
    const late = keep(one())
    await stopKeeping()
    await late
    expect(await unsentOf('kari')).toEqual([])
    await expect(keep(one())).rejects.toThrow()
  })
})

describe('who is about to close the tab, or to log out', () => {
  beforeEach(() => keepUnsentFor('kari'))
  afterEach(async () => {
    sessionStorage.clear()
    await forgetUnsent()
  })

  /** Whether the browser asks. */
  const asked = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))

  it('is asked about what lies in this tab alone, and of all that is not sent before a logout', async () => {
    let standing: Standing = 'sent'
    const letGo = mindUnsent(() => standing)
    expect([asked(), await anythingUnsent('kari')]).toEqual([false, false])
    standing = 'waiting'
    expect([asked(), await anythingUnsent('kari')]).toEqual([false, true])
    standing = 'tab'
    expect([asked(), await anythingUnsent('kari')]).toEqual([true, true])
    letGo()
    expect([asked(), await anythingUnsent('kari')]).toEqual([false, false])
    await keep(one())
    expect([asked(), await anythingUnsent('kari')]).toEqual([false, true])
  })

  it('is asked about suggestions of an answer that is not shown, and before a logout about comments as well', async () => {
    const begun = (key: string) => {
      const scope = effectScope()
      const { form, discard } = scope.run(() => useKept(textKey('agder', key), () => ({ update: '', why: ' ' })))!
      form.value = { update: 'AAA=', why: '' }
      scope.stop()
      return discard
    }
    const discard = begun('comment:answer-1')
    expect([asked(), await anythingUnsent('kari')]).toEqual([false, true])
    discard()
    begun('suggest:text-1')
    expect([asked(), await anythingUnsent('kari')]).toEqual([true, true])
  })

  it('is asked about what another tab says that it has', async () => {
    const other = new BroadcastChannel('samsvar-unsent')
    other.addEventListener('message', ({ data }) => data === 'anything?' && other.postMessage('here'))
    expect(await anythingUnsent('kari')).toBe(true)
    other.close()
    expect(await anythingUnsent('kari')).toBe(false)
  })

  it('is not asked by the browser once it is all forgotten', async () => {
    const letGo = mindUnsent(() => 'tab')
    await forgetUnsent()
    expect(asked()).toBe(false)
    letGo()
  })
})
