import { expect, test } from 'vitest'
import { typedAhead } from './typed-ahead.ts'

const key = (name: string, held: object = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})

test('letters are kept in order, and Backspace takes one back', () => {
  const strokes = ['q', 'u', 'x', 'Backspace', 'a', ' ', 'é']
  expect(strokes.reduce<string>((text, name) => typedAhead(text, key(name)) ?? text, '')).toBe('qua é')
})

test('Escape ends it; keys with Ctrl, ⌘ or Alt and keys that write nothing are left alone', () => {
  expect(typedAhead('qu', key('Escape'))).toBeNull()
  for (const other of [key('k', { ctrlKey: true }), key('k', { metaKey: true }), key('F5'), key('Shift')]) {
    expect(typedAhead('qu', other)).toBeUndefined()
  }
})
