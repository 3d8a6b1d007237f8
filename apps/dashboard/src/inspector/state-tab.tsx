'use client'
/** The state as the node captured it: bounded, redacted there, text only here; what changed since the last look is marked. */
import type { Term } from '@orrery/protocol'
import { useRef } from 'react'
import { bytesText, clock } from '../live/format.ts'
import { TermTree } from '../term/term-tree.tsx'
import { changedFields } from './changes.ts'
import { Asked, Missing, type TabProps } from './parts.tsx'

/** Marks stay that long after the change. */
const MARKED_MS = 5_000

export function StateTab({ process }: TabProps) {
  const { inspection, inspectionAtMs } = process
  const state = inspection?.state ?? null
  const value = state?.status === 'captured' || state?.status === 'truncated' ? state.value : null
  const changed = useChanges(value, inspection?.pid ?? null, inspectionAtMs)
  return (
    <div className="insp-tab">
      <div className="row insp-tab-head">
        <span className="lbl">{process.row?.behaviour === 'Supervisor' ? 'Supervisor state' : 'State'}</span>
        <span className="sp" />
        {inspection?.stateSizeBytes ? (
          <span className="m i2">{bytesText(inspection.stateSizeBytes)}</span>
        ) : null}
        {inspectionAtMs === null ? null : <span className="m i3">{clock(inspectionAtMs)}</span>}
      </div>
      <Asked process={process} />
      {state && state.status !== 'captured' ? <Missing field={state} what="State" /> : null}
      {value === null && state?.status !== 'captured' ? null : state ? (
        <TermTree term={value} openDepth={2} {...(changed ? { changed } : {})} />
      ) : null}
    </div>
  )
}

/** Fields that changed lately, with what they were. Another pid is another state, not a change. */
function useChanges(term: Term, pid: string | null, atMs: number | null): ReadonlyMap<string, Term> | null {
  const held = useRef<{
    pid: string | null
    atMs: number | null
    term: Term
    marks: Map<string, { was: Term; atMs: number }>
  }>({
    pid: null,
    atMs: null,
    term: null,
    marks: new Map(),
  })
  const before = held.current
  if (pid !== before.pid) held.current = { pid, atMs, term, marks: new Map() }
  else if (atMs !== null && atMs !== before.atMs) {
    const marks = new Map([...before.marks].filter(([, mark]) => atMs - mark.atMs < MARKED_MS))
    for (const [path, was] of changedFields(before.term, term)) marks.set(path, { was, atMs })
    held.current = { pid, atMs, term, marks }
  }
  if (held.current.marks.size === 0) return null
  return new Map([...held.current.marks].map(([path, mark]) => [path, mark.was]))
}
