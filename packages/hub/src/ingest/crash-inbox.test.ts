import type { CrashReport, Outcome } from '@orrery/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createCounters } from '../counters.ts'
import { silentLogger } from '../logger.ts'
import { crashReport } from '../store/fixture.ts'
import { createCrashInbox } from './crash-inbox.ts'
import { createOpenFrames } from './open-frames.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const outcome: Outcome = {
  kind: 'restarted',
  newPid: '<0.2.0>',
  backAfterMs: 4,
  firstHandledAfterMs: null,
  crashedAgain: false,
  escalatedTo: null,
}
const frame = (seq: number) => ({ life: 'mail@a 1', seq })

function setup(options: { maxReports?: number } = {}) {
  const batches: CrashReport[][] = []
  const amended: [string, unknown][] = []
  const acked: [string, string[]][] = []
  const room: string[][] = []
  const poison = new Set<string>()
  const unwanted = new Set<string>()
  let isAway = false
  let hold: Promise<void> | null = null
  const counters = createCounters()
  const frames = createOpenFrames()
  const inbox = createCrashInbox({
    clock: systemClock,
    logger: silentLogger,
    counters,
    frames,
    stored: (node, ids) => void acked.push([node, ids]),
    room: (nodes) => void room.push(nodes),
    store: {
      ready: () => !isAway,
      async saveCrashes(reports) {
        await hold
        if (isAway || reports.some(({ id }) => poison.has(id))) throw new Error('refused')
        batches.push([...reports])
        return reports.map(({ id }) => id).filter((id) => !unwanted.has(id))
      },
      async amendCrashes(amendments) {
        if (isAway || amendments.some(({ id }) => poison.has(id))) throw new Error('refused')
        for (const { id, ...parts } of amendments) amended.push([id, parts])
        return amendments.map(({ id }) => id).filter((id) => !unwanted.has(id))
      },
    },
    ...options,
  })
  return {
    inbox,
    frames,
    counters,
    batches,
    amended,
    acked,
    room,
    poison,
    unwanted,
    away(is: boolean) {
      isAway = is
    },
    holdWith(until: Promise<void> | null) {
      hold = until
    },
  }
}

describe('the inbox', () => {
  test('a batch is small enough to be made into one text without holding the hub up', async () => {
    const { inbox, batches } = setup()
    const large = () => {
      const report = crashReport()
      return {
        ...report,
        cause: { ...report.cause, reason: { ...report.cause.reason, text: 'x'.repeat(60_000) } },
      }
    }
    for (let i = 0; i < 20; i++) inbox.take('mail@a', large())
    await vi.advanceTimersByTimeAsync(1_000)
    expect(batches.flat()).toHaveLength(20)
    expect(Math.max(...batches.map((batch) => JSON.stringify(batch).length))).toBeLessThan(500_000)
  })

  test('[WIRE-44] writes what came together in one transaction, in order, and acks it then', async () => {
    const { inbox, batches, acked } = setup()
    const reports = Array.from({ length: 5 }, () => crashReport())
    for (const report of reports) inbox.take(report.identity.node, report)
    expect(acked).toEqual([])
    await vi.advanceTimersByTimeAsync(150)
    expect(batches).toEqual([reports])
    expect(acked).toEqual([['exchange@kista-1', reports.map(({ id }) => id)]])
    expect(inbox.size).toBe(0)
  })

  test('takes a report that is sent twice once', async () => {
    const { inbox, batches } = setup()
    const report = crashReport()
    expect(inbox.take('mail@a', report)).toBe(true)
    expect(inbox.take('mail@a', report)).toBe(true)
    await vi.advanceTimersByTimeAsync(150)
    expect(batches).toEqual([[report]])
  })

  test('puts later facts into a report that still waits', async () => {
    const { inbox, batches, amended, frames } = setup()
    const report = crashReport()
    inbox.take('mail@a', report)
    inbox.amend('mail@a', frame(7), report.id, { outcome })
    expect(frames.durable('mail@a 1', 9)).toBe(6)
    await vi.advanceTimersByTimeAsync(150)
    expect(batches[0]?.[0]?.outcome).toEqual({ status: 'captured', value: outcome })
    expect(amended).toEqual([])
    expect(frames.durable('mail@a 1', 9)).toBe(9)
  })

  test('writes later facts of a report that is on its way, or was stored long ago, after it', async () => {
    const { inbox, amended, acked, frames, holdWith } = setup()
    let release: () => void = () => undefined
    holdWith(
      new Promise((resolve) => {
        release = resolve
      }),
    )
    const report = crashReport()
    inbox.take('mail@a', report)
    await vi.advanceTimersByTimeAsync(150)
    inbox.amend('mail@a', frame(3), report.id, { outcome })
    release()
    await vi.advanceTimersByTimeAsync(200)
    expect(amended).toEqual([[report.id, { outcome }]])
    inbox.amend('mail@a', frame(4), report.id, { outcome })
    await vi.advanceTimersByTimeAsync(200)
    expect(amended).toHaveLength(2)
    expect(acked.at(-1)).toEqual(['mail@a', []])
    expect(frames.durable('mail@a 1', 9)).toBe(9)
  })

  test('writes later facts of many reports at once', async () => {
    const { inbox, amended, batches } = setup()
    const reports = Array.from({ length: 20 }, () => crashReport())
    for (const report of reports) inbox.take('mail@a', report)
    await vi.advanceTimersByTimeAsync(150)
    expect(batches).toHaveLength(1)
    reports.forEach((report, at) => {
      inbox.amend('mail@a', frame(at), report.id, { outcome })
    })
    await vi.advanceTimersByTimeAsync(300)
    expect(amended.map(([id]) => id)).toEqual(reports.map(({ id }) => id))
  })

  test('sets later facts aside that no database takes, counted, and the others go on', async () => {
    const { inbox, amended, poison, counters, frames } = setup()
    const bad = crashReport()
    const good = crashReport()
    poison.add(bad.id)
    inbox.amend('mail@a', frame(1), bad.id, { outcome })
    inbox.amend('mail@a', frame(2), good.id, { outcome })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(amended).toEqual([[good.id, { outcome }]])
    expect(counters.amendmentsLost).toBe(1)
    expect(frames.durable('mail@a 1', 9)).toBe(9)
  })

  test('keeps everything while the database is away, and acks nothing', async () => {
    const { inbox, acked, batches, away, counters } = setup()
    away(true)
    const report = crashReport()
    inbox.take('mail@a', report)
    inbox.amend('mail@a', frame(1), report.id, { outcome })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(acked).toEqual([])
    expect(inbox.waiting(report.id)?.outcome).toEqual({ status: 'captured', value: outcome })
    expect(counters.storeFailures).toBeGreaterThan(3)
    away(false)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(batches).toHaveLength(1)
    expect(acked).toEqual([['mail@a', [report.id]]])
  })

  test('leaves what is above its bound with the agent, and asks for it when there is room', async () => {
    const { inbox, room, away } = setup({ maxReports: 10 })
    away(true)
    const taken = Array.from({ length: 12 }, () => inbox.take('mail@a', crashReport()))
    expect(taken.filter(Boolean)).toHaveLength(10)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(room).toEqual([])
    away(false)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(room).toEqual([['mail@a']])
  })

  test('sets a report aside that no database takes, and the others go on', async () => {
    const { inbox, acked, batches, poison, counters } = setup()
    const bad = crashReport()
    const good = crashReport()
    poison.add(bad.id)
    inbox.take('mail@a', bad)
    inbox.take('mail@a', good)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(counters.crashesRefused).toBe(1)
    expect(batches.flat().map(({ id }) => id)).toEqual([good.id])
    expect(acked.flatMap(([, ids]) => ids).sort()).toEqual([bad.id, good.id].sort())
  })

  test('[WIRE-45] acks and counts a report that was left out of what was stored', async () => {
    const { inbox, acked, batches, unwanted, counters } = setup()
    const report = crashReport()
    unwanted.add(report.id)
    inbox.take('mail@a', report)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(batches).toHaveLength(1)
    expect(acked).toEqual([['mail@a', [report.id]]])
    expect(counters).toMatchObject({ crashesRefused: 1, crashesPending: 0 })
  })

  test('writes what waits when it is closed, and gives up in time when it cannot', async () => {
    const one = setup()
    one.inbox.take('mail@a', crashReport())
    await one.inbox.close(1_000)
    expect(one.batches).toHaveLength(1)
    const other = setup()
    other.holdWith(new Promise(() => undefined))
    other.inbox.take('mail@a', crashReport())
    const closed = other.inbox.close(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    await closed
    expect(other.acked).toEqual([])
  })
})
