/** Numbers and times as the screens write them: thousands with a comma, a thin unit, 24 hours. */

import { duration } from '@orrery/protocol/text'
import { civil } from './zone.ts'

export { duration }

const GROUPED = new Intl.NumberFormat('en-US')

/** `1,151`. */
export function count(value: number): string {
  const whole = Math.round(value)
  return Math.abs(whole) < 1_000 ? String(whole) : GROUPED.format(whole)
}

/** A rate's figure: `3,871`, below ten with one decimal where it has one, `0.4`. */
export function rate(perS: number): string {
  if (perS > 0 && perS < 9.95) {
    const rounded = Math.round(perS * 10) / 10
    return rounded === 0 ? '<0.1' : String(rounded)
  }
  return count(perS)
}

/** `412`, `9,204`, `88.4 M`: short enough for a narrow column. */
export function compact(value: number): string {
  if (value >= 1e9) return `${trimmed(value / 1e9)} G`
  if (value >= 1e6) return `${trimmed(value / 1e6)} M`
  if (value >= 100_000) return `${Math.round(value / 1e3)}k`
  return count(value)
}

/** An axis tick: `50k`. */
export function tick(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6)}M`
  if (value >= 1_000) return `${trimmed(value / 1_000)}k`
  return String(Math.round(value * 100) / 100)
}

/** Decimal bytes as figure and unit: `{ value: '48.2', unit: 'kB' }`. */
export function bytes(sizeBytes: number): { value: string; unit: string } {
  if (sizeBytes >= 1e9) return { value: trimmed(sizeBytes / 1e9, 2), unit: 'GB' }
  if (sizeBytes >= 1e6)
    return { value: sizeBytes >= 1e8 ? count(sizeBytes / 1e6) : trimmed(sizeBytes / 1e6), unit: 'MB' }
  if (sizeBytes >= 1e3) return { value: trimmed(sizeBytes / 1e3), unit: 'kB' }
  return { value: count(sizeBytes), unit: 'B' }
}

export function bytesText(sizeBytes: number): string {
  const { value, unit } = bytes(sizeBytes)
  return `${value} ${unit}`
}

/** An age in whole steps, for what is old: `4 s`, `2 m 10 s`. */
export function age(ms: number): string {
  return duration(Math.max(1_000, Math.floor(ms / 1_000) * 1_000)).replace(/\.\d+ s/, ' s')
}

/** `14:32:07.418`, in the zone that was chosen (`zone.ts`). */
export function clock(atMs: number): string {
  return `${clockSeconds(atMs)}.${String(civil(atMs).ms).padStart(3, '0')}`
}

/** `14:32:07`. */
export function clockSeconds(atMs: number): string {
  const { hours, minutes, seconds } = civil(atMs)
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}`
}

/** `14:32`. */
export function clockMinutes(atMs: number): string {
  const { hours, minutes } = civil(atMs)
  return `${pad(hours)}:${pad(minutes)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `27 Nov 10:04:51.220`. */
export function dateClock(atMs: number): string {
  const { day, month } = civil(atMs)
  return `${day} ${MONTHS[month]} ${clock(atMs)}`
}

/** `1 process`, `3 processes`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** What the hub says, as a sentence: `No such process.` */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

function trimmed(value: number, decimals = 1): string {
  return Number(value.toFixed(decimals)).toLocaleString('en-US', { maximumFractionDigits: decimals })
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
