import { describe, expect, it } from 'vitest'
import { isKey, keyOf } from './keys.ts'

const press = (key: string, held: Partial<Parameters<typeof keyOf>[0]> = {}) =>
  keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

describe('keys', () => {
  it('a printed character is itself, whatever Shift it took', () => {
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('L', { shiftKey: true })).toBe('L')
    expect(press('l')).toBe('l')
  })

  it('Space and named keys carry their modifiers', () => {
    expect(press(' ')).toBe('Space')
    expect(press(' ', { shiftKey: true })).toBe('shift+Space')
    expect(press('Escape')).toBe('Escape')
    expect(press('.', { ctrlKey: true })).toBe('ctrl+.')
  })

  it('`mod` is Ctrl and ⌘', () => {
    expect(isKey(press('k', { ctrlKey: true }), 'mod+k')).toBe(true)
    expect(isKey(press('K', { metaKey: true }), 'mod+k')).toBe(true)
    expect(isKey(press('k'), 'mod+k')).toBe(false)
  })
})
