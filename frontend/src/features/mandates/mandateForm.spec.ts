import { describe, expect, it } from 'vitest'
import { blankMandate, faultsOf, inputFrom, isStandIn, type MandateForm } from './mandateForm'

const here = { responseId: 'response-1', roundId: 'round-1', until: '2022-04-01' }
const form = (over: Partial<MandateForm> = {}): MandateForm => ({ ...blankMandate('2022-03-30', here), holder: 'kari k-1', ...over })

describe('a mandate', () => {
  it('is for this response and until the deadline, unless one says otherwise', () => {
    expect(blankMandate('2022-03-30', here)).toMatchObject({ begins: '2022-03-30', ends: '2022-04-01', scope: 'response' })
    expect(blankMandate('2022-04-02', here).ends).toBe('2022-05-02')
    expect(blankMandate('2022-01-31', {})).toMatchObject({ scope: 'all' })
  })

  it('to one of our own needs nothing more than a name', () => {
    expect(isStandIn(form(), 'k-1')).toBe(true)
    expect(faultsOf(form(), 'k-1')).toEqual([])
    expect(faultsOf(form({ holder: '' }), 'k-1')).toEqual(['accountId'])
    expect(faultsOf(form({ ends: '2022-03-29' }), 'k-1')).toEqual(['ends'])
  })

  it('to somebody else’s people has a reason and something it rests on', () => {
    expect(faultsOf(form({ holder: 'kari k-2' }), 'k-1')).toEqual(['reason', 'restsOn'])
    expect(faultsOf(form({ holder: 'kari k-2', reason: 'Regionrådet', restsOn: 'Avtale av 2020' }), 'k-1')).toEqual([])
  })

  it('names what it is for', () => {
    expect(inputFrom(form(), here)).toEqual({ accountId: 'kari', organisationId: 'k-1', begins: '2022-03-30', ends: '2022-04-01', responseId: 'response-1', roundId: undefined, reason: undefined, restsOn: undefined })
    expect(inputFrom(form({ scope: 'round' }), here)).toMatchObject({ responseId: undefined, roundId: 'round-1' })
    expect(inputFrom(form({ scope: 'all' }), here)).toMatchObject({ responseId: undefined, roundId: undefined })
  })
})
