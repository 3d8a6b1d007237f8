/**
 * A process may exit and be back before a screen has drawn twice. What happened is then shown once more, in its true
 * order and long enough to be seen: the cross, what went down with it, the new start. What is down now is never
 * covered by it, and no process echoes more often than once a second. Pure.
 */
import type { TreeRow, TreeView } from '@orrery/live/views'
import { affectedBy, isDown } from './incident.ts'
import { rowOf } from './model.ts'

/** A row in its echo: it is back already, and says how quickly. */
export type EchoRow = TreeRow & { restartedAfterMs?: number }

/** From the moment an exit is first seen. */
export const ECHO_MS = { crashed: 300, end: 800, rest: 1_000 } as const
/** Nothing flashes more often in a second (WCAG 2.3.1); exits beyond are a storm, told by counts, pids and the transport. */
export const FLASHES_PER_S = 3

export interface Echo {
  key: string
  exitAtMs: number
  seenMs: number
}

/** The echoes after a new picture: ended ones go, newly seen exits come. */
export function nextEchoes(
  echoes: ReadonlyMap<string, Echo>,
  before: TreeView | null,
  view: TreeView,
  nowMs: number,
): ReadonlyMap<string, Echo> {
  const next = new Map([...echoes].filter(([, echo]) => nowMs - echo.seenMs < ECHO_MS.rest))
  if (before === null || before.node !== view.node) return next
  for (const key in view.rows) {
    const { exit, promotedFrom } = view.rows[key] as TreeRow
    if (exit === null || exit.action === 'leave' || promotedFrom !== null) continue
    if (rowOf(before, key)?.exit?.atMs === exit.atMs || next.has(key) || next.size >= FLASHES_PER_S) continue
    next.set(key, { key, exitAtMs: exit.atMs, seenMs: nowMs })
  }
  return next
}

/** Whether as much flashed in the last second as may: what else happens is then shown without motion. */
export function isStorm(echoes: ReadonlyMap<string, Echo>): boolean {
  return echoes.size >= FLASHES_PER_S
}

/** When the picture changes next by itself; `null` while nothing echoes. */
export function nextChangeMs(echoes: ReadonlyMap<string, Echo>, nowMs: number): number | null {
  let next: number | null = null
  for (const { seenMs } of echoes.values()) {
    for (const afterMs of [ECHO_MS.crashed, ECHO_MS.end]) {
      const inMs = seenMs + afterMs - nowMs
      if (inMs > 0 && (next === null || inMs < next)) next = inMs
    }
  }
  return next
}

/** The picture with what is being echoed; the same object where nothing is. */
export function withEchoes(
  view: TreeView,
  echoes: ReadonlyMap<string, Echo>,
  nowMs: number,
  childrenOf: (key: string) => readonly string[],
): TreeView {
  const changed = new Map<string, EchoRow>()
  for (const echo of echoes.values()) {
    const row = rowOf(view, echo.key)
    const sinceMs = nowMs - echo.seenMs
    if (!row?.exit || isDown(row) || sinceMs >= ECHO_MS.end) continue
    const isFirst = sinceMs < ECHO_MS.crashed
    changed.set(row.key, {
      ...row,
      status: isFirst ? 'crashed' : 'restarting',
      pid: isFirst ? row.exit.pid : row.pid,
      restartedAfterMs: Math.max(0, row.startedAtMs - row.exit.atMs),
    })
    const supervisor = rowOf(view, row.parent)
    if (!supervisor?.strategy || row.exit.stopped === 0) continue
    const stack = affectedBy(supervisor.strategy, childrenOf(supervisor.key), row.key).filter(
      (key) => key !== row.key,
    )
    while (stack.length > 0) {
      const key = stack.pop() as string
      const other = rowOf(view, key)
      if (!other || changed.has(key)) continue
      if (!isDown(other)) changed.set(key, { ...other, status: 'waiting' })
      stack.push(...childrenOf(key))
    }
  }
  return changed.size === 0 ? view : { ...view, rows: { ...view.rows, ...Object.fromEntries(changed) } }
}
