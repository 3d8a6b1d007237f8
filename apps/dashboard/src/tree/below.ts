/** What stands below whom in the structure that is drawn. Pure. */
import type { TreeView } from '@orrery/live/views'
import type { Layout } from './layout.ts'
import { rowOf, type TreeModel } from './model.ts'

/** Every key below one, that one included. */
export function* descendants(model: TreeModel, root: string): Iterable<string> {
  const stack = [root]
  while (stack.length > 0) {
    const key = stack.pop() as string
    yield key
    const node = model.shape.nodes.get(key)
    if (node) stack.push(...node.children, ...node.promoted)
  }
}

/** Processes below each direct child of a root. */
export function belowRoots(view: TreeView, model: TreeModel): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const root of model.shape.roots) {
    for (const child of model.shape.nodes.get(root)?.children ?? []) {
      let n = -1
      for (const key of descendants(model, child)) {
        const row = rowOf(view, key)
        if (row && row.promotedFrom === null) n += row.pool?.count ?? 1
      }
      counts.set(child, rowOf(view, child)?.pool ? n + 1 : n)
    }
  }
  return counts
}

/** The top of the highest box under each direct child of a root: a reader comes to those before to what they hold. */
export function topsOf({ boxes, order }: Layout): ReadonlyMap<string, number> {
  const tops = new Map<string, number>()
  let child: string | null = null
  let top = Number.POSITIVE_INFINITY
  for (const key of order) {
    const box = boxes.get(key)
    if (!box || box.column === 0) continue
    if (box.column === 1) {
      child = key
      top = Number.POSITIVE_INFINITY
    }
    top = Math.min(top, box.y)
    if (child !== null) tops.set(child, top)
  }
  return tops
}
