'use client'
/** Tabs and segments: one of a few, by pointer or arrow keys. */
import { type KeyboardEvent, type ReactNode, useRef } from 'react'

export interface Choice<Id extends string> {
  id: Id
  label: ReactNode
  /** A figure beside the label. */
  count?: string | number
  isDisabled?: boolean
  /** Why it is disabled, on hover. */
  title?: string
}

/** Tabs over a panel: give the panel `role="tabpanel"` and `id={panelId}`. */
export function Tabs<Id extends string>({
  choices,
  value,
  onChange,
  label,
  panelId,
}: {
  choices: Choice<Id>[]
  value: Id
  onChange: (id: Id) => void
  label: string
  panelId?: string
}) {
  const ref = useRef<HTMLDivElement>(null)
  return (
    <div
      ref={ref}
      className="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => step(event, ref.current, choices, value, onChange)}
    >
      {choices.map((choice) => (
        <button
          key={choice.id}
          type="button"
          role="tab"
          title={choice.title}
          disabled={choice.isDisabled}
          aria-selected={choice.id === value}
          aria-controls={panelId}
          tabIndex={choice.id === value ? 0 : -1}
          data-choice={choice.id}
          className={choice.id === value ? 'on' : ''}
          onClick={() => onChange(choice.id)}
        >
          {choice.label}
          {choice.count === undefined ? null : <span className="m">{choice.count}</span>}
        </button>
      ))}
    </div>
  )
}

/** A segmented switch. */
export function Segments<Id extends string>({
  choices,
  value,
  onChange,
  label,
}: {
  choices: Choice<Id>[]
  value: Id
  onChange: (id: Id) => void
  label: string
}) {
  const ref = useRef<HTMLDivElement>(null)
  return (
    <div
      ref={ref}
      className="seg"
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => step(event, ref.current, choices, value, onChange)}
    >
      {choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a radio cannot be drawn as a segment
        <button
          key={choice.id}
          type="button"
          role="radio"
          title={choice.title}
          disabled={choice.isDisabled}
          aria-checked={choice.id === value}
          tabIndex={choice.id === value ? 0 : -1}
          data-choice={choice.id}
          className={choice.id === value ? 'on' : ''}
          onClick={() => onChange(choice.id)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  )
}

function step<Id extends string>(
  event: KeyboardEvent,
  host: HTMLElement | null,
  choices: Choice<Id>[],
  value: Id,
  onChange: (id: Id) => void,
): void {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (!by) return
  const open = choices.filter((choice) => !choice.isDisabled)
  const at = open.findIndex((choice) => choice.id === value)
  const next = open[(at + by + open.length) % open.length]
  if (!next) return
  event.preventDefault()
  event.stopPropagation()
  onChange(next.id)
  for (const tab of host?.querySelectorAll<HTMLElement>('[data-choice]') ?? []) {
    if (tab.dataset.choice === next.id) tab.focus()
  }
}
