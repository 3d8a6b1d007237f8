import { expect, test } from 'vitest'
import { jsonLine, plainLine } from './log-line.ts'

const entry = {
  atMs: 0,
  level: 'warn',
  about: 'node:mail@localhost',
  message: 'two\nlines "quoted"',
} as const

test('an entry is one line of JSON with one field that names what it concerns', () => {
  const line = jsonLine(entry)
  expect(line.indexOf('\n')).toBe(line.length - 1)
  expect(JSON.parse(line)).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    about: 'node:mail@localhost',
    message: 'two\nlines "quoted"',
  })
})

test('a cause travels with its stack', () => {
  const cause = new RangeError('too far')
  const { error } = JSON.parse(jsonLine({ ...entry, cause }))
  expect(error).toEqual({ name: 'RangeError', message: 'too far', stack: cause.stack })
  expect(plainLine('orrery', { ...entry, message: 'failed', cause })).toBe(`orrery: failed\n${cause.stack}\n`)
})

test('what is thrown and cannot be read is said to be so', () => {
  const cause = {
    toString() {
      throw new Error('not me')
    },
  }
  expect(JSON.parse(jsonLine({ ...entry, cause })).error.name).toBe('unreadable')
})

test('a text is bounded, and a person sees no JSON', () => {
  expect(JSON.parse(jsonLine({ ...entry, message: 'x'.repeat(10_000) })).message).toHaveLength(4_097)
  expect(plainLine('orrery', { ...entry, message: 'ready' })).toBe('orrery: ready\n')
})
