/** What a phone says first of a process: how long its mailbox is, and where that leads. Pure. */
import type { Spark } from '@orrery/live/views'
import { duration } from '../live/format.ts'
import { lastOf } from '../ui/spark-paths.ts'

/** Growth is measured over so many seconds. */
const OVER_S = 5
/** A mailbox of this length is told of before it is reached; longer ones are told as ten times that, and so on. */
const ROUND = 10_000
/** Further away than this nothing is foretold. */
const MOST_MS = 3_600_000

export interface PhoneFigure {
  waiting: number
  growthPerS: number | null
  /** `10,000 in 3 m 40 s at this rate.`; `null` where it does not grow, or not soon. */
  forecast: string | null
}

export function phoneFigure(mailbox: Spark): PhoneFigure {
  const waiting = lastOf(mailbox) ?? 0
  const before = mailbox.at(-1 - OVER_S) ?? null
  const growthPerS = before === null ? null : (waiting - before) / OVER_S
  return { waiting, growthPerS, forecast: forecastOf(waiting, growthPerS) }
}

function forecastOf(waiting: number, growthPerS: number | null): string | null {
  if (growthPerS === null || growthPerS <= 0 || waiting < 100) return null
  let round = ROUND
  while (round <= waiting) round *= 10
  const ms = ((round - waiting) / growthPerS) * 1_000
  return ms > MOST_MS ? null : `${round.toLocaleString('en-US')} in ${duration(ms)} at this rate.`
}
