import { beforeEach, describe, expect, it } from 'vitest'
import { keepOnlyFor, useKept } from './useKept'

describe('useKept', () => {
  beforeEach(() => sessionStorage.clear())

  it('brings back what was typed', () => {
    const first = useKept('form', () => ({ text: '', rows: [] as string[] }))
    expect(first.restored).toBe(false)
    first.form.value.text = 'halvferdig'
    first.form.value.rows.push('en')
    const second = useKept('form', () => ({ text: '', rows: [] as string[] }))
    expect(second.restored).toBe(true)
    expect(second.form.value).toEqual({ text: 'halvferdig', rows: ['en'] })
  })

  it('forgets it when it was sent, and keeps nothing after that', () => {
    const { form, discard } = useKept('form', () => ({ text: '' }))
    form.value.text = 'sendt'
    discard()
    form.value.text = 'etterpå'
    expect(useKept('form', () => ({ text: '' })).form.value.text).toBe('')
  })

  it('is there for the same person after a new login, and for nobody else', () => {
    keepOnlyFor('kari')
    useKept('form', () => ({ text: '' })).form.value.text = 'kladd'
    keepOnlyFor('kari')
    expect(useKept('form', () => ({ text: '' })).form.value.text).toBe('kladd')
    keepOnlyFor('trine')
    expect(useKept('form', () => ({ text: '' })).form.value.text).toBe('')
  })

  it('starts afresh when what is stored cannot be read', () => {
    sessionStorage.setItem('kept:form', '{')
    expect(useKept('form', () => ({ text: 'ny' })).form.value.text).toBe('ny')
  })
})
