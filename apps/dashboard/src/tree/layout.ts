/**
 * The tree's layout: tidy, left to right, pure. Where a thing stands follows from the supervision structure alone
 * (parents, start order, sizes of pools), never from a status or a number, so that nothing moves when something dies.
 *
 * Leaves take rows from top to bottom in start order; a parent stands in the middle of its children, or near the first
 * of many; each depth is a column. Nothing overlaps because every placement looks at the lowest thing of its own column.
 */
import type { Metrics } from './metrics.ts'

export interface ShapeNode {
  key: string
  children: readonly string[]
  /** Members of a pool that stand beside it as chips; at most three are drawn. */
  promoted: readonly string[]
  /** Slots of a pool; `null` for a process. */
  slots: number | null
  /** Its children go down together: room for the outline is kept from the start. */
  isGuarded: boolean
}

export interface TreeShape {
  roots: readonly string[]
  nodes: ReadonlyMap<string, ShapeNode>
}

export interface Box {
  key: string
  x: number
  y: number
  width: number
  height: number
  /** The height at which its edge arrives. */
  anchor: number
  column: number
}

export interface Edge {
  from: string
  to: string
  kind: 'supervision' | 'promotion'
}

export interface Layout {
  boxes: ReadonlyMap<string, Box>
  edges: readonly Edge[]
  /** Keys from top to bottom as a reader goes through the tree: depth first, children in start order. */
  order: readonly string[]
  width: number
  height: number
}

/** Rows kept beside every pool: a promoted chip comes and goes, what is below stays. */
export const PROMOTED_MAX = 3
/** Rows a parent stands below its first child at most: of a tall subtree it stays at the top, where reading begins. */
const PARENT_DROP = 3.61
/** A pool is drawn as a stack of sheets that stick out below it. */
const POOL_SHEETS = 7

export type SizeOf = (node: ShapeNode) => { width: number; height: number }

interface Walk {
  boxes: Map<string, Box>
  /** Boxes in the order they were placed: a subtree is the contiguous tail since it was entered. */
  placed: Box[]
  edges: Edge[]
  /** Lowest pixel taken in each column. */
  floors: number[]
  lastAnchor: number
  /** Room asked for by group borders and labels before the next leaf. */
  pending: number
}

/** Lays out a tree; `sizeOf` gives the size of pools, chips have the metrics'. Time and space are linear but for shifts. */
export function layOut(shape: TreeShape, metrics: Metrics, sizeOf: SizeOf): Layout {
  const walk: Walk = {
    boxes: new Map(),
    placed: [],
    edges: [],
    floors: [],
    lastAnchor: Number.NEGATIVE_INFINITY,
    pending: 0,
  }
  const order: string[] = []
  const seen = new Set<string>()
  // An explicit stack: a chain of supervisors may be deeper than the engine's own.
  const stack: Frame[] = [...shape.roots].reverse().map((key) => ({ key, column: 0, from: -1, guard: null }))
  while (stack.length > 0) {
    const frame = stack.pop() as Frame
    const node = shape.nodes.get(frame.key)
    if (!node) continue
    if (frame.from >= 0) {
      placeParent(walk, metrics, node, frame)
      continue
    }
    if (seen.has(frame.key)) continue
    seen.add(frame.key)
    order.push(frame.key)
    if (frame.column === 1) walk.pending = Math.max(walk.pending, metrics.labelAbove)
    if (node.children.length === 0) {
      placeLeaf(walk, metrics, node, frame, sizeOf)
      for (const key of node.promoted.slice(0, PROMOTED_MAX)) if (walk.boxes.has(key)) order.push(key)
      continue
    }
    if (node.isGuarded) walk.pending = Math.max(walk.pending, metrics.groupAbove)
    stack.push({ ...frame, from: walk.placed.length })
    const guard = node.isGuarded || frame.guard !== null ? { onlyChild: node.children.length === 1 } : null
    for (let index = node.children.length - 1; index >= 0; index--) {
      stack.push({ key: node.children[index] as string, column: frame.column + 1, from: -1, guard })
    }
  }
  return finish(walk, order, metrics)
}

interface Frame {
  key: string
  column: number
  /** Where its subtree begins among the placed; -1 while it was not entered. */
  from: number
  guard: { onlyChild: boolean } | null
}

const columnX = (metrics: Metrics, column: number): number =>
  metrics.margin.x + column * (metrics.chip.width + metrics.columnGap)

function placeLeaf(walk: Walk, metrics: Metrics, node: ShapeNode, frame: Frame, sizeOf: SizeOf): void {
  const { column } = frame
  const isPool = node.slots !== null
  const { width, height } = isPool ? sizeOf(node) : metrics.chip
  const isTall = height > metrics.chip.height
  const last = lastColumn(metrics, column, width)
  const floor = floorOf(walk, column, last)
  // A pool alone under its supervisor inside a guarded group grows upwards, so that the outline stays tight.
  const growsUp = isTall && frame.guard?.onlyChild === true && floor === undefined
  const anchorIn = !isTall ? height / 2 : growsUp ? height - metrics.chip.height / 2 : height / 2 - 3
  const byRow = walk.lastAnchor + metrics.chip.height + metrics.rowGap + walk.pending - anchorIn
  const byColumn = floor === undefined ? metrics.margin.y : floor + metrics.rowGap + walk.pending
  const top = Math.max(byRow, byColumn, metrics.margin.y + (walk.placed.length === 0 ? walk.pending : 0))
  walk.pending = 0
  const box = {
    key: node.key,
    x: columnX(metrics, column),
    y: top,
    width,
    height,
    anchor: top + anchorIn,
    column,
  }
  put(walk, box)
  walk.lastAnchor = box.anchor
  const isStack = isTall && metrics.level !== 'far'
  for (let at = column; at <= last; at++) lower(walk, at, top + height + (isStack ? POOL_SHEETS : 0))
  if (isPool && metrics.level !== 'far') placePromoted(walk, metrics, node, box)
}

/** The last column a box of that width reaches into: far pools are wider than a column. */
function lastColumn(metrics: Metrics, column: number, width: number): number {
  const over = width - metrics.chip.width - metrics.columnGap
  return over <= 0 ? column : column + Math.ceil(over / (metrics.chip.width + metrics.columnGap))
}

function floorOf(walk: Walk, from: number, to: number): number | undefined {
  let lowest: number | undefined
  for (let column = from; column <= to; column++) {
    const floor = walk.floors[column]
    if (floor !== undefined && (lowest === undefined || floor > lowest)) lowest = floor
  }
  return lowest
}

/** Promoted members stand in the next column from the pool's top; their three rows are kept even when empty. */
function placePromoted(walk: Walk, metrics: Metrics, pool: ShapeNode, box: Box): void {
  const column = box.column + 1
  const { width, height } = metrics.chip
  const pitch = height + metrics.rowGap
  const floor = walk.floors[column]
  const top = Math.max(box.y, floor === undefined ? 0 : floor + metrics.rowGap)
  const x = columnX(metrics, column)
  pool.promoted.slice(0, PROMOTED_MAX).forEach((key, index) => {
    const y = top + index * pitch
    put(walk, { key, x, y, width, height, anchor: y + height / 2, column })
    walk.edges.push({ from: pool.key, to: key, kind: 'promotion' })
  })
  lower(walk, column, top + PROMOTED_MAX * pitch - metrics.rowGap)
}

function placeParent(walk: Walk, metrics: Metrics, node: ShapeNode, frame: Frame): void {
  const { column, from } = frame
  const { width, height } = metrics.chip
  const boxes = node.children.map((key) => walk.boxes.get(key)).filter((box) => box !== undefined)
  const first = boxes[0]
  const last = boxes[boxes.length - 1]
  if (!first || !last) return
  const drop = Math.round(PARENT_DROP * (height + metrics.rowGap))
  const middle = Math.min((first.anchor + last.anchor) / 2, first.anchor + drop)
  const floor = walk.floors[column]
  const lowest = floor === undefined ? metrics.margin.y : floor + metrics.rowGap
  const missing = lowest - (middle - height / 2)
  if (missing > 0) shift(walk, from, missing)
  const anchor = middle + Math.max(0, missing)
  const y = anchor - height / 2
  put(walk, { key: node.key, x: columnX(metrics, column), y, width, height, anchor, column })
  lower(walk, column, y + height)
  for (const child of boxes) walk.edges.push({ from: node.key, to: child.key, kind: 'supervision' })
  if (node.isGuarded) walk.pending = Math.max(walk.pending, metrics.groupBelow)
}

/** Moves a subtree that was just placed down: its supervisor would have stood on something above. */
function shift(walk: Walk, from: number, by: number): void {
  for (let index = from; index < walk.placed.length; index++) {
    const box = walk.placed[index] as Box
    box.y += by
    box.anchor += by
  }
  const deepest = walk.placed.slice(from).reduce((most, box) => Math.max(most, box.column), 0)
  const shallowest = walk.placed.slice(from).reduce((least, box) => Math.min(least, box.column), deepest)
  for (let column = shallowest; column <= deepest + 1; column++) {
    const floor = walk.floors[column]
    if (floor !== undefined) walk.floors[column] = floor + by
  }
  walk.lastAnchor += by
}

function put(walk: Walk, box: Box): void {
  walk.boxes.set(box.key, box)
  walk.placed.push(box)
}

function lower(walk: Walk, column: number, to: number): void {
  walk.floors[column] = Math.max(walk.floors[column] ?? Number.NEGATIVE_INFINITY, to)
}

function finish(walk: Walk, order: string[], metrics: Metrics): Layout {
  let width = 0
  let height = 0
  for (const box of walk.placed) {
    width = Math.max(width, box.x + box.width)
    height = Math.max(height, box.y + box.height)
  }
  return {
    boxes: walk.boxes,
    edges: walk.edges,
    order,
    width: width + metrics.margin.x,
    height: height + metrics.margin.y,
  }
}
