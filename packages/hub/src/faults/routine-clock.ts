/**
 * When a standing schedule is due. Each day has its own row of moments: from `fromHour` in the routine's zone, every
 * `everyMs`, before `toHour`; so a change to or from summer time moves none of them by an hour. Chance is seeded by the
 * moment, so that whoever asks gets the same answer. Pure.
 */
import { type RoutineBody, seeded } from '@orrery/protocol/faults'
import { dayOf, type LocalDay, nextDay, startOfHour, weekdayOf } from './zone-time.ts'

type Times = Pick<
  RoutineBody,
  'everyMs' | 'weekdays' | 'fromHour' | 'toHour' | 'zone' | 'holidays' | 'probability' | 'seed'
>

/** So far ahead it looks; one that is due later, or never, is asked again. */
const DAYS = 400
const MOST_THROWS = 100_000

/** The first moment after `afterMs` at which it is due, chance included; `null` where there is none in sight. */
export function nextRun(times: Times, afterMs: number): number | null {
  let throws = 0
  let day = dayOf(afterMs, times.zone)
  for (let days = 0; days < DAYS; days++, day = nextDay(day)) {
    if (!isDayOn(times, day)) continue
    const { fromMs, toMs } = windowOf(times, day)
    const skipped = afterMs < fromMs ? 0 : Math.floor((afterMs - fromMs) / times.everyMs) + 1
    for (let atMs = fromMs + skipped * times.everyMs; atMs < toMs; atMs += times.everyMs) {
      if (isThrown(times, atMs)) return atMs
      if (++throws >= MOST_THROWS) return null
    }
  }
  return null
}

/** Where the day of `atMs` ends in the routine's zone: a budget is used up until then. */
export function endOfDay({ zone }: Pick<Times, 'zone'>, atMs: number): number {
  return startOfHour(nextDay(dayOf(atMs, zone)), 0, zone)
}

/** The day in the routine's zone, as in `holidays`. */
export function dayName({ zone }: Pick<Times, 'zone'>, atMs: number): string {
  return nameOf(dayOf(atMs, zone))
}

/** The seed of the run at a moment: another for each, and the same whenever it is asked. */
export function seedOf({ seed }: Pick<Times, 'seed'>, atMs: number): number {
  return Math.floor(seeded(seed, `seed of ${atMs}`)() * 4_294_967_296)
}

/** What is wrong with a schedule that its schema cannot see; `null` where nothing is. */
export function flawOf({ zone, fromHour, toHour }: Times): string | null {
  try {
    dayOf(0, zone)
  } catch {
    return `zone: ${zone} is no time zone that is known here`
  }
  return toHour > fromHour ? null : `toHour: has to come after fromHour (${fromHour}), on the same day`
}

function isDayOn({ weekdays, holidays }: Times, day: LocalDay): boolean {
  return weekdays.includes(weekdayOf(day)) && !holidays.includes(nameOf(day))
}

function windowOf({ fromHour, toHour, zone }: Times, day: LocalDay): { fromMs: number; toMs: number } {
  const toMs = toHour === 24 ? startOfHour(nextDay(day), 0, zone) : startOfHour(day, toHour, zone)
  return { fromMs: startOfHour(day, fromHour, zone), toMs }
}

function isThrown({ probability, seed }: Times, atMs: number): boolean {
  return probability >= 1 || seeded(seed, `run at ${atMs}`)() < probability
}

function nameOf({ year, month, date }: LocalDay): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`
}
