'use client'
/** Says what was just done to groups, and takes it back. */
import { X } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/parts.tsx'
import type { GroupActions } from './use-group-actions.ts'

export function DoneLine({ actions }: { actions: GroupActions }) {
  const { done } = actions
  if (done === null) return null
  return (
    <section className="gdone" aria-label="Last action">
      <span className={`el ${done.isFailure ? 'c-crashed' : ''}`}>{done.text}</span>
      {done.undo ? (
        <Button isSmall disabled={actions.isBusy || actions.off !== null} onClick={actions.undo}>
          Undo <Kbd>Z</Kbd>
        </Button>
      ) : null}
      <button type="button" className="btn sm q" aria-label="Dismiss" onClick={actions.dismiss}>
        <X className="ic" aria-hidden />
      </button>
    </section>
  )
}
