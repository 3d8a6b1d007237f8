'use client'
/** The tool row: how many processes are in each state, the search, the level of zoom. */
import type { TreeView } from '@orrery/live/views'
import { Search, X } from 'lucide-react'
import { memo, type RefObject, useCallback } from 'react'
import { count } from '../live/format.ts'
import { Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { type Choice, Segments } from '../ui/tabs.tsx'
import type { CameraControl } from './camera-control.ts'
import { FILTERS, type Filter, filterCounts } from './filter.ts'
import { LEVEL_SCALE, type Level, levelOf } from './metrics.ts'
import { useCameraPart } from './use-camera.ts'

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
  control: CameraControl
  isOld: boolean
}

export function TreeBar(props: TreeBarProps) {
  const { view, filter, search, hits } = props
  const counts = view ? filterCounts(view) : null
  return (
    <div className="tree-bar" role="toolbar" aria-label="Tree">
      {FILTERS.map((name) => (
        <FilterSwitch
          key={name}
          name={name}
          count={counts?.[name] ?? null}
          isOn={filter === name}
          isOld={props.isOld}
          onFilter={props.onFilter}
        />
      ))}
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
      <Levels control={props.control} />
    </div>
  )
}

/** Drawn anew for its own figure alone. */
const FilterSwitch = memo(function FilterSwitch({
  name,
  count: n,
  isOn,
  isOld,
  onFilter,
}: {
  name: Filter
  count: number | null
  isOn: boolean
  isOld: boolean
  onFilter: (filter: Filter | null) => void
}) {
  return (
    <button
      type="button"
      className={`fs ${isOn ? 'on' : ''} ${n ? '' : 'z'}`}
      role="switch"
      aria-checked={isOn}
      title={`Grey out all but ${WORDS[name]}`}
      onClick={() => onFilter(isOn ? null : name)}
    >
      <Glyph name={name as GlyphName} isStill={!n} />
      <span>{WORDS[name]}</span>
      <span className={`m ${isOld ? 'i3' : ''}`}>{n === null ? '–' : count(n)}</span>
    </button>
  )
})

const Levels = memo(function Levels({ control }: { control: CameraControl }) {
  const percent = useCameraPart(control, (camera) => camera && Math.round(camera.scale * 100))
  const level = useCameraPart(control, (camera) => (camera ? levelOf(camera.scale) : 'near'))
  const onChange = useCallback((to: Level) => control.zoomTo(LEVEL_SCALE[to]), [control])
  return (
    <>
      <Segments<Level> label="Level of detail" value={level} onChange={onChange} choices={LEVELS} />
      <span className="m i3 tree-scale">{percent === null ? '' : `${percent}%`}</span>
    </>
  )
})

const LEVELS: Choice<Level>[] = [
  { id: 'far', label: 'Far' },
  { id: 'mid', label: 'Mid' },
  { id: 'near', label: 'Near' },
]
