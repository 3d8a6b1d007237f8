'use client'
/** The tree below 760 px: the same processes as a list in the same order, a finger high. */
import type { TreeView } from '@orrery/live/views'
import { rate } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Glyph, StrategyGlyph } from '../ui/glyphs.tsx'
import { MailboxBar } from '../ui/sparkline.tsx'
import { rowOf, type TreeModel } from './model.ts'

const INDENT = 14
const DEEPEST = 6

export function TreeList({
  view,
  model,
  selected,
  onSelect,
}: {
  view: TreeView
  model: TreeModel
  selected: string | null
  onSelect: (key: string) => void
}) {
  const rows = flatten(model)
  return (
    <ul className="tree-list" aria-label={`Processes of ${view.node}`}>
      {rows.map(({ key, depth }) => {
        const row = rowOf(view, key)
        if (!row) {
          return (
            <li key={key} className="tree-list-orphans i2">
              orphans
            </li>
          )
        }
        return (
          <li key={key}>
            <button
              type="button"
              aria-current={key === selected}
              style={{ paddingLeft: 14 + Math.min(depth, DEEPEST) * INDENT }}
              onClick={() => onSelect(key)}
            >
              <Glyph name={row.status} size={14} />
              <span className="el">{visible(row.name)}</span>
              {row.pool ? <span className="m i2">× {row.pool.count.toLocaleString('en-US')}</span> : null}
              {row.fault === null ? null : <Glyph name="fault" size={13} />}
              {row.strategy ? (
                <span className="i2">
                  <StrategyGlyph strategy={row.strategy} width={17} />
                </span>
              ) : null}
              <span className="sp" />
              {row.exit ? (
                <span className="m c-crashed el">{visible(row.exit.tag)}</span>
              ) : (
                <>
                  <span className="m i2">{rate(row.receivedPerS)}/s</span>
                  <MailboxBar length={row.mailboxLength} />
                  <span className={`m tree-list-mailbox ${row.mailboxLength > 1_000 ? 'c-backlog' : ''}`}>
                    {row.mailboxLength.toLocaleString('en-US')}
                  </span>
                </>
              )}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function flatten(model: TreeModel): { key: string; depth: number }[] {
  const rows: { key: string; depth: number }[] = []
  const stack = model.shape.roots.toReversed().map((key) => ({ key, depth: 0 }))
  while (stack.length > 0) {
    const at = stack.pop() as { key: string; depth: number }
    const node = model.shape.nodes.get(at.key)
    rows.push(at)
    for (const key of [...(node?.promoted ?? []), ...(node?.children ?? [])].toReversed()) {
      stack.push({ key, depth: at.depth + 1 })
    }
  }
  return rows
}
