'use client'
/** A pool: its members by state, and the fullest of them; one step leads to any that is listed. */
import type { TreeRow } from '@orrery/live/views'
import { STATUSES } from '@orrery/protocol'
import { Crosshair, X } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { processesPath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { count, rate } from '../live/format.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { rowOf } from '../tree/model.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { MailboxBar, Sparkline } from '../ui/sparkline.tsx'
import { OutlineRows } from '../ui/states.tsx'
import type { InspectorProps } from './inspector.tsx'
import { membersQuery } from './members-query.ts'

const WINDOW = 60

export function PoolInspector({ row, ...props }: InspectorProps & { row: TreeRow }) {
  const supervisor = rowOf(props.view, row.parent)
  const { data } = useView('processes', {
    node: props.node,
    q: membersQuery(row),
    sort: 'mailbox',
    order: 'desc',
    offset: 0,
    limit: WINDOW,
  })
  const router = useRouter()
  const table = processesPath(props.node, membersQuery(row))
  const open = () => router.push(table)
  useKeys('Selection', [
    { keys: 'Enter', label: 'All members in the table', run: open },
    { keys: 'o', run: open },
  ])
  const counts = row.pool?.counts ?? {}
  return (
    <aside className="insp" aria-label={`Inspector: pool ${visible(row.name)}`}>
      <div className="sec insp-head">
        <div className="row">
          <Glyph name={row.status} size={14} />
          <h1 className="el">{visible(row.name)}</h1>
          <span className="m i2">× {count(row.pool?.count ?? 0)}</span>
          <span className="sp" />
          <button type="button" className="btn sm q" aria-label="Show in the tree" onClick={props.onLocate}>
            <Crosshair className="ic" aria-hidden />
          </button>
          <button type="button" className="btn sm q" aria-label="Close the inspector" onClick={props.onClose}>
            <X className="ic" aria-hidden />
          </button>
        </div>
        <div className="row m insp-pids">
          <span className="i2">{visible(row.module)}</span>
          {supervisor ? (
            <button
              type="button"
              className="i3 insp-incarnation link"
              onClick={() => props.onSelect(supervisor.key)}
            >
              of {visible(supervisor.name)}
            </button>
          ) : null}
        </div>
      </div>
      <div className="vt">
        <div>
          <div className="lbl">Received</div>
          <div className="v">
            {rate(row.receivedPerS)}
            <small>/s</small>
          </div>
          <Sparkline values={row.spark} width={136} height={22} slots={60} />
        </div>
        <div>
          <div className="lbl">Mailboxes</div>
          <div className={`v ${row.mailboxLength > 1_000 ? 'c-backlog' : ''}`}>
            {count(row.mailboxLength)}
          </div>
        </div>
      </div>
      <div className="sec insp-counts">
        {STATUSES.filter((status) => (counts[status] ?? 0) > 0).map((status) => (
          <span key={status} className="row">
            <Glyph name={status} size={11} />
            <span className="i2">{status}</span>
            <span className="m">{count(counts[status] ?? 0)}</span>
          </span>
        ))}
      </div>
      <div className="row insp-members-head">
        <span className="lbl">Fullest mailboxes</span>
        <span className="sp" />
        <Link href={table} className="lbl u">
          All {count(data?.total ?? row.pool?.count ?? 0)} in the table
        </Link>
      </div>
      <div className={`insp-panel ${props.isOld ? 'old' : ''}`}>
        {data ? (
          data.rows.map((member) => (
            <button
              key={member.key}
              type="button"
              className="insp-member"
              onClick={() => props.onSelect(member.key)}
            >
              <Glyph name={member.status} size={11} />
              <span className="el">{visible(member.label ?? member.name)}</span>
              <span className="m i3">{visible(member.pid)}</span>
              <span className="sp" />
              <span className="m i2">{rate(member.receivedPerS)}/s</span>
              <MailboxBar length={member.mailboxLength} />
              <span className="m insp-took">{count(member.mailboxLength)}</span>
            </button>
          ))
        ) : (
          <OutlineRows count={8} height={26} />
        )}
        {data?.error ? <p className="insp-box">{data.error.message}</p> : null}
        {data && !data.error && data.rows.length === 0 ? <p className="insp-empty">No members now.</p> : null}
      </div>
    </aside>
  )
}
