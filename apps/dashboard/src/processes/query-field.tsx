'use client'
/** The query as text, with what may be typed next; it is asked as soon as it can be read. */
import type { TableView } from '@orrery/live/views'
import { PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import { Search } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { plural } from '../live/format.ts'
import { Offers, offerId, Underlined } from '../ui/offers.tsx'
import { Kbd } from '../ui/parts.tsx'
import { completionOf, type Offer, take } from './completion.ts'

const EXAMPLES = [
  'is:restarting',
  'mailbox:>100',
  'wait:>250ms',
  'busy:>5%',
  'restarts:>0',
  'uptime:<5m',
  'label:~trunk',
  '-node:mail@*',
]
const TYPED_MS = 300
const NO_VALUES: TableView['values'] = { behaviour: [], module: [], node: [], supervisor: [] }

export function QueryField({
  query,
  view,
  fault,
  field,
  onQuery,
  onSave,
}: {
  query: string
  view: TableView | null
  fault: TableView['error']
  field: RefObject<HTMLInputElement | null>
  onQuery: (query: string) => void
  onSave: () => void
}) {
  return (
    <div className="pt-q">
      <Field query={query} view={view} fault={fault} field={field} onQuery={onQuery} />
      <div className="pt-syntax">
        {fault ? (
          <p className="pt-fault" role="alert">
            <Underlined text={query} from={fault.from} to={fault.to} />
            {fault.message}
          </p>
        ) : (
          <>
            <span>Syntax</span>
            {EXAMPLES.map((example) => (
              <button
                key={example}
                type="button"
                className="m i2"
                onClick={() => onQuery(`${query} ${example}`.trim())}
              >
                {example}
              </button>
            ))}
          </>
        )}
        <span className="sp" />
        <button type="button" className="row i2 pt-save" onClick={onSave}>
          Save view <kbd>S</kbd>
        </button>
      </div>
    </div>
  )
}

function Field({
  query,
  view,
  fault,
  field,
  onQuery,
}: Pick<Parameters<typeof QueryField>[0], 'query' | 'view' | 'fault' | 'field' | 'onQuery'>) {
  const list = useId()
  const [text, setText] = useState(query)
  const [caret, setCaret] = useState<number | null>(null)
  const [at, setAt] = useState(-1)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => setText(query), [query])
  useEffect(() => () => clearTimeout(timer.current ?? undefined), [])
  const values = view?.values ?? NO_VALUES
  const completion = caret === null ? null : completionOf(text, caret, values)

  const ask = (next: string) => {
    if (timer.current) clearTimeout(timer.current)
    timer.current = null
    if (next.trim() !== query) onQuery(next.trim())
  }
  const type = (next: string, to: number | null) => {
    setText(next)
    setCaret(to)
    setAt(-1)
    if (timer.current) clearTimeout(timer.current)
    // What cannot be read yet, or may become a field, is being typed; Enter asks for it all the same.
    const isTyping = completionOf(next, to ?? next.length, values) !== null && !next.endsWith(' ')
    const isReady = parseQuery(next, PROCESS_FIELDS).ok && !isTyping
    timer.current = isReady ? setTimeout(() => ask(next), TYPED_MS) : null
  }
  const accept = (offer: Offer | undefined) => {
    if (!completion || !offer) return
    const next = take(text, completion, offer)
    type(next.text, next.caret)
    requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const offers = completion?.offers ?? []
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && offers.length > 0) setAt((at + by + offers.length) % offers.length)
    else if (
      event.key === 'Tab' &&
      !event.shiftKey &&
      offers.length > 0 &&
      (at >= 0 || isBegun(text, caret))
    ) {
      accept(offers[Math.max(0, at)])
    } else if (event.key === 'Enter' && at >= 0) accept(offers[at])
    else if (event.key === 'Enter') {
      ask(text)
      setCaret(null)
    } else if (event.key === 'Escape' && completion) setCaret(null)
    else if (event.key === 'Escape') event.currentTarget.blur()
    else return
    event.preventDefault()
  }
  return (
    <div className="q-box q-input">
      <Search className="ic i3" aria-hidden />
      <input
        ref={field}
        value={text}
        role="combobox"
        aria-label="Search processes: text, or a field"
        aria-invalid={fault !== null}
        aria-expanded={completion !== null}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? offerId(list, at) : undefined}
        placeholder="text, or a field"
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => type(event.target.value, event.target.selectionStart)}
        onFocus={(event) => setCaret(event.target.selectionStart)}
        onClick={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={() => {
          setCaret(null)
          ask(text)
        }}
        onKeyDown={onKeyDown}
      />
      <span className="m i2 nw">{view && !fault ? plural(view.total, 'process', 'processes') : ''}</span>
      <Kbd>/</Kbd>
      <Offers id={list} offers={completion?.offers ?? null} at={at} onAccept={accept} />
    </div>
  )
}

/** Something of the word is there, so that Tab means to end it and not to leave. */
function isBegun(text: string, caret: number | null): boolean {
  return caret !== null && caret > 0 && text[caret - 1] !== ' '
}
