'use client'
/**
 * The tree for whoever does not see the canvas: a real `tree` that has the focus, kept in step with the drawing. Only
 * the neighbourhood of the current item is in the document; positions are told by `aria-setsize` and `aria-posinset`.
 */
import type { TreeView } from '@orrery/live/views'
import { type KeyboardEvent, memo, type RefObject, useCallback, useMemo, useRef } from 'react'
import { visible } from '../term/term-text.ts'
import { useAtMost } from '../ui/use-at-most.ts'
import type { Layout, TreeShape } from './layout.ts'
import { describe, type Fold, ORPHANS, rowOf } from './model.ts'

const AROUND = 40
/** Who listens hears no figure that is read faster than it changes. */
const WORDS_MS = 1_000

export interface AriaTreeProps {
  view: TreeView
  shape: TreeShape
  layout: Layout
  folds: ReadonlyMap<string, Fold>
  current: string | null
  treeRef: RefObject<HTMLDivElement | null>
  onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => void
  onFocus: (hasFocus: boolean) => void
  onSelect: (key: string) => void
}

export function AriaTree(props: AriaTreeProps) {
  const { shape, current } = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: another object for another place or another tree
  const place = useMemo(() => ({}), [shape, current])
  return <Items {...props} view={useAtMost(props.view, WORDS_MS, place)} />
}

/** Whoever only looks around changes nothing in it: of the layout it takes order and depth, which are the shape's. */
const Items = memo(function Items(props: AriaTreeProps) {
  const { view, shape, layout, folds, current } = props
  const at = Math.max(0, layout.order.indexOf(current ?? ''))
  const shown = layout.order.slice(Math.max(0, at - AROUND), at + AROUND + 1)
  const active = layout.order[at]
  const onSelect = useRef(props.onSelect)
  onSelect.current = props.onSelect
  const select = useCallback((key: string) => onSelect.current(key), [])
  return (
    // The supervision tree of the node; `aria-activedescendant` is the reticle.
    <div
      ref={props.treeRef}
      role="tree"
      tabIndex={0}
      className="sr-only tree-aria"
      aria-label={`Supervision tree of ${view.node}, ${view.processes} processes`}
      aria-activedescendant={active === undefined ? undefined : idOf(active)}
      onKeyDown={(event) => {
        props.onFocus(true)
        props.onKeyDown(event)
      }}
      onFocus={(event) => props.onFocus(event.currentTarget.matches(':focus-visible'))}
      onBlur={() => props.onFocus(false)}
    >
      {shown.map((key) => {
        const row = rowOf(view, key)
        const siblings = siblingsOf(view, shape, key)
        const fold = folds.get(key)
        const hasChildren = (shape.nodes.get(key)?.children.length ?? 0) > 0
        const words = key === ORPHANS ? 'orphans' : row ? visible(describe(row)) : visible(key)
        return (
          <Item
            key={key}
            itemKey={key}
            level={(layout.boxes.get(key)?.column ?? 0) + 1}
            size={siblings.length}
            place={siblings.indexOf(key) + 1}
            isCurrent={key === current}
            isExpanded={hasChildren || fold ? !fold : undefined}
            words={fold ? `${words}, folded, ${fold.processes} processes` : words}
            onSelect={select}
          />
        )
      })}
    </div>
  )
}, isSame)

function isSame(before: AriaTreeProps, after: AriaTreeProps): boolean {
  const keys = Object.keys(after) as (keyof AriaTreeProps)[]
  return keys.every((key) => key === 'layout' || before[key] === after[key])
}

/** One process; drawn anew only when what it says changed. */
const Item = memo(function Item({
  itemKey,
  level,
  size,
  place,
  isCurrent,
  isExpanded,
  words,
  onSelect,
}: {
  itemKey: string
  level: number
  size: number
  place: number
  isCurrent: boolean
  isExpanded: boolean | undefined
  words: string
  onSelect: (key: string) => void
}) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active item
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's
    <div
      id={idOf(itemKey)}
      role="treeitem"
      aria-level={level}
      aria-setsize={size}
      aria-posinset={place}
      aria-selected={isCurrent}
      aria-expanded={isExpanded}
      onClick={() => onSelect(itemKey)}
    >
      {words}
    </div>
  )
})

const idOf = (key: string): string => `tree-item-${encodeURIComponent(key)}`

function siblingsOf(view: TreeView, shape: TreeShape, key: string): readonly string[] {
  const row = rowOf(view, key)
  if (!row) return [key]
  if (row.promotedFrom !== null) return shape.nodes.get(row.promotedFrom)?.promoted ?? [key]
  if (row.parent === null) return shape.roots
  return shape.nodes.get(row.parent)?.children ?? shape.nodes.get(ORPHANS)?.children ?? [key]
}
