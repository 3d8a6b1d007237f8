'use client'
/** The keys of the tree. Those of the selection (suspend, kill, actions) belong to the inspector. */
import type { TreeView } from '@orrery/live/views'
import type { KeyboardEvent, RefObject } from 'react'
import { useKeys } from '../frame/keys.ts'
import type { CameraControl } from './camera-control.ts'
import { LEVEL_SCALE } from './metrics.ts'
import { rowOf, step, type TreeModel } from './model.ts'
import type { Selection } from './use-selection.ts'

export interface TreeKeysInput {
  view: TreeView | null
  model: TreeModel | null
  control: CameraControl
  /** Keys from top to bottom. */
  order: readonly string[]
  selection: Selection
  /** Where the selection stands in the drawing. */
  selected: string | null
  treeRef: RefObject<HTMLDivElement | null>
  isSearching: boolean
  hasFilter: boolean
  openSearch: () => void
  clear: () => void
  toggleFold: (key: string) => void
  go: (key: string | null) => void
}

const PAN = 80

export function useTreeKeys(input: TreeKeysInput): { onTreeKey: (event: KeyboardEvent) => void } {
  const { view, model, control, order, selection, selected, go } = input
  const parentOf = (key: string): string | null => {
    const row = view && rowOf(view, key)
    return row ? (row.promotedFrom ?? row.parent) : null
  }
  const move = (to: 'parent' | 'child' | 'next' | 'previous') => {
    if (model) go(step(model.shape, order, selected, to, parentOf))
  }
  const toInspector = () => {
    const find = (selector: string) => document.querySelector<HTMLElement>(`.insp ${selector}`)
    const tab = find('[role="tab"][aria-selected="true"]') ?? find('button')
    if (!tab) return false
    tab.focus()
  }
  const fold = () => {
    if (selected === null || !model) return false
    const node = model.shape.nodes.get(selected)
    if (!node || (node.slots === null && node.children.length === 0 && !model.folds.has(selected)))
      return false
    input.toggleFold(selected)
  }

  useKeys('Tree', [
    { keys: '/', label: 'Search in this tree', run: input.openSearch },
    { keys: 'h', label: 'Parent', run: () => move('parent') },
    { keys: 'l', label: 'First child', run: () => move('child') },
    { keys: 'j', label: 'Next process', run: () => move('next') },
    { keys: 'k', label: 'Previous process', run: () => move('previous') },
    {
      keys: 'Enter',
      label: 'Open in the inspector',
      run: () => (selected === null ? false : toInspector()),
    },
    { keys: 'o', run: () => (selected === null ? false : toInspector()) },
    { keys: 'i', label: 'Focus the inspector', run: toInspector },
    { keys: 'p', label: 'Open or fold a pool or supervisor', run: fold },
    { keys: '0', label: 'Fit', run: control.fit },
    { keys: '1', label: 'Far', run: () => control.zoomTo(LEVEL_SCALE.far) },
    { keys: '2', label: 'Mid', run: () => control.zoomTo(LEVEL_SCALE.mid) },
    { keys: '3', label: 'Near', run: () => control.zoomTo(LEVEL_SCALE.near) },
    { keys: '+', label: 'Zoom in', run: () => control.zoomBy(1.15) },
    { keys: '=', run: () => control.zoomBy(1.15) },
    { keys: '-', label: 'Zoom out', run: () => control.zoomBy(1 / 1.15) },
    { keys: 'shift+ArrowLeft', run: () => control.panBy(PAN, 0) },
    { keys: 'shift+ArrowRight', run: () => control.panBy(-PAN, 0) },
    { keys: 'shift+ArrowUp', run: () => control.panBy(0, PAN) },
    { keys: 'shift+ArrowDown', run: () => control.panBy(0, -PAN) },
    {
      keys: 'Escape',
      label: 'Clear, close, deselect',
      run: () => {
        if (input.isSearching || input.hasFilter) input.clear()
        else if (document.activeElement?.closest('.insp'))
          input.treeRef.current?.focus({ preventScroll: true })
        else if (selection.key !== null) selection.select(null)
        else return false
      },
    },
  ])

  return {
    // The pattern of an ARIA tree; the same steps as the letters.
    onTreeKey(event) {
      if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return
      const steps = {
        ArrowUp: 'previous',
        ArrowDown: 'next',
        ArrowLeft: 'parent',
        ArrowRight: 'child',
      } as const
      if (event.key in steps) move(steps[event.key as keyof typeof steps])
      else if (event.key === 'Home') go(order[0] ?? null)
      else if (event.key === 'End') go(order.at(-1) ?? null)
      else return
      event.preventDefault()
    },
  }
}
