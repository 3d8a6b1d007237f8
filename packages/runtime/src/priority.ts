/** Who goes first: OTP's `process_flag(priority, …)`, without its power to starve the others (see `scheduler.ts`). */
import { MisuseError } from './errors.ts'
import { HIGH, LOW, UNUSUAL } from './flags.ts'
import type { Proc } from './process.ts'

/** `high` is the default of supervisors, `normal` that of everybody else. */
export type Priority = 'high' | 'normal' | 'low'

const BITS: Readonly<Record<Priority, number>> = { high: HIGH, normal: 0, low: LOW }

export function priorityOf({ flags }: Proc): Priority {
  if ((flags & UNUSUAL) === 0) return 'normal'
  return (flags & HIGH) !== 0 ? 'high' : 'low'
}

/** From its next turn on; returns the former priority. */
export function setPriority(process: Proc, priority: Priority): Priority {
  const bit = BITS[priority]
  if (bit === undefined)
    throw new MisuseError('bad_flag', `a priority is high, normal or low, not ${priority}`)
  const before = priorityOf(process)
  process.flags = (process.flags & ~UNUSUAL) | bit
  return before
}
