import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api'
import { changedSinceSeen, movedBetween } from './changed'
import { blankForm, faultsOf, formFrom, inputFrom, shownIn, type PositionForm } from './positionForm'

const answer = (number: number, hash?: string, changed = false): Schemas['AnswerText'] => ({
  answerId: `a-${number}`, number, hash, changed, status: 'ready', language: 'nb', content: {},
  question: { id: `q-${number}`, number, text: {}, optional: false, guidanceWords: 0 },
})
const freeze = { id: 'freeze-2', number: 2, hash: 'sha256:x', frozenAt: '', frozenBy: '' }
const text = (over: Partial<Schemas['ResponseText']> = {}): Schemas['ResponseText'] => ({
  frozen: true, freeze, answers: [answer(1, 'h1'), answer(2, 'h2')], remarks: [], ...over,
})
const form = (over: Partial<PositionForm>): PositionForm => ({ ...blankForm(), ...over })
const shown = shownIn(text())!

describe('a position', () => {
  it('is bound to the very text that is shown', () => {
    expect(shown).toEqual({ freezeId: 'freeze-2', answerHashes: { 'a-1': 'h1', 'a-2': 'h2' }, seenRemarks: {} })
    expect(shownIn(text({ frozen: false, freeze: undefined }))).toBeUndefined()
  })

  it.each([
    [{}, ['kind']],
    [{ kind: 'approved' }, []],
    [{ kind: 'rejected', reason: '  ' }, ['reason']],
    [{ kind: 'rejected', reason: 'Fordi' }, []],
    [{ kind: 'stands_outside' }, []],
    [{ kind: 'approved_with_remark', remarks: [{ answerId: '', quote: '', text: ' ' }] }, ['remarks']],
    [{ kind: 'approved_with_remark', remarks: [{ answerId: '', quote: '', text: '' }, { answerId: 'a-1', quote: '', text: 'Merk' }] }, []],
  ] as [Partial<PositionForm>, string[]][])('of %o lacks %o', (over, faults) => {
    expect(faultsOf(form(over))).toEqual(faults)
  })

  it('sends the remarks that were written, about the whole or about one answer', () => {
    const remarks = [{ answerId: '', quote: '', text: ' Om alt ' }, { answerId: 'a-2', quote: '', text: 'Om to' }, { answerId: 'a-1', quote: '', text: '' }]
    expect(inputFrom(form({ kind: 'approved_with_remark', reason: 'gammel', remarks }), shown)).toEqual({
      ...shown, kind: 'approved_with_remark', reason: undefined, remarks: [{ answerId: undefined, text: 'Om alt' }, { answerId: 'a-2', text: 'Om to' }],
    })
  })

  it('leaves out what was typed for another choice', () => {
    const typed = { reason: 'Fordi', remarks: [{ answerId: '', quote: '', text: 'Merk' }] }
    expect(inputFrom(form({ kind: 'approved', ...typed }), shown)).toEqual({ ...shown, kind: 'approved', reason: undefined, remarks: undefined })
    expect(inputFrom(form({ kind: 'rejected', ...typed }), shown)).toMatchObject({ reason: 'Fordi', remarks: undefined })
  })

  it('on another text than was treated says whether that is covered, and why', () => {
    const coverage = { covers: 'no', reason: ' Vedtaket gjaldt ikke svar 4. ' } as const
    expect(faultsOf(form({ kind: 'approved' }), true)).toEqual(['coverage'])
    expect(faultsOf(form({ kind: 'approved', coverage: { covers: 'yes', reason: ' ' } }), true)).toEqual(['coverage'])
    expect(faultsOf(form({ kind: 'stands_outside' }), true)).toEqual([])
    expect(faultsOf(form({ kind: 'approved', coverage }), true)).toEqual([])
    expect(inputFrom(form({ kind: 'approved', coverage }), shown).coverage).toEqual({ covers: false, reason: 'Vedtaket gjaldt ikke svar 4.' })
    expect(inputFrom(form({ kind: 'rejected', reason: 'x', coverage }), shown).coverage).toBeUndefined()
  })

  it('begins from what the party said last, with its own remarks and nobody else’s', () => {
    const party = {
      organisation: { id: 'k', kind: 'municipality', name: 'Lillevik' }, side: 'municipal', validity: 'stale', staleAnswers: [], treatments: [], mine: true, speaks: true, joinable: false,
      position: { id: 'p', kind: 'approved_with_remark', recordedAt: '', by: { name: '', organisation: '' }, freezeNumber: 1, late: false },
    } as const
    const remark = (author: string) => ({ id: author, authors: [author], mine: author === 'Lillevik', answerId: 'a-1', text: `Fra ${author}`, recordedAt: '' })
    expect(formFrom({ ...party, staleAnswers: [], treatments: [] }, [remark('Storvik'), remark('Lillevik')])).toEqual({
      kind: 'approved_with_remark', reason: '', coverage: { covers: '', reason: '' }, remarks: [{ id: 'Lillevik', answerId: 'a-1', quote: '', text: 'Fra Lillevik' }],
    })
  })
})

describe('what changed', () => {
  const answers = [answer(1, 'h1'), answer(2, 'h2', true)]

  it('is what differs from the text our party took a position on', () => {
    expect(changedSinceSeen(text({ answers, seenFreezeNumber: 1 })).map(({ number }) => number)).toEqual([2])
  })

  it('is nothing for a party that has taken no position', () => {
    expect(changedSinceSeen(text({ answers }))).toEqual([])
  })

  it('is found between the text on the page and a newer one', () => {
    expect(movedBetween(text(), text({ answers: [answer(1, 'h1'), answer(2, 'new')] }))).toEqual([2])
    expect(movedBetween(text(), text())).toEqual([])
  })
})
