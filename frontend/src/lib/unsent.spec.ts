import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forgetUnsent, keep, keepUnsentFor, sent, stopKeeping, unkeep, unsentOf, type Unsent } from './unsent'

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
