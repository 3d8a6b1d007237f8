'use client'
/** Left in the lab: every kind of fault, how far it reaches, what nobody offers and why; scenarios and routines below. */
import { Search } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { Kbd, Reticle } from '../ui/parts.tsx'
import { OutlineRows } from '../ui/states.tsx'
import type { Listed } from './catalogue-model.ts'
import { KindIcon, ReachBars } from './kind-icon.tsx'

export function CatalogueList({
  groups,
  isLoading,
  failure,
  onRetry,
  chosen,
  filter,
  field,
  onFilter,
  onChoose,
  children,
}: {
  groups: { title: string; kinds: Listed[] }[]
  isLoading: boolean
  failure: string | null
  onRetry: () => void
  chosen: string
  filter: string
  field: RefObject<HTMLInputElement | null>
  onFilter: (text: string) => void
  onChoose: (kind: string) => void
  /** Scenarios and routines. */
  children: ReactNode
}) {
  const first = groups.flatMap(({ kinds }) => kinds).find(({ why }) => why === null)
  return (
    <section className="fl-cat" aria-label="Catalogue">
      <form
        className="q-box fl-filter"
        onSubmit={(event) => {
          event.preventDefault()
          if (filter !== '' && first) onChoose(first.kind.kind)
          field.current?.blur()
        }}
      >
        <Search className="ic" aria-hidden />
        <input
          ref={field}
          value={filter}
          aria-label="Filter faults"
          placeholder="Filter faults"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            if (filter === '') event.currentTarget.blur()
            else onFilter('')
          }}
        />
        <Kbd>/</Kbd>
      </form>
      {isLoading ? <OutlineRows count={12} height={30} /> : null}
      {failure ? (
        <p className="fl-note" role="alert">
          The catalogue did not come: {failure}{' '}
          <button type="button" className="u" onClick={onRetry}>
            Try again
          </button>
        </p>
      ) : null}
      {groups.map(({ title, kinds }) => (
        <section key={title} aria-label={title}>
          <h3 className="lbl fl-group">{title}</h3>
          {kinds.map(({ kind, why }) => (
            <button
              key={kind.kind}
              type="button"
              className={`fl-kind ${kind.kind === chosen ? 'on' : ''}`}
              data-kind={kind.kind}
              aria-pressed={kind.kind === chosen}
              aria-disabled={why !== null}
              title={why ?? kind.summary}
              onClick={() => onChoose(kind.kind)}
            >
              <KindIcon kind={kind.kind} />
              <span className="el">{kind.title}</span>
              <span className="sp" />
              <ReachBars reach={kind.reach} />
              {kind.kind === chosen ? <Reticle inset="2px 4px" /> : null}
            </button>
          ))}
        </section>
      ))}
      {!isLoading && failure === null && groups.length === 0 ? (
        <p className="fl-note">
          No fault has that name.{' '}
          <button type="button" className="u" onClick={() => onFilter('')}>
            Show all
          </button>
        </p>
      ) : null}
      {children}
      <p className="lbl row fl-legend">
        <ReachBars reach={3} />
        reach: process, siblings, node, cluster
      </p>
    </section>
  )
}
