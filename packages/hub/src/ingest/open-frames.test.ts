import { expect, test } from 'vitest'
import { createOpenFrames } from './open-frames.ts'

test('[WIRE-44] all is durable up to the first frame that still waits, life by life', () => {
  const frames = createOpenFrames()
  expect(frames.durable('a', 9)).toBe(9)
  frames.hold({ life: 'a', seq: 5 })
  frames.hold({ life: 'a', seq: 7 })
  frames.hold({ life: 'a', seq: 7 })
  expect(frames.durable('a', 9)).toBe(4)
  expect(frames.durable('b', 3)).toBe(3)
  frames.free({ life: 'a', seq: 5 })
  expect(frames.durable('a', 9)).toBe(6)
  frames.free({ life: 'a', seq: 7 })
  expect(frames.durable('a', 9)).toBe(6)
  frames.free({ life: 'a', seq: 7 })
  expect(frames.durable('a', 9)).toBe(9)
})
