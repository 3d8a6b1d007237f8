/** What a chip says: which numbers, which words, which tone. Pure, so that the words are tested and not looked at. */
import type { Spark, TreeRow } from '@orrery/live/views'
import { compact, duration } from '../live/format.ts'
import type { Tone } from '../ui/sparkline.tsx'
import type { EchoRow } from './echo.ts'
import type { Incident } from './incident.ts'

export type ChipTone = 'backlog' | 'restarting' | 'suspended' | 'crashed'

export interface ChipModel {
  /** Colour of the edge at the left; abnormal states alone have one. */
  edge: ChipTone | null
  /** Its process is not there: dashed, and the pid struck out. */
  isGhost: boolean
  /** Takes the place of the figures. */
  note: { text: string; tone: 'restarting' | 'crashed' } | null
  spark: Tone
  mailbox: { text: string; isAbnormal: boolean }
  /** A dot beside the pid for a minute after a restart. */
  hasAfterglow: boolean
}

/** A restart stays visible beside the pid for that long. */
export const AFTERGLOW_MS = 60_000

export function chipModel(row: TreeRow, nowMs: number, incident: Incident | null): ChipModel {
  const isUp = row.status !== 'crashed' && row.status !== 'restarting' && row.status !== 'waiting'
  return {
    edge: edgeOf(row),
    isGhost: row.status === 'waiting' || row.status === 'exited',
    note: noteOf(row, nowMs, incident),
    spark: row.status === 'busy' ? 'signal' : row.status === 'backlog' ? 'backlog-mark' : 'ink-3',
    mailbox: { text: mailboxText(row.mailboxLength), isAbnormal: row.mailboxLength > 1_000 },
    hasAfterglow: isUp && row.restarts > 0 && nowMs - row.startedAtMs < AFTERGLOW_MS,
  }
}

/** Whether the words on the chip change with the time alone. */
export function isCounting(row: EchoRow): boolean {
  return row.status === 'restarting' && row.restartedAfterMs === undefined
}

function edgeOf(row: TreeRow): ChipTone | null {
  switch (row.status) {
    case 'backlog':
    case 'restarting':
    case 'suspended':
    case 'crashed':
      return row.status
    default:
      return null
  }
}

function noteOf(row: EchoRow, nowMs: number, incident: Incident | null): ChipModel['note'] {
  if (row.status === 'crashed') {
    const words = row.exit?.text ?? 'exited'
    const fate =
      row.exit?.action === 'leave' ? ' · not restarted' : row.exit?.action === 'give_up' ? ' · given up' : ''
    return { text: `${words}${fate}`, tone: 'crashed' }
  }
  if (row.status === 'restarting') {
    if (row.restartedAfterMs !== undefined) {
      return { text: `restarted after ${duration(row.restartedAfterMs)}`, tone: 'restarting' }
    }
    // Until the new process is there, what counts is how long the old one is gone.
    const isStarted = row.exit === null || row.pid !== row.exit.pid
    const sinceMs = Math.max(0, nowMs - (isStarted ? row.startedAtMs : (row.exit?.atMs ?? row.startedAtMs)))
    return { text: `${isStarted ? 'init' : 'down'} ${initText(sinceMs)}`, tone: 'restarting' }
  }
  if (row.status === 'waiting') return { text: waitText(row.key, incident), tone: 'restarting' }
  return null
}

/** Counts in steps of 10 ms, as an instrument does. */
function initText(ms: number): string {
  return ms < 1_000 ? `${Math.floor(ms / 10) * 10} ms` : duration(ms)
}

function waitText(key: string, incident: Incident | null): string {
  const at = incident?.affected.indexOf(key) ?? -1
  return incident && at >= 0 ? `waits, ${at + 1} of ${incident.affected.length}` : 'stopped'
}

function mailboxText(length: number): string {
  return length >= 10_000 ? `${Math.floor(length / 1_000)}k` : compact(length)
}

/** A mailbox on a logarithmic bar of 0 to 10,000. */
export function mailboxShare(length: number): number {
  return length <= 0 ? 0 : Math.min(1, Math.log10(length + 1) / 4)
}

const thin = new WeakMap<Spark, Spark>()

/** Every two seconds as one point: a line of 58 px has no room for more. The same array gives the same answer. */
export function thinned(spark: Spark): Spark {
  let pairs = thin.get(spark)
  if (!pairs) {
    pairs = []
    for (let index = spark.length % 2; index < spark.length; index += 2) {
      const values = [spark[index], spark[index + 1]].filter((value) => typeof value === 'number')
      pairs.push(values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length)
    }
    thin.set(spark, pairs)
  }
  return pairs
}
