import { expect, test } from 'vitest'
import { termText, visible } from './term-text.ts'

test('an object reads as it would be written', () => {
  expect(
    termText({
      $: 'object',
      entries: [
        ['expected', 48211],
        ['got-it', 'x'],
        ['list', { $: 'array', items: [1, null] }],
      ],
    }),
  ).toBe('{ expected: 48211, "got-it": "x", list: [1, null] }')
})

test('a long term is cut with an ellipsis and stays one line', () => {
  const text = termText({ $: 'array', items: Array.from({ length: 500 }, (_, i) => `line\n${i}`) }, 40)
  expect(text).toHaveLength(40)
  expect(text.endsWith('…')).toBe(true)
  expect(text).not.toContain('\n')
})

test('control characters, overrides and lone surrogates become visible', () => {
  expect(visible('a\u001b[31mred')).toBe('a␛[31mred')
  expect(visible('x\u202eevil')).toBe('x‹202e›evil')
  expect(visible('\ud800')).toBe('‹d800›')
  expect(visible('é😀\n')).toBe('é😀↵')
})

test('a redacted value says so and shows nothing of itself', () => {
  expect(termText({ $: 'object', entries: [['password', { $: 'redacted', why: 'key' }]] })).toBe(
    '{ password: ▇ redacted }',
  )
})
