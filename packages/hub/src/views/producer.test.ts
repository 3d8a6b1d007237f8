import { apply, type Delta } from '@orrery/live/views'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import type { Urgency } from '../moves.ts'
import { createBeat } from './beat.ts'
import { createProducer, type Recipe, type Watcher } from './producer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Picture {
  n: number
  rows: Record<string, number>
}

function setup(options: { make?: () => unknown } = {}) {
  let picture: Picture = { n: 0, rows: {} }
  let made = 0
  let move: (urgency: Urgency) => void = () => undefined
  const stopped = vi.fn()
  const recipe: Recipe = {
    make() {
      made++
      return options.make ? options.make() : picture
    },
    structureMs: 50,
    lifecycleMs: 100,
    numbersMs: 250,
    start(listener) {
      move = listener
      return stopped
    },
  }
  const producer = createProducer(recipe, systemClock, createBeat(systemClock))
  return {
    producer,
    stopped,
    made: () => made,
    move: (urgency: Urgency, n: number) => {
      picture = { n, rows: { ...picture.rows, [`row-${n}`]: n } }
      move(urgency)
    },
    picture: () => picture,
  }
}

function watcher() {
  const held = {
    value: undefined as unknown,
    snapshots: 0,
    deltas: 0,
    skips: 0,
    errors: [] as string[],
    isReady: true,
  }
  const face: Watcher = {
    isReady: () => held.isReady,
    skipped: () => void held.skips++,
    snapshot(value) {
      held.value = value
      held.snapshots++
    },
    delta(delta: Delta) {
      held.value = apply(held.value, delta)
      held.deltas++
    },
    failed: (code) => void held.errors.push(code),
  }
  return { held, face }
}

describe('a view', () => {
  test('is made once for all, however many look', async () => {
    const { producer, made, move, picture } = setup()
    const watchers = Array.from({ length: 10 }, watcher)
    for (const { face } of watchers) producer.watch(face)
    await vi.advanceTimersByTimeAsync(0)
    move('structure', 1)
    await vi.advanceTimersByTimeAsync(60)
    expect(made()).toBe(2)
    for (const { held } of watchers) {
      expect(held).toMatchObject({ value: picture(), snapshots: 1, deltas: 1 })
    }
  })

  test('moves at once for what is waited for, four times a second for numbers', async () => {
    const { producer, made, move } = setup()
    producer.watch(watcher().face)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made()).toBe(1)
    for (let n = 0; n < 100; n++) {
      move('numbers', n)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(made()).toBeLessThanOrEqual(6)
    await vi.advanceTimersByTimeAsync(1_000)
    const before = made()
    move('structure', 1_000)
    await vi.advanceTimersByTimeAsync(1)
    expect(made()).toBe(before + 1)
  })

  test('is made twenty times a second while things go on moving', async () => {
    const { producer, made, move } = setup()
    producer.watch(watcher().face)
    await vi.advanceTimersByTimeAsync(100)
    const before = made()
    for (let n = 0; n < 200; n++) {
      move('structure', n)
      await vi.advanceTimersByTimeAsync(5)
    }
    expect(made() - before).toBeGreaterThanOrEqual(19)
    expect(made() - before).toBeLessThanOrEqual(21)
  })

  test('is made ten times a second while processes come and go, and at once when more happens than that', async () => {
    const { producer, made, move } = setup()
    producer.watch(watcher().face)
    await vi.advanceTimersByTimeAsync(200)
    const before = made()
    for (let n = 0; n < 200; n++) {
      move('lifecycle', n)
      move('numbers', n)
      await vi.advanceTimersByTimeAsync(5)
    }
    expect(made() - before).toBeGreaterThanOrEqual(9)
    expect(made() - before).toBeLessThanOrEqual(11)
    const calm = made()
    move('structure', 1_000)
    move('lifecycle', 1_001)
    await vi.advanceTimersByTimeAsync(50)
    expect(made()).toBe(calm + 1)
  })

  test('is made in one turn with the others that move with it', async () => {
    const beat = createBeat(systemClock)
    const turns: number[] = []
    const moves: ((urgency: Urgency) => void)[] = []
    for (const structureMs of [50, 50, 100]) {
      createProducer(
        {
          make: () => void turns.push(performance.now()),
          structureMs,
          lifecycleMs: structureMs,
          numbersMs: 250,
          start(move) {
            moves.push(move)
            return () => undefined
          },
        },
        systemClock,
        beat,
      )
    }
    for (let n = 0; n < 200; n++) {
      for (const move of moves) move('structure')
      await vi.advanceTimersByTimeAsync(5)
    }
    expect(new Set(turns.slice(3)).size).toBeLessThanOrEqual(21)
    expect(turns.length).toBeGreaterThanOrEqual(19 + 19 + 9)
  })

  test('skips a watcher that takes nothing, which then gets one delta over all it missed', async () => {
    const { producer, move, picture } = setup()
    const slow = watcher()
    const quick = watcher()
    producer.watch(slow.face)
    producer.watch(quick.face)
    await vi.advanceTimersByTimeAsync(0)
    slow.held.isReady = false
    for (let n = 1; n <= 5; n++) {
      move('structure', n)
      await vi.advanceTimersByTimeAsync(60)
    }
    expect(quick.held).toMatchObject({ deltas: 5, value: picture() })
    expect(slow.held).toMatchObject({ deltas: 0, skips: 5 })
    slow.held.isReady = true
    producer.catchUp(slow.face)
    expect(slow.held).toMatchObject({ deltas: 1, value: picture() })
  })

  test('that cannot be made says why, and comes back when it can', async () => {
    let isBroken = true
    const { producer, move } = setup({
      make: () => {
        if (isBroken) throw Object.assign(new Error('no such node'), { code: 'node.unknown' })
        return { ok: true }
      },
    })
    const one = watcher()
    producer.watch(one.face)
    await vi.advanceTimersByTimeAsync(0)
    expect(one.held.errors).toEqual(['node.unknown'])
    const late = watcher()
    producer.watch(late.face)
    expect(late.held.errors).toEqual(['node.unknown'])
    isBroken = false
    move('structure', 1)
    await vi.advanceTimersByTimeAsync(60)
    expect(one.held).toMatchObject({ value: { ok: true }, snapshots: 1 })
  })

  test('that goes on failing says so once, and to a watcher that takes nothing when it takes again', async () => {
    let failure: string | null = 'the database does not answer'
    const { producer, move } = setup({
      make: () => {
        if (failure !== null) throw new Error(failure)
        return { ok: true }
      },
    })
    const quick = watcher()
    const slow = watcher()
    producer.watch(quick.face)
    producer.watch(slow.face)
    slow.held.isReady = false
    for (let n = 0; n < 50; n++) {
      move('structure', n)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(quick.held.errors).toEqual(['view.failed'])
    expect(slow.held.errors).toEqual([])
    slow.held.isReady = true
    producer.catchUp(slow.face)
    expect(slow.held.errors).toEqual(['view.failed'])
    failure = null
    move('structure', 50)
    await vi.advanceTimersByTimeAsync(100)
    for (const { held } of [quick, slow]) expect(held).toMatchObject({ value: { ok: true }, snapshots: 1 })
  })

  test('that comes back as it was is sent whole, so that nobody goes on showing the failure', async () => {
    let isBroken = false
    const { producer, move } = setup({
      make: () => {
        if (isBroken) throw new Error('for a moment')
        return { ok: true }
      },
    })
    const one = watcher()
    producer.watch(one.face)
    await vi.advanceTimersByTimeAsync(0)
    for (const isBrokenNow of [true, false]) {
      isBroken = isBrokenNow
      move('structure', 1)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(one.held).toMatchObject({ errors: ['view.failed'], snapshots: 2, deltas: 0 })
  })

  test('is never made twice at once, and is made again for what moved meanwhile', async () => {
    let finish: (value: unknown) => void = () => undefined
    const { producer, made, move } = setup({
      make: () =>
        new Promise((resolve) => {
          finish = resolve
        }),
    })
    producer.watch(watcher().face)
    await vi.advanceTimersByTimeAsync(0)
    move('structure', 1)
    move('structure', 2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made()).toBe(1)
    finish({ n: 1 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(made()).toBe(2)
  })

  test('listens to nothing once it is stopped', async () => {
    const { producer, made, move, stopped } = setup()
    await vi.advanceTimersByTimeAsync(0)
    producer.stop()
    move('structure', 1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made()).toBe(1)
    expect(stopped).toHaveBeenCalledOnce()
  })
})
