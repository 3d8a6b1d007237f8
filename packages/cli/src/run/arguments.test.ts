import { expect, test } from 'vitest'
import { readRunArguments } from './arguments.ts'
import { createBackoff } from './backoff.ts'

test('what stands behind -- is the command, whole', () => {
  expect(
    readRunArguments(['--restart', 'never', '--', 'node', '--x', 'app/main.mjs', '--name', 'y']),
  ).toEqual({
    name: 'main.mjs',
    restart: 'never',
    isBound: false,
    command: 'node',
    args: ['--x', 'app/main.mjs', '--name', 'y'],
  })
  expect(readRunArguments(['--help'])).toBeNull()
})

test.each([
  ['no command', ['--name', 'x'], /needs a command after --/],
  ['a restart nobody knows', ['--restart', 'maybe', '--', 'node'], /never, on-kill, on-failure, not maybe/],
  ['an option nobody knows', ['--loud', '--', 'node'], /loud/],
  ['a word before --', ['node', '--', 'node'], /node/],
])('%s is refused', (_what, argv, why) => {
  expect(() => readRunArguments(argv)).toThrow(why)
})

test('starts are further and further apart, until a life has lasted', () => {
  const backoff = createBackoff()
  const waits = Array.from({ length: 8 }, () => backoff.next(10))
  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
  expect(backoff.next(30_000)).toBe(200)
})
