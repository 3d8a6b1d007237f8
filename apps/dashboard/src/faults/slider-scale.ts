/** Where a value stands on a slider, and what a place on it means. Pure. */
import { tick } from '../live/format.ts'

export interface SliderScale {
  /** 0 to 1. */
  placeOf(value: number): number
  valueAt(place: number): number
  ticks: { place: number; label: string }[]
}

/** Shares as a person thinks of them: a fifth of a percent and a fifth of all need the same room. */
const SHARES = [0.001, 0.01, 0.05, 0.2, 1] as const

/** Straight within each quarter, on a logarithm: 0.1, 1, 5, 20, 100 percent. */
export const probabilityScale: SliderScale = {
  placeOf(value) {
    const quarter = Math.max(
      0,
      SHARES.findLastIndex((share) => share <= value),
    )
    const low = SHARES[quarter] as number
    const high = SHARES[quarter + 1]
    if (high === undefined) return 1
    const share = Math.log(Math.max(value, SHARES[0]) / low) / Math.log(high / low)
    return (quarter + share) / (SHARES.length - 1)
  },
  valueAt(place) {
    const at = Math.max(0, Math.min(1, place)) * (SHARES.length - 1)
    const quarter = Math.min(SHARES.length - 2, Math.floor(at))
    const low = SHARES[quarter] as number
    const high = SHARES[quarter + 1] as number
    return rounded(low * (high / low) ** (at - quarter))
  },
  ticks: SHARES.map((share, i) => ({ place: i / (SHARES.length - 1), label: String(share * 100) })),
}

/** Of a field of numbers; on a logarithm where it asks for it and nothing is below one. */
export function fieldScale(min: number, max: number, scale: 'linear' | 'log'): SliderScale {
  const isLog = scale === 'log' && min > 0
  const placeOf = (value: number) => {
    const bounded = Math.max(min, Math.min(max, value))
    return isLog ? Math.log(bounded / min) / Math.log(max / min) : (bounded - min) / (max - min)
  }
  const valueAt = (place: number) => {
    const at = Math.max(0, Math.min(1, place))
    const value = isLog ? min * (max / min) ** at : min + (max - min) * at
    return Math.max(min, Math.min(max, rounded(value)))
  }
  const middle = isLog
    ? decades(min, max)
    : [min + (max - min) / 4, (min + max) / 2, min + ((max - min) * 3) / 4]
  const values = [min, ...middle, max]
  return { placeOf, valueAt, ticks: values.map((value) => ({ place: placeOf(value), label: short(value) })) }
}

/** Powers of ten between the two, not too near to either, four at most. */
function decades(min: number, max: number): number[] {
  const inside: number[] = []
  for (let value = 10 ** Math.ceil(Math.log10(min * 2)); value < max / 2; value *= 10) inside.push(value)
  const every = Math.ceil(inside.length / 4)
  return inside.filter((_, i) => i % every === 0)
}

/** Two figures are as exact as a slider is. */
function rounded(value: number): number {
  if (value === 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  return Number((Math.round(value / unit) * unit).toPrecision(2))
}

function short(value: number): string {
  return value < 0 ? `−${tick(-value)}` : tick(value)
}
