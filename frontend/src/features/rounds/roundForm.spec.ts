import { describe, expect, it } from 'vitest'
import { blankForm, changedFields, formFrom, inputFrom, merged, slugOf } from './roundForm'

const typed = {
  ...blankForm('Departementet'),
  titleNb: ' Plan for øyhelse ', issued: '2021-09-21', deadline: '2022-04-01',
  backgroundNb: 'Første avsnitt.\nSamme avsnitt.\n\n  \nAndre avsnitt.', groupsNb: 'barn\n\neldre\n', copyTo: 'KS',
  questions: [{ nb: 'Hva?', nn: 'Kva?', optional: true, examples: true, words: '500' }],
}

describe('the form of a round', () => {
  it('makes paragraphs, groups and names of what is typed', () => {
    const input = inputFrom(typed)
    expect(input.title).toEqual({ nb: 'Plan for øyhelse' })
    expect(input.background).toEqual({ nb: ['Første avsnitt.\nSamme avsnitt.', 'Andre avsnitt.'] })
    expect(input.priorityGroups).toEqual({ nb: ['barn', 'eldre'] })
    expect(input.copyTo).toEqual(['KS'])
    expect(input.questions).toEqual([{ text: { nb: 'Hva?', nn: 'Kva?' }, optional: true, collects: 'good_examples', guidanceWords: 500 }])
    expect(input.addressees).toEqual(['all_municipalities', 'all_regional_health_authorities'])
  })

  it('names the round by its title and year', () => {
    expect(inputFrom(typed).slug).toBe('plan-for-oyhelse-2021')
    expect(slugOf('Nasjonal helse- og sykehusplan 2024 – 2027', '2021-09-21')).toBe('nasjonal-helse-og-sykehusplan-2024-2027-2021')
    expect(slugOf('ord '.repeat(60), '2021-01-01')).toMatch(/^[a-z0-9][a-z0-9-]{1,79}$/)
  })

  it('shows a round as it was typed: reading and sending changes nothing', () => {
    const input = inputFrom(typed)
    const round = {
      ...input, id: 'r', state: 'draft', kind: 'addressed', version: 3, responses: [], communities: [], abilities: [], now: '',
      deadline: '2022-04-01T23:59:59+02:00', questions: input.questions.map((question, index) => ({ ...question, id: `q${index}`, number: index + 1 })),
    }
    expect(inputFrom(formFrom(round as never))).toEqual(input)
  })

  it('keeps what both have changed, mine where it is the same field', () => {
    const mine = { ...typed, sender: 'Mitt', reference: '1' }
    const theirs = { ...typed, sender: 'Deres', sendTo: 'post@example.no' }
    expect(merged(typed, mine, theirs)).toEqual({ ...typed, sender: 'Mitt', reference: '1', sendTo: 'post@example.no' })
  })

  it('tells which fields somebody else has changed', () => {
    expect(changedFields(typed, { ...typed, sender: 'En annen', questions: [] })).toEqual(['sender', 'questions'])
    expect(changedFields(typed, structuredClone(typed))).toEqual([])
  })
})
