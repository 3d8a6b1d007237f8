'use client'
/** A term as a tree of lines that open and close. A value that was kept back is a box in its place. */
import './term.css'
import type { TaggedTerm, Term } from '@orrery/protocol'
import { type ReactNode, useState } from 'react'
import { termText, visible } from './term-text.ts'

export interface TermTreeProps {
  term: Term
  /** Paths (`buffer.last`) that changed, with the value they had before. */
  changed?: ReadonlyMap<string, Term>
  /** Levels open at first; 1 by default. */
  openDepth?: number
}

export function TermTree({ term, changed, openDepth = 1 }: TermTreeProps) {
  const children = childrenOf(term)
  return (
    <div className="term" role="tree" aria-label="Value">
      {children && !hasHead(term) ? (
        <Children term={term} path="" depth={0} openDepth={openDepth} {...(changed ? { changed } : {})} />
      ) : (
        <Line
          name={null}
          term={term}
          path=""
          depth={0}
          openDepth={openDepth}
          {...(changed ? { changed } : {})}
        />
      )}
    </div>
  )
}

interface LineProps {
  name: string | null
  term: Term
  path: string
  depth: number
  openDepth: number
  changed?: ReadonlyMap<string, Term>
}

function Line({ name, term, path, depth, openDepth, changed }: LineProps) {
  const children = childrenOf(term)
  const isBranch = children !== null && children.length > 0
  const [isOpen, setIsOpen] = useState(depth < openDepth)
  const before = changed?.get(path)
  const label =
    name === null ? null : (
      <>
        <span className="term-key">{visible(name)}</span>
        {': '}
      </>
    )
  return (
    <>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the button inside takes the focus */}
      <div
        role="treeitem"
        aria-level={depth + 1}
        {...(isBranch ? { 'aria-expanded': isOpen } : {})}
        className={`term-line${before === undefined ? '' : ' changed'}`}
        style={{ paddingLeft: depth * 14 + 16 }}
      >
        {isBranch ? (
          <button type="button" className="term-fold" onClick={() => setIsOpen(!isOpen)}>
            <span aria-hidden className="term-caret">
              {isOpen ? '▾' : '▸'}
            </span>
            {label}
            <span className="i3">{isOpen ? headOf(term) : termText(term, 96)}</span>
          </button>
        ) : (
          <>
            {label}
            <Leaf term={term} />
          </>
        )}
        {before === undefined ? null : <span className="term-was">was {termText(before, 40)}</span>}
      </div>
      {isBranch && isOpen ? (
        <Children
          term={term}
          path={path}
          depth={depth + 1}
          openDepth={openDepth}
          {...(changed ? { changed } : {})}
        />
      ) : null}
    </>
  )
}

function Children({ term, path, depth, openDepth, changed }: Omit<LineProps, 'name'>) {
  const children = childrenOf(term) ?? []
  const more = typeof term === 'object' && term !== null && 'more' in term ? (term.more ?? 0) : 0
  return (
    <>
      {children.map(([key, value]) => {
        const at = path === '' ? key : `${path}.${key}`
        return (
          <Line
            key={at}
            name={key}
            term={value}
            path={at}
            depth={depth}
            openDepth={openDepth}
            {...(changed ? { changed } : {})}
          />
        )
      })}
      {more > 0 ? (
        <div className="term-line i3" style={{ paddingLeft: depth * 14 + 16 }}>
          … {more.toLocaleString('en-US')} more, not taken
        </div>
      ) : null}
    </>
  )
}

function Leaf({ term }: { term: Term }): ReactNode {
  if (typeof term === 'string') return <span className="syn-string">{visible(JSON.stringify(term))}</span>
  if (typeof term === 'number') return <span className="syn-number">{String(term)}</span>
  if (term === null || typeof term === 'boolean') return <span className="syn-keyword">{String(term)}</span>
  switch (term.$) {
    case 'redacted':
      return (
        <span className="term-box redacted" title={term.why}>
          redacted
        </span>
      )
    case 'truncated':
    case 'unavailable':
      return (
        <span className="term-box" title={term.why}>
          {term.$}: {visible(term.why)}
        </span>
      )
    case 'text':
      return (
        <>
          <span className="syn-string">{visible(JSON.stringify(term.text))}</span>
          <span className="term-box">{term.length.toLocaleString('en-US')} characters, cut</span>
        </>
      )
    case 'bigint':
    case 'number':
      return <span className="syn-number">{termText(term)}</span>
    default:
      return <span className="i2">{termText(term)}</span>
  }
}

/** The entries of a value that has some, else `null`. */
function childrenOf(term: Term): [string, Term][] | null {
  if (term === null || typeof term !== 'object') return null
  switch (term.$) {
    case 'object':
      return term.entries
    case 'array':
    case 'set':
      return term.items.map((item, i): [string, Term] => [String(i), item])
    case 'map':
      return term.entries.map(([key, value]): [string, Term] => [termText(key, 60), value])
    case 'error':
      return [
        ['message', term.message],
        ...(term.entries ?? []),
        ...(term.cause === undefined ? [] : [['cause', term.cause] as [string, Term]]),
      ]
    default:
      return null
  }
}

function headOf(term: Term): string {
  const tagged = term as TaggedTerm
  if (tagged.$ === 'object') return tagged.name ? visible(tagged.name) : ''
  if (tagged.$ === 'array') return `[${tagged.items.length + (tagged.more ?? 0)}]`
  if (tagged.$ === 'map') return `Map(${tagged.entries.length + (tagged.more ?? 0)})`
  if (tagged.$ === 'set') return `Set(${tagged.items.length + (tagged.more ?? 0)})`
  return tagged.$ === 'error' ? visible(tagged.name) : ''
}

/** A plain object is shown by its fields alone; anything else first says what it is. */
function hasHead(term: Term): boolean {
  return !(typeof term === 'object' && term !== null && term.$ === 'object' && !term.name)
}
