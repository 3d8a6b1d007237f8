/**
 * What a supervisor is doing about an exit, read from the rows: who exited, what the strategy took down with it, and
 * how far the restart has come. An incident ends when everything it took down is up again.
 */
import type { TreeRow, TreeView } from '@orrery/live/views'
import type { Status, Strategy } from '@orrery/protocol'
import { rowOf } from './model.ts'

export interface Incident {
  supervisor: string
  strategy: Strategy
  /** Who exited; `null` where nothing exited abnormally and children are taken down all the same. */
  culprit: string | null
  /** Direct children in start order that go down and come up together. */
  affected: readonly string[]
  atMs: number
  text: string
  crashId: string | null
  stopped: number
  /** Place of the child being started among the affected, from 1; `null` while none is. */
  starting: number | null
  phase: 'stopping' | 'starting' | 'giving-up'
}

const DOWN: readonly Status[] = ['crashed', 'restarting', 'waiting']
export const isDown = (row: TreeRow): boolean => DOWN.includes(row.status)

/** Incidents under way, one a supervisor. Exits that took nobody along stay with their own chip. */
export function incidentsOf(view: TreeView, children: (key: string) => readonly string[]): Incident[] {
  const incidents: Incident[] = []
  for (const key in view.rows) {
    const row = view.rows[key] as TreeRow
    if (row.exit === null || row.exit.stopped === 0 || row.parent === null || row.promotedFrom !== null)
      continue
    const supervisor = rowOf(view, row.parent)
    if (!supervisor?.strategy) continue
    const siblings = children(supervisor.key)
    const affected = affectedBy(supervisor.strategy, siblings, row.key)
    const rows = affected.map((sibling) => rowOf(view, sibling)).filter((sibling) => sibling !== undefined)
    if (!rows.some(isDown)) continue
    const known = incidents.findIndex((incident) => incident.supervisor === supervisor.key)
    if (known >= 0 && (incidents[known] as Incident).atMs >= row.exit.atMs) continue
    if (known >= 0) incidents.splice(known, 1)
    incidents.push({
      supervisor: supervisor.key,
      strategy: supervisor.strategy,
      culprit: row.key,
      affected,
      atMs: row.exit.atMs,
      text: row.exit.text,
      crashId: row.exit.crashId,
      stopped: row.exit.stopped,
      ...progress(row, rows),
    })
  }
  for (const key in view.rows) {
    const quiet = quietRestart(view, view.rows[key] as TreeRow, children)
    if (quiet && !incidents.some((incident) => incident.supervisor === key)) incidents.push(quiet)
  }
  return incidents
}

/** A group that goes down together after a normal exit or on request leaves no exit to read, only who waits. */
function quietRestart(
  view: TreeView,
  supervisor: TreeRow,
  children: (key: string) => readonly string[],
): Incident | null {
  const { strategy } = supervisor
  if ((strategy !== 'one_for_all' && strategy !== 'rest_for_one') || isDown(supervisor)) return null
  const siblings = children(supervisor.key)
  const first = siblings.findIndex((key) => {
    const row = rowOf(view, key)
    return row !== undefined && isDown(row)
  })
  const affected = strategy === 'one_for_all' ? siblings : siblings.slice(Math.max(0, first))
  const rows = affected.map((key) => rowOf(view, key)).filter((row) => row !== undefined)
  const waiting = rows.filter((row) => row.status === 'waiting').length
  if (first < 0 || waiting === 0) return null
  const starting = rows.findIndex((row) => row.status === 'restarting')
  return {
    supervisor: supervisor.key,
    strategy,
    culprit: null,
    affected,
    atMs: Math.min(
      ...rows.map((row) => (row.status === 'restarting' ? row.startedAtMs : Number.POSITIVE_INFINITY)),
    ),
    text: '',
    crashId: null,
    stopped: waiting,
    starting: starting >= 0 ? starting + 1 : null,
    phase: starting >= 0 ? 'starting' : 'stopping',
  }
}

/** Children of a supervisor that go down and come up together when `culprit` exits, in start order. */
export function affectedBy(
  strategy: Strategy,
  siblings: readonly string[],
  culprit: string,
): readonly string[] {
  if (strategy === 'one_for_all') return siblings
  if (strategy === 'rest_for_one') return siblings.slice(Math.max(0, siblings.indexOf(culprit)))
  return [culprit]
}

function progress(culprit: TreeRow, rows: readonly TreeRow[]): Pick<Incident, 'starting' | 'phase'> {
  if (culprit.exit?.action === 'give_up') return { starting: null, phase: 'giving-up' }
  const starting = rows.findIndex((row) => row.status === 'restarting')
  if (starting >= 0) return { starting: starting + 1, phase: 'starting' }
  return { starting: null, phase: 'stopping' }
}

/** Milliseconds after which the nth of `count` affected goes hollow: last started first, never over 300 in all. */
export function hollowDelayMs(index: number, count: number): number {
  const each = Math.min(30, 300 / Math.max(1, count))
  return Math.round((count - 1 - index) * each)
}
