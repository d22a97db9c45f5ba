import { describe, expect, it } from 'vitest'
import { unreadable } from './fileFaults'

describe('why a file cannot be read', () => {
  it.each([
    [{ name: 'file', code: 'not_readable', line: 4, detail: 'field adressees not found in type consult.invitation' }, 'unknownKey', { name: 'adressees' }],
    [{ name: 'file', code: 'not_readable', line: 9, detail: 'mapping key "slug" already defined at line 1' }, 'twice', { name: 'slug' }],
    [{ name: 'file', code: 'not_readable', line: 2, detail: 'cannot unmarshal !!seq into string' }, 'wrongKind', {}],
    [{ name: 'file', code: 'not_readable', detail: 'did not find expected key' }, 'notReadable', {}],
  ])('%o', (fault, key, values) => {
    expect(unreadable(fault)).toEqual({ key, values })
  })
})
