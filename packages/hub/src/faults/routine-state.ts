/**
 * What a routine may do at a moment, and what becomes of it after a run: budgets of the day, and why it stops itself. Pure;
 * `routines.ts` carries it out.
 */
import { type Resilience, type RoutineBody, VERDICTS } from '@orrery/protocol/faults'
import type { RoutineState } from './lab-store.ts'
import { dayName } from './routine-clock.ts'

/** Refused so often in a row, it is not asked for again until somebody has looked. */
export const MAX_REFUSED = 3

/** A new day has its whole budget. */
export function onDay(state: RoutineState, body: RoutineBody, atMs: number): RoutineState {
  const day = dayName(body, atMs)
  return state.day === day ? state : { ...state, day, runs: 0, crashes: 0 }
}

/** Why nothing more is run today; `null` where there is budget left. `state` is that of the day. */
export function usedUp({ runs, crashes }: RoutineState, { budget }: RoutineBody): string | null {
  if (runs >= budget.runsPerDay)
    return `Today's ${plural(budget.runsPerDay, 'run')} ${budget.runsPerDay === 1 ? 'is' : 'are'} used up; it goes on tomorrow.`
  if (crashes >= budget.crashesPerDay)
    return `It caused ${plural(crashes, 'crash', 'crashes')} today, ${budget.crashesPerDay} are allowed; it goes on tomorrow.`
  return null
}

export function started(state: RoutineState, experiment: string): RoutineState {
  return { ...state, runs: state.runs + 1, refused: 0, lastExperiment: experiment }
}

export function refused(state: RoutineState, why: string): RoutineState {
  const times = state.refused + 1
  const stoppedWhy = times >= MAX_REFUSED ? `It was refused ${times} times in a row: ${sentence(why)}` : ''
  return { ...state, refused: times, stoppedWhy }
}

/** @param more crashes it has caused beyond those counted of this experiment before */
export function judged(
  state: RoutineState,
  body: RoutineBody,
  experiment: string,
  { verdict, because }: Pick<Resilience, 'verdict' | 'because'>,
  more: number,
): RoutineState {
  const counted = { ...state, crashes: state.crashes + more }
  if (VERDICTS.indexOf(verdict) < VERDICTS.indexOf(body.stopAfter)) return counted
  return { ...counted, stoppedWhy: `${experiment} ${verdict}: ${sentence(because[0] ?? 'no reason told')}` }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
