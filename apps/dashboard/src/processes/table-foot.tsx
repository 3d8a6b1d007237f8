'use client'
/** What the keys do, which rows are shown, and for how long their order stands. */
import type { TableView } from '@orrery/live/views'
import { clockSeconds, count, plural } from '../live/format.ts'
import { Kbd } from '../ui/parts.tsx'
import type { TableAddress } from './address.ts'
import type { Scroll } from './use-scroll.ts'
import type { LiveTable } from './use-table.ts'

const KEYS: [keys: string[], does: string, isWide: boolean][] = [
  [['J', 'K'], 'move', false],
  [['X'], 'select', false],
  [['⏎'], 'inspect', false],
  [['O'], 'open in tree', false],
  [['⇧P'], 'pin', true],
  [['B'], 'group', true],
  [['R'], 'sort now', true],
]

export function TableFoot({
  view,
  scroll,
  table,
  address,
}: {
  view: TableView | null
  scroll: Scroll
  table: LiveTable
  address: TableAddress
}) {
  return (
    <footer className="pt-foot">
      {KEYS.map(([keys, does, isWide]) => (
        <span key={does} className={isWide ? 'wide' : ''}>
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
          {does}
        </span>
      ))}
      <span className="sp" />
      {view ? (
        <>
          <span className="m i3 nw">{shownOf(view, scroll, address)}</span>
          <span className="i2 nw pt-order">
            order of <span className="m">{clockSeconds(view.sortedAtMs)}</span>,{' '}
            {table.sortsInMs === null ? (
              'held'
            ) : (
              <>
                sorts again in <span className="m">{Math.ceil(table.sortsInMs / 1_000)} s</span>
              </>
            )}
          </span>
        </>
      ) : null}
      <span>
        <Kbd>?</Kbd>all keys
      </span>
    </footer>
  )
}

function shownOf(view: TableView, { first, shown }: Scroll, { group }: TableAddress): string {
  if (view.groups !== null && group !== 'none') {
    const words = { supervisor: 'supervisor', behaviour: 'behaviour', node: 'node' } as const
    return `${plural(view.groups, words[group])} · ${plural(view.total, 'process', 'processes')}`
  }
  if (view.lineCount === 0) return 'no rows'
  const last = Math.min(view.lineCount, first + shown)
  const gone = Math.max(0, view.lineCount + view.pins.length - view.total)
  const said = `rows ${count(first + 1)} to ${count(last)} of ${count(view.lineCount)}`
  return gone > 0 ? `${said}, ${count(gone)} gone` : said
}
