'use client'
/** The tool row: how many processes are in each state, the search, the level of zoom. */
import type { TreeView } from '@orrery/live/views'
import { Search, X } from 'lucide-react'
import { type RefObject, useMemo } from 'react'
import { count } from '../live/format.ts'
import { Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { Segments } from '../ui/tabs.tsx'
import { FILTERS, type Filter, filterCounts } from './filter.ts'
import { LEVEL_SCALE, type Level, levelOf } from './metrics.ts'

const WORDS: Record<Filter, string> = {
  running: 'running',
  busy: 'busy',
  backlog: 'backlog',
  suspended: 'suspended',
  restarting: 'restarting',
  crashed: 'crashed',
  fault: 'under fault',
}

export interface TreeBarProps {
  view: TreeView | null
  filter: Filter | null
  onFilter: (filter: Filter | null) => void
  search: string | null
  onSearch: (text: string | null) => void
  searchRef: RefObject<HTMLInputElement | null>
  hits: number | null
  onNextHit: (back: boolean) => void
  scale: number | null
  onLevel: (scale: number) => void
  isOld: boolean
}

export function TreeBar(props: TreeBarProps) {
  const { view, filter, onFilter, search, hits, scale, onLevel } = props
  const counts = useMemo(() => (view ? filterCounts(view) : null), [view])
  return (
    <div className="tree-bar" role="toolbar" aria-label="Tree">
      {FILTERS.map((name) => {
        const n = counts?.[name] ?? 0
        return (
          <button
            key={name}
            type="button"
            className={`fs ${filter === name ? 'on' : ''} ${n === 0 ? 'z' : ''}`}
            role="switch"
            aria-checked={filter === name}
            title={`Grey out all but ${WORDS[name]}`}
            onClick={() => onFilter(filter === name ? null : name)}
          >
            <Glyph name={name as GlyphName} isStill={n === 0} />
            <span>{WORDS[name]}</span>
            <span className={`m ${props.isOld ? 'i3' : ''}`}>{counts ? count(n) : '–'}</span>
          </button>
        )
      })}
      <div className="sp" />
      {search === null ? null : (
        <search className="tree-search">
          <Search className="ic" aria-hidden />
          <input
            ref={props.searchRef}
            aria-label="Search in this tree"
            placeholder="Name, pid or module"
            value={search}
            onChange={(event) => props.onSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') props.onNextHit(event.shiftKey)
              if (event.key === 'Escape') props.onSearch(null)
              if (event.key === 'Enter' || event.key === 'Escape') event.preventDefault()
            }}
          />
          <span className="m i3">{hits === null ? '' : count(hits)}</span>
          <button type="button" aria-label="Close the search" onClick={() => props.onSearch(null)}>
            <X className="ic" aria-hidden />
          </button>
        </search>
      )}
      <Segments<Level>
        label="Level of detail"
        value={scale === null ? 'near' : levelOf(scale)}
        onChange={(level) => onLevel(LEVEL_SCALE[level])}
        choices={[
          { id: 'far', label: 'Far' },
          { id: 'mid', label: 'Mid' },
          { id: 'near', label: 'Near' },
        ]}
      />
      <span className="m i3 tree-scale">{scale === null ? '' : `${Math.round(scale * 100)}%`}</span>
    </div>
  )
}
