/** What a routine is about to do, in words. Pure. */
import type { Routine } from '@orrery/protocol/faults'
import { duration } from '../live/format.ts'

/** Waits for somebody; one that has only used up its day goes on by itself. */
export function isStopped({ stoppedWhy, nextAt }: Pick<Routine, 'stoppedWhy' | 'nextAt'>): boolean {
  return stoppedWhy !== '' && nextAt === null
}

export function nextText(routine: Pick<Routine, 'body' | 'stoppedWhy' | 'nextAt'>, nowMs: number): string {
  const { body, nextAt } = routine
  if (isStopped(routine)) return 'stopped itself'
  if (!body.isOn) return 'off'
  if (nextAt === null) return 'on'
  const inMs = Date.parse(nextAt) - nowMs
  if (inMs <= 0) return 'due'
  return `in ${duration(Math.ceil(inMs / 1_000) * 1_000)}`
}
