'use client'
/** Several faults in one experiment: which is edited, and whether they come together or one after the other. */
import { Plus, X } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { Segments } from '../ui/tabs.tsx'
import type { Draft } from './draft.ts'
import { MAX_STEPS } from './draft.ts'
import type { Kind } from './lab-api.ts'

export function StepsBar({
  draft,
  kinds,
  onAt,
  onAdd,
  onDrop,
  onArrange,
}: {
  draft: Draft
  kinds: ReadonlyMap<string, Kind>
  onAt: (at: number) => void
  onAdd: () => void
  onDrop: (at: number) => void
  onArrange: (arrangement: Draft['arrangement']) => void
}) {
  if (draft.steps.length === 1) return null
  return (
    <div className="sec fl-steps">
      <ol aria-label="Faults of this experiment">
        {draft.steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are places in an order
          <li key={i} className={i === draft.at ? 'on' : ''}>
            <button type="button" aria-current={i === draft.at} onClick={() => onAt(i)}>
              <span className="m i3">{i + 1}</span> {kinds.get(step.kind)?.title ?? step.kind}{' '}
              <span className="m i3 el">
                {step.query || [step.node, step.port].filter(Boolean).join(' ')}
              </span>
            </button>
            <button
              type="button"
              className="fl-drop"
              aria-label={`Remove fault ${i + 1}`}
              onClick={() => onDrop(i)}
            >
              <X className="ic" aria-hidden />
            </button>
          </li>
        ))}
      </ol>
      <div className="row">
        <Segments
          label="Arrangement"
          choices={[
            { id: 'together', label: 'Together' },
            { id: 'sequence', label: 'In sequence' },
          ]}
          value={draft.arrangement}
          onChange={onArrange}
        />
        {draft.steps.length < MAX_STEPS ? <AddStep onAdd={onAdd} /> : null}
      </div>
    </div>
  )
}

export function AddStep({ onAdd }: { onAdd: () => void }) {
  return (
    <Button isSmall kind="quiet" onClick={onAdd}>
      <Plus className="ic" aria-hidden />
      Add a fault <kbd>N</kbd>
    </Button>
  )
}
