import { type RoutineBody, routineBody } from '@orrery/protocol/faults'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayName, endOfDay, flawOf, nextRun, seedOf } from './routine-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function times(changes: Partial<RoutineBody> = {}): RoutineBody {
  return routineBody.parse({ name: 'r', scenario: 'S-0001', everyMs: 10 * MINUTE, ...changes })
}

function runs(body: RoutineBody, from: string, count: number): string[] {
  const found: string[] = []
  for (
    let at = nextRun(body, Date.parse(from) - 1);
    at !== null && found.length < count;
    at = nextRun(body, at)
  )
    found.push(new Date(at).toISOString().slice(0, 16))
  return found
}

/** What the clocks of a zone show, by a way of its own. */
function wall(atMs: number, zone: string): { day: string; weekday: string; hour: number } {
  const at = new Date(atMs)
  return {
    day: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at),
    weekday: new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short' }).format(at),
    hour: Number(
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hour12: false }).format(at),
    ),
  }
}
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

test('every ten minutes from nine, and after five not before the next weekday', () => {
  // A Friday.
  expect(runs(times(), '2026-11-27T16:45:00Z', 3)).toEqual([
    '2026-11-27T16:50',
    '2026-11-30T09:00',
    '2026-11-30T09:10',
  ])
})

test('a holiday is left out', () => {
  expect(runs(times({ holidays: ['2026-12-24', '2026-12-25'] }), '2026-12-23T16:50:00Z', 2)).toEqual([
    '2026-12-23T16:50',
    '2026-12-28T09:00',
  ])
})

test('nine stays nine when the clocks change', () => {
  const daily = times({ everyMs: 24 * HOUR, zone: 'Europe/Stockholm', weekdays: [1, 2, 3, 4, 5, 6, 7] })
  expect(runs(daily, '2026-03-28T00:00:00Z', 3)).toEqual([
    '2026-03-28T08:00',
    '2026-03-29T07:00',
    '2026-03-30T07:00',
  ])
  expect(runs(daily, '2026-10-24T00:00:00Z', 3)).toEqual([
    '2026-10-24T07:00',
    '2026-10-25T08:00',
    '2026-10-26T08:00',
  ])
})

test('an hour that comes twice has its runs once more, and one that is left out has none', () => {
  const nights = times({
    fromHour: 2,
    toHour: 3,
    everyMs: 30 * MINUTE,
    zone: 'Europe/Stockholm',
    weekdays: [7],
  })
  expect(runs(nights, '2026-10-25T00:00:00Z', 5)).toEqual([
    '2026-10-25T00:00',
    '2026-10-25T00:30',
    '2026-10-25T01:00',
    '2026-10-25T01:30',
    '2026-11-01T01:00',
  ])
  // Two o'clock is three o'clock at once.
  expect(runs(nights, '2026-03-29T00:00:00Z', 1)).toEqual(['2026-04-05T00:00'])
})

test('until midnight is until the day is over', () => {
  const late = times({ fromHour: 23, toHour: 24, everyMs: 30 * MINUTE, weekdays: [7] })
  expect(runs(late, '2026-11-29T00:00:00Z', 3)).toEqual([
    '2026-11-29T23:00',
    '2026-11-29T23:30',
    '2026-12-06T23:00',
  ])
})

test('chance keeps its share, and its seed', () => {
  const body = times({ probability: 0.25, weekdays: [1, 2, 3, 4, 5, 6, 7], fromHour: 0, toHour: 24 })
  const found = runs(body, '2026-01-01T00:00:00Z', 2_000)
  const last = Date.parse(`${found.at(-1)}:00Z`)
  const asked = (last - Date.parse('2026-01-01T00:00:00Z')) / body.everyMs
  expect(found.length / asked).toBeGreaterThan(0.22)
  expect(found.length / asked).toBeLessThan(0.28)
  expect(runs(body, '2026-01-01T00:00:00Z', 50)).toEqual(found.slice(0, 50))
  expect(runs({ ...body, seed: 2 }, '2026-01-01T00:00:00Z', 50)).not.toEqual(found.slice(0, 50))
})

test('each run has a seed of its own', () => {
  const seeds = Array.from({ length: 100 }, (_, i) => seedOf({ seed: 7 }, i * HOUR))
  expect(new Set(seeds).size).toBe(100)
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true)
})

test('a chance next to none is not searched for without end', () => {
  const startedAtMs = performance.now()
  expect(nextRun(times({ probability: 1e-300, everyMs: MINUTE, fromHour: 0, toHour: 24 }), 0)).toBeNull()
  expect(performance.now() - startedAtMs).toBeLessThan(2_000)
})

test('a year of holidays is waited out', () => {
  const start = Date.parse('2026-01-01T00:00:00Z')
  const holidays = Array.from({ length: 366 }, (_, i) =>
    new Date(start + i * 24 * HOUR).toISOString().slice(0, 10),
  )
  expect(nextRun(times({ holidays, weekdays: [1] }), start)).toBe(Date.parse('2027-01-04T09:00:00Z'))
})

test('a zone nobody knows and hours in the wrong order are flaws', () => {
  expect(flawOf(times())).toBeNull()
  expect(flawOf(times({ zone: 'Kista/Torg' }))).toContain('Kista/Torg')
  expect(flawOf(times({ fromHour: 17, toHour: 9 }))).toContain('toHour')
})

test('the day ends where its zone says', () => {
  const zone = 'Europe/Stockholm'
  const at = Date.parse('2026-10-25T10:00:00Z')
  expect(new Date(endOfDay({ zone }, at)).toISOString()).toBe('2026-10-25T23:00:00.000Z')
  expect(dayName({ zone }, Date.parse('2026-10-24T22:30:00Z'))).toBe('2026-10-25')
})

test('in every zone a run is later than asked, on a day and in an hour that are on', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Stockholm',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'America/Sao_Paulo',
  )
  const any = fc
    .record({
      zone,
      everyMs: fc.integer({ min: 1, max: 60 }).map((m) => m * MINUTE),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
      hours: fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
        .filter(([a, b]) => b > a),
    })
    .map(({ hours: [fromHour, toHour], ...rest }) => times({ ...rest, fromHour, toHour }))
  const moment = fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-01-01') })
  fc.assert(
    fc.property(any, moment, (body, afterMs) => {
      const at = nextRun(body, afterMs)
      expect(at).not.toBeNull()
      if (at === null) return
      expect(at).toBeGreaterThan(afterMs)
      const local = wall(at, body.zone)
      expect(body.weekdays).toContain(WEEKDAYS.indexOf(local.weekday) + 1)
      expect(local.hour % 24).toBeGreaterThanOrEqual(body.fromHour)
      expect(local.hour % 24).toBeLessThan(body.toHour)
      // Asked from just before, it is it again, and the next comes no sooner than it may.
      expect(nextRun(body, at - 1)).toBe(at)
      const following = nextRun(body, at)
      expect((following ?? 0) - at).toBeGreaterThanOrEqual(Math.min(body.everyMs, HOUR))
      expect(dayName(body, at)).toBe(local.day)
    }),
    { numRuns: 300 },
  )
})
