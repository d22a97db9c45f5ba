import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api'
import { currentStep, nextFor, stepsOf } from './nextStep'
import { abilities, anAnswer, aParty, aPosition, aResponse, aTally } from './testing/builders'

const met = aTally([1, 1, 1], [1, 1, 2], { met: true })
const unmet = aTally([1, 1, 1], [0, 1, 2])

// What the server says of each role; the table in internal/policy decides.
const secretariat = {
  drafting: abilities({ 'document.write': '+', 'response.freeze': '+', 'response.submit': '-wrong_state' }),
  unfinished: abilities({ 'document.write': '+', 'response.freeze': '-answers_unfinished', 'response.submit': '-wrong_state' }),
  waiting: abilities({ 'response.decide': '-rule_not_met', 'response.submit': '-not_decided', 'response.reopen': '+' }),
  deciding: abilities({ 'response.decide': '+', 'response.submit': '-not_decided', 'response.reopen': '+' }),
  sending: abilities({ 'response.decide': '-wrong_state', 'response.submit': '+', 'response.reopen': '+' }),
  suggested: abilities({ 'response.decide': '-wrong_state', 'response.submit': '-suggestions_open', 'response.reopen': '+' }),
  tooLate: abilities({ 'response.decide': '-wrong_state', 'response.submit': '-round_closed', 'response.reopen': '+' }),
}
const writer = abilities({ 'document.write': '+', 'response.set_status': '+' })
const approver = abilities({ 'response.position': '+' })

const cases: [who: string, response: Partial<Schemas['Response']>, next: string][] = [
  ['the secretariat when all answers are finished', { abilities: secretariat.drafting }, 'freeze'],
  ['the secretariat when some are not', { abilities: secretariat.unfinished, answers: [anAnswer(1), anAnswer(2, 'writing')] }, 'finish'],
  ['a writer when some are not', { abilities: writer, answers: [anAnswer(1, 'empty')] }, 'write'],
  ['a writer when all are finished', { abilities: writer, answers: [anAnswer(1), anAnswer(2, 'not_answered')] }, 'wait_freeze'],
  ['a reader while others write', { answers: [anAnswer(1, 'empty')] }, 'wait_freeze'],
  ['an approver while others write', { abilities: abilities({ 'response.position': '-wrong_state' }) }, 'wait_freeze'],

  ['an approver who has not answered', { state: 'approval', tally: unmet, abilities: approver, parties: [aParty('Lillevik', { mine: true })] }, 'position'],
  ['an approver whose text was changed', { state: 'approval', tally: unmet, abilities: approver, parties: [aParty('Lillevik', { mine: true, validity: 'stale', position: aPosition('approved') })] }, 'confirm'],
  ['an approver whose colleague has answered', { state: 'approval', tally: unmet, abilities: approver, parties: [aParty('Lillevik', { mine: true, joinable: true, validity: 'pending', position: aPosition('approved') })] }, 'join'],
  ['an approver who waits for a colleague', { state: 'approval', tally: unmet, abilities: approver, parties: [aParty('Lillevik', { mine: true, validity: 'pending', position: aPosition('approved') })] }, 'wait_positions'],
  ['an approver who has answered', { state: 'approval', tally: unmet, abilities: approver, parties: [aParty('Lillevik', { mine: true, validity: 'valid', position: aPosition('approved') })] }, 'wait_positions'],
  ['an approver after the rule was met without them', { state: 'approval', tally: met, abilities: approver, parties: [aParty('Lillevik', { mine: true })] }, 'position'],
  ['an approver after the decision', { state: 'ready', tally: met, abilities: approver, parties: [aParty('Lillevik', { mine: true })] }, 'position'],
  ['a reader when a party that is not theirs must answer', { state: 'approval', tally: unmet }, 'wait_positions'],
  ['a reader when the decision is missing', { state: 'approval', tally: met }, 'wait_decision'],

  ['the secretariat while parties are missing', { state: 'approval', tally: unmet, abilities: secretariat.waiting }, 'wait_positions'],
  ['the secretariat when somebody rejects', { state: 'approval', tally: aTally([0, 1, 1], [2, 1, 2], { rejected: 1 }), abilities: secretariat.waiting }, 'rejected'],
  ['the secretariat when the rule is met', { state: 'approval', tally: met, abilities: secretariat.deciding }, 'decide'],
  ['the secretariat when it is decided', { state: 'ready', tally: met, abilities: secretariat.sending }, 'submit'],
  ['the secretariat when the round was closed first', { state: 'ready', tally: met, abilities: secretariat.tooLate }, 'blocked'],
  ['the secretariat when a suggestion was opened again after the text was frozen', { state: 'ready', tally: met, abilities: secretariat.suggested }, 'suggestions_left'],
  ['a reader when it is decided', { state: 'ready', tally: met }, 'wait_submit'],
  ['one who answers alone and stands behind it', { state: 'approval', kind: 'separate', tally: met, abilities: secretariat.sending }, 'submit'],
  ['a reader of a separate answer that is approved', { state: 'approval', kind: 'separate', tally: met }, 'wait_submit'],

  ['anybody when it is sent', { state: 'submitted', abilities: secretariat.tooLate }, 'wait_received'],
  ['anybody when it is received', { state: 'received', abilities: approver }, 'done'],
  ['anybody when it is withdrawn', { state: 'withdrawn', abilities: secretariat.tooLate }, 'withdrawn'],
]

describe('the next thing to do', () => {
  it.each(cases)('for %s', (_who, response, next) => {
    expect(nextFor(aResponse(response))).toBe(next)
  })

  it('is the decision before one’s own position, for one who leads and approves', () => {
    const both = [...secretariat.deciding, ...approver]
    expect(nextFor(aResponse({ state: 'approval', tally: met, abilities: both, parties: [aParty('Lillevik', { mine: true })] }))).toBe('decide')
    expect(nextFor(aResponse({ state: 'approval', tally: unmet, abilities: [...secretariat.waiting, ...approver], parties: [aParty('Lillevik', { mine: true })] }))).toBe('position')
  })
})

describe('the steps', () => {
  it('have no committee for a separate answer', () => {
    expect(stepsOf(aResponse())).toContain('decision')
    expect(stepsOf(aResponse({ kind: 'separate' }))).not.toContain('decision')
  })

  it.each([
    ['draft', unmet, 'draft'],
    ['approval', unmet, 'approval'],
    ['approval', met, 'decision'],
    ['ready', met, 'submit'],
    ['submitted', met, 'received'],
    ['received', met, 'received'],
  ] as const)('stand, while %s, at the right one', (state, tally, step) => {
    expect(currentStep(aResponse({ state, tally }))).toBe(step)
  })

  it('go from approval straight to sending for a separate answer', () => {
    expect(currentStep(aResponse({ kind: 'separate', state: 'approval', tally: met }))).toBe('submit')
  })
})
