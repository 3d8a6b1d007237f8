/**
 * Which state a process is drawn in. Where only one fits, the first of STATUSES that applies wins; a fault is an overlay
 * and takes part only where one mark must stand for many.
 */
import { STATUSES, type Status } from '@orrery/protocol'
import { type Columns, FLAG } from './columns.ts'

export const CRASHED = STATUSES.indexOf('crashed')
export const RESTARTING = STATUSES.indexOf('restarting')
export const WAITING = STATUSES.indexOf('waiting')
export const BACKLOG = STATUSES.indexOf('backlog')
export const SUSPENDED = STATUSES.indexOf('suspended')
export const BUSY = STATUSES.indexOf('busy')
export const RUNNING = STATUSES.indexOf('running')
export const EXITED = STATUSES.indexOf('exited')

/** A mailbox longer than this, growing for this long, is a backlog. */
export const BACKLOG_LENGTH = 100
export const BACKLOG_SECONDS = 5

/** A cell nobody sits in, and what a fault adds to a cell. */
export const EMPTY_CELL = 255
export const FAULT_CELL = 128

export function statusName(status: number): Status {
  return STATUSES[status] ?? 'running'
}

/** Of a living process. */
export function livingStatus(flags: number, mailbox: number, growingS: number, busy: number): number {
  if ((flags & FLAG.initialised) === 0) return RESTARTING
  if (mailbox > BACKLOG_LENGTH && growingS >= BACKLOG_SECONDS) return BACKLOG
  if ((flags & FLAG.suspended) !== 0) return SUSPENDED
  return busy === 1 ? BUSY : RUNNING
}

/** Seconds of growth after one more sample: shrinking ends it, standing still wears it down. */
export function growth(growingS: number, before: number, now: number, seconds: number): number {
  if (now < before) return 0
  const next = now > before ? growingS + seconds : growingS - seconds
  return Math.max(0, Math.min(255, next))
}

/** An end is a crash when there is a report of it: a child its supervisor kills at a shutdown has none. */
export function isCrash(exit: { crashId: string }): boolean {
  return exit.crashId !== ''
}

/** Where one mark stands for many: crashed, restarting, waiting, fault, backlog, suspended, busy, running, exited. */
export function rank(status: number, isUnderFault: boolean): number {
  const own = status < BACKLOG ? status : status + 1
  return isUnderFault ? Math.min(own, BACKLOG) : own
}

/** Worth a chip beside its pool. */
export function isExceptional(status: number, isUnderFault: boolean): boolean {
  return status <= SUSPENDED || isUnderFault
}

/** Nobody does its work now. */
export function isDown(status: number): boolean {
  return status < BACKLOG || status === EXITED
}

const RESTARTED_MS = 300_000

/** It took another process's place in the last five minutes. */
export function isRestarted(c: Columns, index: number, nowMs: number): boolean {
  return c.has(index, FLAG.restarted) && nowMs - (c.startedAtMs[index] ?? 0) < RESTARTED_MS
}

/** The worst status with a count. */
export function worstOf(counts: ArrayLike<number>): number {
  for (let status = 0; status < STATUSES.length; status++) {
    if ((counts[status] ?? 0) > 0) return status
  }
  return RUNNING
}
