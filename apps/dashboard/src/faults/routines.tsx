'use client'
/** Chaos as routine: what runs by itself, when next, and why one stopped itself. */
import type { Routine } from '@orrery/protocol/faults'
import { CalendarClock, Plus } from 'lucide-react'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { isStopped, nextText } from './routine-model.ts'

export function RoutineList({
  routines,
  hasScenarios,
  off,
  onOpen,
}: {
  routines: readonly Routine[]
  /** Without one there is nothing that could be run again and again. */
  hasScenarios: boolean
  off: string | null
  /** `null` makes a new one. */
  onOpen: (routine: Routine | null) => void
}) {
  const nowMs = useHubNow(routines.length > 0 ? 1_000 : null)
  if (routines.length === 0 && !hasScenarios) return null
  return (
    <section aria-label="Routines">
      <h3 className="lbl fl-group fl-apart row">
        Routines
        <span className="sp" />
        {off === null && hasScenarios ? (
          <button type="button" className="fl-add" aria-label="New routine" onClick={() => onOpen(null)}>
            <Plus className="ic" aria-hidden />
          </button>
        ) : null}
      </h3>
      {routines.map((routine) => (
        <button key={routine.id} type="button" className="fl-kind" onClick={() => onOpen(routine)}>
          {isStopped(routine) ? (
            <Glyph name="backlog" size={12} label="stopped itself" />
          ) : (
            <CalendarClock className="ic" aria-hidden />
          )}
          <span className="el" title={visible(routine.stoppedWhy || routine.body.name)}>
            {visible(routine.body.name)}
          </span>
          <span className="sp" />
          <span className="lbl nw">{nextText(routine, nowMs)}</span>
        </button>
      ))}
    </section>
  )
}
