'use client'
/** Views as tabs with their counts, how rows are grouped, and which columns stand. */
import type { TableView } from '@orrery/live/views'
import { Check, Columns3 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { count } from '../live/format.ts'
import { Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { Segments } from '../ui/tabs.tsx'
import { GROUPS, type TableAddress } from './address.ts'
import { COLUMNS, NAME, PRESETS, type Preset, type useColumns } from './columns.ts'
import { isView, type SavedView } from './saved-views.ts'

const FACETS: { q: string; label: string; glyph: GlyphName | null; of: keyof TableView['counts'] }[] = [
  { q: '', label: 'All', glyph: null, of: 'all' },
  { q: 'is:growing', label: 'Growing', glyph: 'backlog', of: 'growing' },
  { q: 'is:down', label: 'Not running', glyph: 'crashed', of: 'down' },
  { q: 'is:restarted', label: 'Restarted, 5 min', glyph: 'restarting', of: 'restarted' },
  { q: 'is:faulty', label: 'Under fault', glyph: 'fault', of: 'faulty' },
  { q: 'is:suspended', label: 'Suspended', glyph: 'suspended', of: 'suspended' },
]
const GROUP_WORDS = { none: 'None', supervisor: 'Supervisor', behaviour: 'Behaviour', node: 'Node' } as const

export function TableBar({
  address,
  counts,
  saved,
  chosen,
  shownColumns,
  hasGroups,
  onChange,
}: {
  address: TableAddress
  counts: TableView['counts'] | null
  saved: SavedView[]
  chosen: ReturnType<typeof useColumns>
  /** How many stand, the name among them. */
  shownColumns: number
  /** Where there is no room, the menu of columns has the groups. */
  hasGroups: boolean
  onChange: (change: Partial<TableAddress>) => void
}) {
  const { q, group } = address
  const groups = (
    <Segments
      label="Group"
      choices={GROUPS.map((id) => ({ id, label: GROUP_WORDS[id] }))}
      value={group}
      onChange={(next) => onChange({ group: next })}
    />
  )
  return (
    <div className="pt-bar">
      <nav className="pt-views" aria-label="Views">
        {FACETS.map((facet) => (
          <button
            key={facet.label}
            type="button"
            className={q === facet.q ? 'on' : ''}
            aria-pressed={q === facet.q}
            onClick={() => onChange({ q: facet.q, selected: new Set() })}
          >
            {facet.glyph ? <Glyph name={facet.glyph} size={10} isStill /> : null}
            {facet.label}
            <span className="m">{counts ? count(counts[facet.of]) : ''}</span>
          </button>
        ))}
        {saved.map((named) => {
          const { name, ...change } = named
          const isOn = isView(named, address) && !FACETS.some((facet) => facet.q === q)
          return (
            <button
              key={name}
              type="button"
              className={isOn ? 'on' : ''}
              aria-pressed={isOn}
              title={named.q}
              onClick={() => onChange({ ...change, selected: new Set() })}
            >
              {name}
            </button>
          )
        })}
      </nav>
      <span className="sp" />
      {hasGroups ? (
        <>
          <span className="lbl">Group</span>
          {groups}
        </>
      ) : null}
      <Chooser chosen={chosen} shown={shownColumns} groups={hasGroups ? null : groups} />
    </div>
  )
}

function Chooser({
  chosen,
  shown,
  groups,
}: {
  chosen: ReturnType<typeof useColumns>
  shown: number
  groups: React.ReactNode
}) {
  const [isOpen, setIsOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const onDown = (event: PointerEvent) => {
      if (!ref.current?.contains(event.target as Node)) setIsOpen(false)
    }
    window.addEventListener('pointerdown', onDown)
    return () => window.removeEventListener('pointerdown', onDown)
  }, [isOpen])
  const preset = (Object.keys(PRESETS) as Preset[]).find(
    (name) =>
      PRESETS[name].length === chosen.ids.length && PRESETS[name].every((id) => chosen.ids.includes(id)),
  )
  const toggle = (id: string) => {
    const { ids } = chosen
    chosen.choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc closes what it opened, wherever the focus is in it
    <div
      className="pt-columns"
      ref={ref}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        event.preventDefault()
        setIsOpen(false)
        ref.current?.querySelector('button')?.focus()
      }}
    >
      <button
        type="button"
        className={`btn sm ${isOpen ? 'on' : ''}`}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Columns3 className="ic" aria-hidden />
        Columns{' '}
        <span className="m i3">
          {shown} of {COLUMNS.length + 1}
        </span>
      </button>
      {isOpen ? (
        <section className="pt-pop" aria-label="Columns">
          {groups ? <div className="pt-pop-groups">{groups}</div> : null}
          <Segments
            label="Sets of columns"
            choices={[
              { id: 'default', label: 'Default' },
              { id: 'observer', label: 'Observer' },
              { id: 'latency', label: 'Latency' },
              { id: 'supervision', label: 'Supervision' },
            ]}
            value={preset ?? ('' as Preset)}
            onChange={(name) => chosen.choose(PRESETS[name])}
          />
          <Choice label={NAME.label} about={NAME.about} isOn isFixed onToggle={() => undefined} />
          {COLUMNS.map(({ id, label, about }) => (
            <Choice
              key={id}
              label={label}
              about={about}
              isOn={chosen.ids.includes(id)}
              onToggle={() => toggle(id)}
            />
          ))}
        </section>
      ) : null}
    </div>
  )
}

function Choice({
  label,
  about,
  isOn,
  isFixed = false,
  onToggle,
}: {
  label: string
  about: string
  isOn: boolean
  isFixed?: boolean
  onToggle: () => void
}) {
  return (
    <label className="pt-choice">
      <input type="checkbox" className="sr-only" checked={isOn} disabled={isFixed} onChange={onToggle} />
      <span className={`cbx ${isOn ? 'on' : ''}`} aria-hidden>
        {isOn ? <Check className="ic" /> : null}
      </span>
      <span className={isOn ? '' : 'i2'}>{label}</span>
      <span className="lbl">{about}</span>
    </label>
  )
}
