'use client'
/** What several tabs share: where a value would be, a link to another process, how old an inspection is. */
import type { ProcessView, TreeView } from '@orrery/live/views'
import type { Field, Term } from '@orrery/protocol'
import { age, clock } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { rowOf } from '../tree/model.ts'
import { Glyph } from '../ui/glyphs.tsx'

export interface TabProps {
  node: string
  process: ProcessView
  view: TreeView
  onSelect: (key: string) => void
}

/** Another process, by what is known of it; leads to it. */
export function ProcessLink({
  peer,
  view,
  onSelect,
  isShort = false,
}: {
  peer: { pid: string | null; key: string; name: string | null }
  view: TreeView
  onSelect: (key: string) => void
  /** The name alone. */
  isShort?: boolean
}) {
  const row = rowOf(view, peer.key)
  return (
    <button type="button" className="insp-link" onClick={() => onSelect(peer.key)} title={visible(peer.key)}>
      <Glyph name={row?.status ?? 'lost'} size={10} />
      <span className="el">{visible(peer.name ?? row?.name ?? lastOf(peer.key) ?? peer.pid ?? '?')}</span>
      {peer.pid && !isShort ? <span className="m i3">{visible(peer.pid)}</span> : null}
    </button>
  )
}

function lastOf(key: string): string | null {
  const last = key.slice(key.lastIndexOf('/') + 1)
  return last === '' ? null : last
}

/** A part that is not there says why, as a box in the place of the value. */
export function Missing({
  field,
  what,
}: {
  field: Exclude<Field<Term>, { status: 'captured' }>
  what: string
}) {
  if (field.status === 'truncated') {
    return (
      <p className="insp-box">
        <b>Truncated.</b> {visible(field.why)}
      </p>
    )
  }
  return (
    <p className={`insp-box ${field.status}`}>
      <b>
        {what} {field.status}.
      </b>{' '}
      {visible(field.why)}
    </p>
  )
}

/** When the node was last asked, and why not since. */
export function Asked({ process }: { process: ProcessView }) {
  const nowMs = useHubNow(1_000)
  const { inspection, inspectionAtMs, inspectionError, row } = process
  if (inspectionError && (!inspection || (inspectionAtMs !== null && nowMs - inspectionAtMs > 3_000))) {
    return (
      <p className="insp-box" role="status">
        <b>Could not be read{inspectionAtMs === null ? '' : ` since ${clock(inspectionAtMs)}`}.</b>{' '}
        {visible(inspectionError.message)}
      </p>
    )
  }
  if (!inspection) return <p className="insp-empty">Asking the node.</p>
  const isOther = row !== null && inspection.pid !== row.pid
  const ageMs = inspectionAtMs === null ? 0 : nowMs - inspectionAtMs
  if (isOther) {
    return (
      <p className="insp-box">
        Of <span className="m">{visible(inspection.pid)}</span>, before it exited.
      </p>
    )
  }
  return ageMs > 3_500 ? <p className="insp-box">{age(ageMs)} old.</p> : null
}
