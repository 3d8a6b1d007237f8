'use client'
/** Whose clock times are shown by: this machine's zone, or UTC where a person chose it, as for a report that others read. */
import { preference } from '../frame/preference.ts'

export type Zone = 'local' | 'utc'

export const zone = preference<Zone>('zone', 'local', (value) => {
  isUtc = value === 'utc'
})

/** Read with every time that is drawn: kept here, and not asked for each time. */
let isUtc = typeof window !== 'undefined' && zone.get() === 'utc'

export interface Civil {
  month: number
  day: number
  hours: number
  minutes: number
  seconds: number
  ms: number
}

/** The civil time of an instant; months from 0. */
export function civil(atMs: number): Civil {
  const at = new Date(atMs)
  if (isUtc) {
    return {
      month: at.getUTCMonth(),
      day: at.getUTCDate(),
      hours: at.getUTCHours(),
      minutes: at.getUTCMinutes(),
      seconds: at.getUTCSeconds(),
      ms: at.getUTCMilliseconds(),
    }
  }
  return {
    month: at.getMonth(),
    day: at.getDate(),
    hours: at.getHours(),
    minutes: at.getMinutes(),
    seconds: at.getSeconds(),
    ms: at.getMilliseconds(),
  }
}

/** As people call it: `UTC`, `CET`. */
export function zoneName(): string {
  if (isUtc) return 'UTC'
  const part = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })
    .formatToParts(new Date())
    .find((one) => one.type === 'timeZoneName')
  return part?.value ?? ''
}

export function toggleZone(): void {
  zone.set(zone.get() === 'utc' ? 'local' : 'utc')
}
