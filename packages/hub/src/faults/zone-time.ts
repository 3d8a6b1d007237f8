/** Days and hours of an IANA time zone, and the moments they are. Pure; the zone's rules are those of this machine's ICU. */

export interface LocalDay {
  year: number
  /** 1 to 12. */
  month: number
  date: number
}

/** The day it is in a zone. Throws `RangeError` for a zone that is not known. */
export function dayOf(atMs: number, zone: string): LocalDay {
  const local = new Date(atMs + offsetMs(atMs, zone))
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, date: local.getUTCDate() }
}

export function nextDay({ year, month, date }: LocalDay): LocalDay {
  const next = new Date(Date.UTC(year, month - 1, date + 1))
  return { year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, date: next.getUTCDate() }
}

/** 1 is Monday. */
export function weekdayOf({ year, month, date }: LocalDay): number {
  return new Date(Date.UTC(year, month - 1, date)).getUTCDay() || 7
}

/**
 * The moment an hour of a day begins. Of one that comes twice, the first; of one that the clocks leave out, the moment
 * they do.
 */
export function startOfHour({ year, month, date }: LocalDay, hour: number, zone: string): number {
  const wall = Date.UTC(year, month - 1, date, hour)
  // No zone is further from UTC than 14 hours, or changes twice within two days: one of these two offsets holds.
  const before = wall - offsetMs(wall - 86_400_000, zone)
  const after = wall - offsetMs(wall + 86_400_000, zone)
  const early = Math.min(before, after)
  const late = Math.max(before, after)
  if (early + offsetMs(early, zone) === wall) return early
  if (late + offsetMs(late, zone) === wall) return late
  return firstAfter(early, late, wall, zone)
}

/** The first minute at or after which the wall clock is past `wall`. */
function firstAfter(early: number, late: number, wall: number, zone: string): number {
  let from = early
  let to = late
  while (to - from > 60_000) {
    const middle = Math.floor((from + to) / 120_000) * 60_000
    if (middle + offsetMs(middle, zone) >= wall) to = middle
    else from = middle
  }
  return to
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** What a zone's clocks are ahead of UTC by. */
function offsetMs(atMs: number, zone: string): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000
}
