/** Where the reader stands: a scale and the offset of the layout's origin on the canvas. Pure. */
import type { Box, Layout } from './layout.ts'
import { LEVEL_SCALE, levelOf, SCALE } from './metrics.ts'

export interface Camera {
  scale: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

export const clampScale = (scale: number): number => Math.min(SCALE.max, Math.max(SCALE.min, scale))

/** The largest scale, up to the near one, at which the whole fits; the layout is asked anew for each try. */
export function fitScale(layoutAt: (scale: number) => Size, view: Size): number {
  const fits = (scale: number) => {
    const size = layoutAt(scale)
    return size.width <= view.width && size.height <= view.height
  }
  if (fits(LEVEL_SCALE.near)) return LEVEL_SCALE.near
  let low: number = SCALE.min
  let high: number = LEVEL_SCALE.near
  for (let round = 0; round < 7; round++) {
    const middle = (low + high) / 2
    if (fits(middle)) low = middle
    else high = middle
  }
  // A whole percentage reads better, where it fits too: sizes do not grow evenly between levels.
  const whole = Math.floor(low * 100) / 100
  return whole >= SCALE.min && fits(whole) ? whole : low
}

/**
 * The scale a tree opens with: all of it if its chips can be read so; else near if three screens hold it, then mid, then
 * whatever fits.
 */
export function openingScale(layoutAt: (scale: number) => Size, view: Size): number {
  const fit = fitScale(layoutAt, view)
  if (fit >= LEVEL_SCALE.near - 0.14) return fit
  const pages = (scale: number) => {
    const size = layoutAt(scale)
    return Math.max(size.width / view.width, size.height / view.height)
  }
  if (pages(LEVEL_SCALE.near) <= 3) return LEVEL_SCALE.near
  if (fit >= 0.4) return fit
  return pages(LEVEL_SCALE.mid) <= 2.2 ? LEVEL_SCALE.mid : fit
}

/** Room to spare from which on a tree seen from further away stands in the middle; near, reading begins at the left. */
const SPARE = 120

/** Stands so that the whole is in view, in the middle where there is much room; else with its root in view. */
export function centre(layout: Layout, view: Size, scale: number): Camera {
  const root = layout.boxes.get(layout.order[0] ?? '')
  const spareX = view.width - layout.width
  const spareY = view.height - layout.height
  const isCentred = levelOf(scale) !== 'near'
  const isRootAtTop = (root?.anchor ?? 0) < view.height - 60
  const y = spareY >= 0 || isRootAtTop ? 0 : clampTo(view.height / 2 - (root?.anchor ?? 0), spareY, 0)
  return {
    scale,
    x: isCentred && spareX > SPARE ? Math.round(spareX / 2) : 0,
    y: isCentred && spareY > SPARE ? Math.round(spareY / 2) : Math.round(y),
  }
}

/** Zooms so that what is under the pointer stays under it: the nearest box is the anchor. */
export function zoomAt(
  camera: Camera,
  before: Layout,
  after: Layout,
  scale: number,
  at: { x: number; y: number },
): Camera {
  const x = at.x - camera.x
  const y = at.y - camera.y
  const box = nearest(before, x, y)
  const moved = box ? after.boxes.get(box.key) : undefined
  if (!box || !moved) return { ...camera, scale }
  const partX = (x - box.x) / Math.max(1, box.width)
  const isInside = partX >= 0 && partX <= 1
  const newX = isInside ? moved.x + partX * moved.width : moved.x + (x - box.x)
  const newY = moved.anchor + (y - box.anchor) * (isInside ? moved.height / Math.max(1, box.height) : 1)
  return { scale, x: at.x - newX, y: at.y - newY }
}

function nearest(layout: Layout, x: number, y: number): Box | null {
  let best: Box | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const box of layout.boxes.values()) {
    const dx = Math.max(box.x - x, 0, x - box.x - box.width)
    const dy = Math.max(box.y - y, 0, y - box.y - box.height)
    const distance = dx * dx + dy * dy
    if (distance < bestDistance) {
      best = box
      bestDistance = distance
    }
  }
  return best
}

/** Keeps at least a corner of the tree on the canvas. */
export function clampCamera(camera: Camera, layout: Size, view: Size): Camera {
  const keep = 80
  return {
    scale: camera.scale,
    x: clampTo(camera.x, keep - layout.width, view.width - keep),
    y: clampTo(camera.y, keep - layout.height, view.height - keep),
  }
}

/** Moves as little as needed to have the box clear of the borders; `right` is covered by a floating inspector. */
export function reveal(camera: Camera, box: Box, view: Size, right = 0): Camera {
  const pad = 12
  const free = Math.max(box.width + 2 * pad, view.width - right)
  const left = camera.x + box.x
  const top = camera.y + box.y
  let { x, y } = camera
  // Far out of sight it comes to the middle, with what stands around it.
  if (top > view.height || top + box.height < 0) y += view.height / 2 - (top + box.height / 2)
  if (left < pad) x += pad - left
  else if (left + box.width > free - pad) x -= left + box.width - (free - pad)
  const now = y + box.y
  if (now < pad) y += pad - now
  else if (now + box.height > view.height - pad) y -= now + box.height - (view.height - pad)
  return x === camera.x && y === camera.y ? camera : { ...camera, x: Math.round(x), y: Math.round(y) }
}

/** Boxes that touch the view, with half a screen around it. */
export function visible(layout: Layout, camera: Camera, view: Size, around = 0.5): Box[] {
  const left = -camera.x - view.width * around
  const right = -camera.x + view.width * (1 + around)
  const top = -camera.y - view.height * around
  const bottom = -camera.y + view.height * (1 + around)
  const found: Box[] = []
  for (const box of layout.boxes.values()) {
    if (box.x <= right && box.x + box.width >= left && box.y <= bottom && box.y + box.height >= top)
      found.push(box)
  }
  return found
}

function clampTo(value: number, from: number, to: number): number {
  return from > to ? (from + to) / 2 : Math.min(to, Math.max(from, value))
}
