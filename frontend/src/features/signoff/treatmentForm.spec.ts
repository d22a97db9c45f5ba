import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api'
import { faultsOf, formOf, inputFrom, type TreatmentForm } from './treatmentForm'

const version = (number: number): Schemas['Freeze'] => ({ id: `freeze-${number}`, number, hash: '', frozenAt: '', frozenBy: '' })
const response = { versions: [version(1), version(2)] } as unknown as Schemas['Response']
const filled = (over: Partial<TreatmentForm> = {}): TreatmentForm => ({
  ...formOf(response), level: 'political', body: ' Formannskapet ', metOn: '2022-03-15', outcome: 'endorsed', ...over,
})

describe('a treatment', () => {
  it('is of the newest version, unless one says otherwise', () => {
    expect(formOf(response).freezeId).toBe('freeze-2')
  })

  it('that is corrected begins from what was recorded', () => {
    const wrong = { id: 't', freezeNumber: 1, level: 'delegated', body: 'Kommunedirektøren', caseNumber: '22/1', metOn: '2022-03-01', outcome: 'noted', decision: 'Sett.', votes: { for: 3, against: 0, abstained: 1 } } as Schemas['Treatment']
    expect(inputFrom(formOf(response, wrong), wrong.id)).toEqual({
      freezeId: 'freeze-1', level: 'delegated', body: 'Kommunedirektøren', caseNumber: '22/1', metOn: '2022-03-01', outcome: 'noted', decision: 'Sett.', corrects: 't', votes: { for: 3, against: 0, abstained: 1 },
    })
  })

  it.each([
    [{}, []],
    [{ body: ' ' }, ['body']],
    [{ for: '7', against: '2' }, []],
    [{ for: '7' }, ['votes']],
    [{ abstained: '1' }, ['votes']],
    [{ for: '7', against: '-2' }, ['votes']],
  ] as [Partial<TreatmentForm>, string[]][])('with %o lacks %o', (over, faults) => {
    expect(faultsOf(filled(over))).toEqual(faults)
  })

  it('without votes sends none', () => {
    expect(inputFrom(filled())).toMatchObject({ body: 'Formannskapet', votes: undefined, corrects: undefined })
  })
})
