/** What the matches have in common, counted; a click adds the token to the query or takes it out. */
import { type CrashesView, GROUP_STATUSES } from '@orrery/live/views'
import { Check } from 'lucide-react'
import { count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { STATUS_WORDS } from './group-life.ts'
import { hasToken, statusesShown, toggleStatus, toggleToken } from './query-tokens.ts'
import { StatusMark } from './status.tsx'

const FACETS: { field: keyof CrashesView['facets']; label: string }[] = [
  { field: 'cause', label: 'Cause' },
  { field: 'kind', label: 'Kind' },
  { field: 'reason', label: 'Exit reason' },
  { field: 'outcome', label: 'Outcome' },
  { field: 'module', label: 'Module' },
  { field: 'node', label: 'Node' },
]

const OUTCOMES: Record<string, { label: string; glyph: GlyphName }> = {
  restarted: { label: 'restarted', glyph: 'restarting' },
  given_up: { label: 'supervisor exited', glyph: 'crashed' },
  not_restarted: { label: 'not restarted', glyph: 'suspended' },
  pending: { label: 'not known yet', glyph: 'waiting' },
}

const CAUSES: Record<string, GlyphName> = { organic: 'crashed', injected: 'fault' }

export function Facets({
  view,
  query,
  onQuery,
}: {
  view: CrashesView | null
  query: string
  onQuery: (query: string) => void
}) {
  return (
    <aside className="fac" aria-label="Facets">
      {view ? <Statuses view={view} query={query} onQuery={onQuery} /> : null}
      {FACETS.map(({ field, label }) => {
        const rows = view?.facets[field] ?? []
        if (rows.length === 0) return null
        return (
          <fieldset key={field} className="g">
            <legend className="lbl">{label}</legend>
            {rows.map(([value, n]) => {
              const isOn = hasToken(query, field, value)
              const outcome = field === 'outcome' ? OUTCOMES[value] : undefined
              const glyph = field === 'cause' ? CAUSES[value] : outcome?.glyph
              return (
                <label key={value} className="f">
                  <input
                    type="checkbox"
                    checked={isOn}
                    onChange={() => onQuery(toggleToken(query, field, value))}
                    className="sr-only"
                  />
                  <span className={`cbx ${isOn ? 'on' : ''}`} aria-hidden>
                    {isOn ? <Check className="ic" /> : null}
                  </span>
                  {glyph ? <Glyph name={glyph} size={10} isStill /> : null}
                  <span className="el" title={visible(value)}>
                    {outcome?.label ?? visible(value)}
                  </span>
                  <span className="m i3">{count(n)}</span>
                </label>
              )
            })}
          </fieldset>
        )
      })}
    </aside>
  )
}

/** Counts groups, those that are hidden too; a click hides a status or shows it. */
function Statuses({
  view,
  query,
  onQuery,
}: {
  view: CrashesView
  query: string
  onQuery: (query: string) => void
}) {
  const shown = statusesShown(query)
  const rows = GROUP_STATUSES.filter((status) => status !== 'ignored' || view.statuses.ignored > 0)
  return (
    <fieldset className="g">
      <legend className="lbl">Status</legend>
      {rows.map((status) => (
        <label key={status} className={`f ${shown.has(status) ? '' : 'off'}`} title={STATUS_WORDS[status]}>
          <input
            type="checkbox"
            checked={shown.has(status)}
            onChange={() => onQuery(toggleStatus(query, status))}
            className="sr-only"
          />
          <span className={`cbx ${shown.has(status) ? 'on' : ''}`} aria-hidden>
            {shown.has(status) ? <Check className="ic" /> : null}
          </span>
          <StatusMark status={status} />
          <span className="el">{status}</span>
          <span className="m i3">{count(view.statuses[status])}</span>
        </label>
      ))}
    </fieldset>
  )
}
