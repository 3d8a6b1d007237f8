/** What a card, a row and the header say of experiments. Pure. */
import type { ExperimentRow, FaultsView, Lease } from '@orrery/live/views'
import { clockSeconds, count, duration, plural } from '../live/format.ts'
import { shortName } from './catalogue-model.ts'
import type { PictureNow } from './use-picture-now.ts'

type Chart = NonNullable<ExperimentRow['chart']>

export function isOver({ status }: Pick<ExperimentRow, 'status'>): boolean {
  return status === 'ended' || status === 'refused'
}

/** Not over, newest first: what runs before what is scheduled. */
export function runningOf(view: Pick<FaultsView, 'experiments'> | null): ExperimentRow[] {
  const rank = (row: ExperimentRow) => (row.status === 'scheduled' ? 1 : 0)
  return Object.values(view?.experiments ?? {})
    .filter((row) => !isOver(row))
    .toSorted((a, b) => rank(a) - rank(b) || b.createdAtMs - a.createdAtMs)
}

/** Over, the newest first. */
export function historyOf(view: Pick<FaultsView, 'experiments'> | null): ExperimentRow[] {
  return Object.values(view?.experiments ?? {})
    .filter(isOver)
    .toSorted((a, b) => (b.endedAtMs ?? b.createdAtMs) - (a.endedAtMs ?? a.createdAtMs))
}

/** Faults at work: experiments that run, and leases somebody laid on one process by hand. */
export function activeFaults(view: Pick<FaultsView, 'experiments' | 'leases'> | null): number {
  const experiments = Object.values(view?.experiments ?? {}).filter(
    ({ status }) => status === 'running' || status === 'ending',
  )
  return experiments.length + openLeases(view).length
}

export function openLeases(view: Pick<FaultsView, 'leases'> | null): Lease[] {
  return Object.values(view?.leases ?? {}).filter(({ status }) => status !== 'ended')
}

/** `2 experiments running on exchange@kista-1`, in parts: the names are drawn apart. */
export function runningWords(
  running: readonly ExperimentRow[],
  isOld = false,
): { text: string; nodes: string[] } {
  const now = running.filter(({ status }) => status !== 'scheduled')
  const later = running.length - now.length
  const nodes = [...new Set(now.flatMap((row) => row.nodes))].sort()
  const scheduled = later === 0 ? '' : `, ${count(later)} scheduled`
  if (now.length === 0)
    return { text: `No experiment ${isOld ? 'was' : 'is'} running${scheduled}`, nodes: [] }
  const were = isOld ? (now.length === 1 ? ' was' : ' were') : ''
  return { text: `${plural(now.length, 'experiment')}${were} running${scheduled}`, nodes }
}

/** `Reorder`, `Delay and drop`, `Kill and 2 more`. */
export function titleOf(
  row: Pick<ExperimentRow, 'name' | 'faults'>,
  titles: ReadonlyMap<string, string>,
): string {
  if (row.name !== '') return row.name
  const [kind = 'fault', second, ...rest] = row.faults.map((one) => titles.get(one) ?? shortName(one))
  const first = kind.charAt(0).toUpperCase() + kind.slice(1)
  if (second === undefined) return first
  return rest.length === 0
    ? `${first} and ${second.toLowerCase()}`
    : `${first} and ${count(rest.length + 1)} more`
}

/** Time that is left, or what else the state says. */
export function leftText(row: ExperimentRow, nowMs: number): string {
  if (row.status === 'scheduled') {
    const inMs = row.startedAtMs === null ? null : row.startedAtMs - nowMs
    return inMs !== null && inMs > 0 ? `in ${duration(roundedUp(inMs))}` : 'scheduled'
  }
  if (row.status === 'ending') return 'ending'
  if (row.endsAtMs === null) return 'until halted'
  return `${duration(roundedUp(Math.max(0, row.endsAtMs - nowMs)))} left`
}

/** The same of a picture that stands still: `54 s left at 14:32:07`. */
export function leftWords(row: ExperimentRow, { nowMs, isOld }: PictureNow): string {
  return isOld ? `${leftText(row, nowMs)} at ${clockSeconds(nowMs)}` : leftText(row, nowMs)
}

/** `TrunkLink handled per second`, `CdrWriter mailbox`: what the line is of. */
export function captionOf({ label, metric }: Pick<Chart, 'label' | 'metric'>): string {
  return `${label} ${metric === 'mailbox' ? 'mailbox' : 'handled per second'}`
}

/** Share of its time that is left, 0 to 1; `null` where it has no end. */
export function leftShare(row: ExperimentRow, nowMs: number): number | null {
  if (row.endsAtMs === null || row.startedAtMs === null) return null
  const whole = row.endsAtMs - row.startedAtMs
  return whole <= 0 ? 0 : Math.max(0, Math.min(1, (row.endsAtMs - nowMs) / whole))
}

/** What became of the targets: `51 injected`, `50 recovered, 1 gone`. */
export function statesText(states: Readonly<Record<string, number>>): string {
  const order = ['unverified', 'refused', 'injected', 'intended', 'gone', 'recovered']
  return Object.entries(states)
    .filter(([, n]) => n > 0)
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([state, n]) => `${count(n)} ${state}`)
    .join(', ')
}

/** `0.04 s`, as the history writes a recovery; seconds, so that a column compares. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms >= 100_000 ? 0 : 2)} s`
}

function roundedUp(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000
}
