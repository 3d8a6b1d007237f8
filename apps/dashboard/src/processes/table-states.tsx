'use client'
/** The states of the table besides being live. */
import type { TableView } from '@orrery/live/views'
import { age, clockSeconds, plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import type { LiveTable } from './use-table.ts'

export function StateLine({ table, nowMs }: { table: LiveTable; nowMs: number }) {
  const { view, status, ageMs, heardAtMs, error } = table
  if (error && view === null) {
    return (
      <ErrorState title="The table could not be made.">
        <p>{error.message}</p>
      </ErrorState>
    )
  }
  if (status === 'disconnected') {
    return (
      <p className="pt-state" role="status">
        The hub is gone{heardAtMs === null ? '' : ` since ${clockSeconds(heardAtMs)}`}. Last rows shown.
      </p>
    )
  }
  if (status === 'stale') {
    return (
      <p className="pt-state" role="status">
        Order held, {age(ageMs)} old.
      </p>
    )
  }
  const missing = view === null ? [] : Object.entries(view.nodes).filter(([, node]) => node.status !== 'live')
  if (view === null || missing.length === 0) return null
  const all = Object.keys(view.nodes).length
  return (
    <p className="pt-state" role="status">
      {all > 1 ? `${all - missing.length} of ${plural(all, 'node')}. ` : ''}
      {missing
        .map(([name, node]) => `${visible(name)} ${node.status} ${age(nowMs - node.lastHeardAtMs)}`)
        .join(', ')}
      . Last rows shown.
    </p>
  )
}

export function NoRows({
  view,
  query,
  onQuery,
}: {
  /** `null` where the query could not be read from the first. */
  view: TableView | null
  query: string
  onQuery: (query: string) => void
}) {
  if (view === null) {
    return (
      <EmptyState title="Nothing is searched until the query can be read.">
        <button type="button" className="u" onClick={() => onQuery('')}>
          Show all
        </button>
      </EmptyState>
    )
  }
  const { without } = view
  if (query.trim() === '') return <EmptyState title="No process runs here." />
  return (
    <EmptyState title="No process matches.">
      {without ? (
        <p>
          {plural(without.total, 'would', 'would')} without <span className="m">{without.clause}</span>.{' '}
          <button type="button" className="u" onClick={() => onQuery(without.rest)}>
            Remove it
          </button>
        </p>
      ) : (
        <button type="button" className="u" onClick={() => onQuery('')}>
          Show all
        </button>
      )}
    </EmptyState>
  )
}
