import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { createMoves } from './moves.ts'
import { createRegrouping } from './regrouping.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setup(answers: (boolean | Error)[]) {
  const said: string[] = []
  let asked = 0
  const regrouping = createRegrouping({
    store: {
      regroup() {
        const answer = answers[asked++] ?? false
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
      },
    },
    clock: systemClock,
    logger: {
      info: (_about, text) => void said.push(text),
      warn: (_about, text) => void said.push(text),
      error: (_about, text) => void said.push(text),
    },
    moves: createMoves(),
  })
  return { regrouping, said, asked: () => asked }
}

test('goes on batch by batch until there is none, and says so once', async () => {
  const { said, asked } = setup([true, true, false])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked()).toBe(3)
  expect(said).toEqual(['crash groups of an older version are groups of this one now'])
})

test('where there is nothing to do nothing is said', async () => {
  const { said, asked } = setup([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked(), said]).toEqual([1, []])
})

test('what fails is tried again, and nothing is after the close', async () => {
  const { regrouping, asked } = setup([true, new Error('away'), true, true, true])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked()).toBe(2)
  await vi.advanceTimersByTimeAsync(12_100)
  expect(asked()).toBeGreaterThan(2)
  regrouping.close()
  const before = asked()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked()).toBe(before)
})
