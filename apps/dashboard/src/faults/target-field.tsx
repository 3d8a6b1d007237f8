'use client'
/** A query over processes as it is typed, with what may come next; what is wrong is underlined below. */
import type { TableView } from '@orrery/live/views'
import type { QueryError } from '@orrery/protocol/query'
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { faultOf, marked } from '../crashes/query-tokens.ts'
import { type Offer, take } from '../processes/completion.ts'
import { Offers, offerId, Underlined } from '../ui/offers.tsx'
import { targetCompletion } from './target-completion.ts'

const NO_VALUES: TableView['values'] = { behaviour: [], module: [], node: [], supervisor: [] }

export function TargetField({
  value,
  label,
  placeholder,
  values = NO_VALUES,
  error,
  field,
  onChange,
}: {
  value: string
  label: string
  placeholder: string
  values?: TableView['values'] | undefined
  error: QueryError | null
  field?: RefObject<HTMLInputElement | null>
  onChange: (text: string) => void
}) {
  const list = useId()
  const own = useRef<HTMLInputElement>(null)
  const input = field ?? own
  const mirror = useRef<HTMLSpanElement>(null)
  const [text, setText] = useState(value)
  const [caret, setCaret] = useState<number | null>(null)
  const [at, setAt] = useState(-1)
  useEffect(() => setText((before) => (before.trim() === value.trim() ? before : value)), [value])
  const completion = caret === null ? null : targetCompletion(text, caret, values)

  const type = (next: string, to: number | null) => {
    setText(next)
    setCaret(to)
    setAt(-1)
    onChange(next)
  }
  const accept = (offer: Offer | undefined) => {
    if (!completion || !offer) return
    const next = take(text, completion, offer)
    type(next.text, next.caret)
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const offers = completion?.offers ?? []
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && offers.length > 0) setAt((at + by + offers.length) % offers.length)
    else if (event.key === 'Tab' && !event.shiftKey && at >= 0) accept(offers[at])
    else if (event.key === 'Enter' && at >= 0) accept(offers[at])
    else if ((event.key === 'Escape' || event.key === 'Enter') && completion) setCaret(null)
    else if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
    else return
    event.preventDefault()
  }
  const fault = error ? faultOf(text, error) : null
  return (
    <div className="fl-target">
      <div className="q-box fl-query">
        <span className="fl-typed">
          <span ref={mirror} className="fl-mirror" aria-hidden>
            {marked(text).map((part) => (
              <span key={part.at}>
                <span className="c-signal">{part.field}</span>
                {part.value}
              </span>
            ))}
          </span>
          <input
            ref={input}
            value={text}
            role="combobox"
            aria-label={label}
            aria-invalid={error !== null}
            aria-expanded={completion !== null}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={at >= 0 ? offerId(list, at) : undefined}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => type(event.target.value, event.target.selectionStart)}
            onFocus={(event) => setCaret(event.target.selectionStart)}
            onClick={(event) => setCaret(event.currentTarget.selectionStart)}
            onBlur={() => setCaret(null)}
            onScroll={(event) => {
              if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft
            }}
            onKeyDown={onKeyDown}
          />
        </span>
        <Offers id={list} offers={completion?.offers ?? null} at={at} onAccept={accept} />
      </div>
      {error && fault ? (
        <p className="fl-wrong" role="alert">
          <Underlined text={text} from={fault.from} to={fault.to} /> {error.message}
        </p>
      ) : null}
    </div>
  )
}
