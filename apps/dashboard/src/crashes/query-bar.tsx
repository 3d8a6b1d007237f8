'use client'
/** The query as text with what it found, what may be asked, and the searches somebody saved. */
import type { CrashesView } from '@orrery/live/views'
import { Search } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Named } from '../frame/named-list.ts'
import { count, plural } from '../live/format.ts'
import { Kbd } from '../ui/parts.tsx'
import { ImportReport } from './import-report.tsx'
import { faultOf, marked } from './query-tokens.ts'

const EXAMPLES = [
  'is:regressed',
  'reason:~timeout',
  'module:Parser',
  'message:deliver',
  'kind:throw',
  'outcome:given_up',
  '-node:mail@*',
]

export function QueryBar({
  query,
  view,
  searches,
  onQuery,
  onSave,
  field,
}: {
  query: string
  view: CrashesView | null
  searches: readonly Named[]
  onQuery: (query: string) => void
  onSave: () => void
  field: React.RefObject<HTMLInputElement | null>
}) {
  const [text, setText] = useState(query)
  const mirror = useRef<HTMLSpanElement>(null)
  useEffect(() => setText(query), [query])
  const error = view?.error ?? null
  const fault = error ? faultOf(query, error) : { from: 0, to: 0 }
  return (
    <div className="q">
      <form
        className="q-box q-input"
        aria-label="Crash search"
        onSubmit={(event) => {
          event.preventDefault()
          onQuery(text.trim())
        }}
      >
        <Search className="ic" aria-hidden />
        <span className="q-field">
          <Tokens text={text} mirror={mirror} />
          <input
            ref={field}
            value={text}
            aria-label="Search crashes: text, or a field"
            aria-invalid={error !== null}
            placeholder="text, or a field"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onScroll={(event) => {
              if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft
            }}
            onBlur={() => text.trim() !== query && onQuery(text.trim())}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              // Leaving the field asks what stands in it.
              flushSync(() => setText(query))
              event.currentTarget.blur()
            }}
          />
        </span>
        <span className="m i2 nw">
          {view && !error ? foundText(view) : ''}
          {view && !error ? <span className="i3"> · {plural(view.total, 'crash', 'crashes')}</span> : null}
          {view && view.pending > 0 ? (
            <span className="i3"> · {count(view.pending)} being stored</span>
          ) : null}
        </span>
        <Kbd>/</Kbd>
      </form>
      {error ? (
        <p className="q-error" role="alert">
          <span className="m">
            {query.slice(0, fault.from)}
            <u>{query.slice(fault.from, fault.to)}</u>
            {query.slice(fault.to)}
          </span>
          {error.message}
        </p>
      ) : (
        <div className="q-syntax">
          {searches.length > 0 ? (
            <>
              <span>Saved</span>
              {searches.map((search) => (
                <button
                  key={search.name}
                  type="button"
                  className={search.q === query ? 'on' : 'i2'}
                  aria-pressed={search.q === query}
                  title={search.q}
                  onClick={() => onQuery(search.q)}
                >
                  {search.name}
                </button>
              ))}
            </>
          ) : null}
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
          <span className="sp" />
          <ImportReport />
          <button type="button" className="i2 q-save" onClick={onSave}>
            Save search <Kbd>S</Kbd>
          </button>
        </div>
      )}
    </div>
  )
}

/** `9 of 31 groups`: what is shown of what the rest of the query matches. */
function foundText(view: CrashesView): string {
  const all = Object.values(view.statuses).reduce((sum, n) => sum + n, 0)
  return view.groupsFound === all
    ? plural(all, 'group')
    : `${count(view.groupsFound)} of ${plural(all, 'group')}`
}

/** What stands behind the transparent text of the field: every `field:value` on a plate, its field in the accent. */
function Tokens({ text, mirror }: { text: string; mirror: RefObject<HTMLSpanElement | null> }) {
  return (
    <span ref={mirror} className="q-mirror" aria-hidden>
      {marked(text).map(({ at, field, value }) =>
        field === '' ? (
          value
        ) : (
          <span key={at} className="q-tok">
            <span className="c-signal">{field}</span>
            {value}
          </span>
        ),
      )}
    </span>
  )
}
