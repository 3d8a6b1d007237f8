/**
 * The camera in motion: pan, zoom around a point, go to a box; eased unless motion is not wanted. It is kept outside of
 * React, so that a hand that drags has what is there moved and nothing rendered; whoever shows a part of it asks for that part.
 */
import {
  type Camera,
  centre,
  clampCamera,
  clampScale,
  fitScale,
  openingScale,
  reveal,
  type Size,
  zoomAt,
} from './camera.ts'
import type { Layout } from './layout.ts'

const MOVE_MS = 240

export interface CameraControl {
  /** `null` until there is a picture; the same object until it moves. */
  now: () => Camera | null
  /** Told once a frame in which it moved. */
  subscribe: (listener: () => void) => () => void
  panBy: (dx: number, dy: number) => void
  /** Zooms by a factor around a point of the canvas, its middle by default. */
  zoomBy: (factor: number, at?: { x: number; y: number }) => void
  zoomTo: (scale: number) => void
  fit: () => void
  show: (key: string) => void
  /** Puts a point of the layout in the middle. */
  goTo: (x: number, y: number) => void
}

/** What the camera stands over. `covered` is how much of the right edge a floating inspector takes. */
export interface Ground {
  layoutAt: (scale: number) => Layout | null
  size: Size
  covered: number
}

export interface MovingCamera extends CameraControl {
  stand: (ground: Ground) => void
  /** Opens on the whole, unless the reader has moved already. */
  open: () => void
  stop: () => void
}

/** The frames of a screen. */
export interface Frames {
  request: (tick: (nowMs: number) => void) => number
  cancel: (id: number) => void
  nowMs: () => number
  isStill: () => boolean
}

export function createCamera(frames: Frames): MovingCamera {
  const listeners = new Set<() => void>()
  let ground: Ground = { layoutAt: () => null, size: { width: 0, height: 0 }, covered: 0 }
  let camera: Camera | null = null
  let isTouched = false
  let moving: number | null = null
  let telling: number | null = null

  const tell = (): void => {
    if (telling !== null) frames.cancel(telling)
    telling = null
    for (const listener of listeners) listener()
  }
  const put = (next: Camera | null): void => {
    if (next === null || next === camera) return
    camera = next
    telling ??= frames.request(() => {
      telling = null
      tell()
    })
  }
  const stop = (): void => {
    if (moving !== null) frames.cancel(moving)
    moving = null
  }
  const sizeAt = (scale: number): Size => ground.layoutAt(scale) ?? { width: 0, height: 0 }
  const layout = (): Layout | null => (camera ? ground.layoutAt(camera.scale) : null)
  const free = (): Size => ({ width: ground.size.width - ground.covered, height: ground.size.height })
  const middle = () => ({ x: free().width / 2, y: free().height / 2 })

  const run = (step: (part: number, from: Camera) => Camera): void => {
    stop()
    if (!camera) return
    if (frames.isStill()) return put(step(1, camera))
    const from = camera
    const startMs = frames.nowMs()
    const tick = (nowMs: number): void => {
      const part = Math.min(1, Math.max(0, (nowMs - startMs) / MOVE_MS))
      moving = part < 1 ? frames.request(tick) : null
      camera = step(1 - (1 - part) ** 3, from)
      tell()
    }
    moving = frames.request(tick)
  }

  const scaleTo = (to: number, at: { x: number; y: number }, from: Camera): Camera => {
    const scale = Math.round(clampScale(to) * 1_000) / 1_000
    const before = ground.layoutAt(from.scale)
    const after = ground.layoutAt(scale)
    if (!before || !after || scale === from.scale) return from
    return clampCamera(zoomAt(from, before, after, scale, at), after, ground.size)
  }

  return {
    now: () => camera,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stand(next) {
      ground = next
    },
    stop() {
      stop()
      if (telling !== null) frames.cancel(telling)
      telling = null
    },
    open() {
      if (isTouched) return
      const scale = openingScale(sizeAt, ground.size)
      const whole = ground.layoutAt(scale)
      if (!whole) return
      camera = centre(whole, ground.size, scale)
      tell()
    },
    panBy(dx, dy) {
      stop()
      isTouched = true
      const under = layout()
      if (camera && under)
        put(clampCamera({ ...camera, x: camera.x + dx, y: camera.y + dy }, under, ground.size))
    },
    zoomBy(factor, at = middle()) {
      stop()
      isTouched = camera !== null
      if (camera) put(scaleTo(camera.scale * factor, at, camera))
    },
    zoomTo(scale) {
      isTouched = camera !== null
      const whole = ground.layoutAt(scale)
      const room = free()
      // What fits is shown whole; what does not keeps what is in the middle where it is.
      const isWhole = whole !== null && whole.width <= room.width && whole.height <= room.height
      const to = isWhole ? centre(whole, room, scale) : null
      run((part, from) => {
        const next = scaleTo(from.scale + (scale - from.scale) * part, middle(), from)
        if (!to) return next
        return { ...next, x: next.x + (to.x - next.x) * part, y: next.y + (to.y - next.y) * part }
      })
    },
    fit() {
      isTouched = false
      const scale = fitScale(sizeAt, free())
      const whole = ground.layoutAt(scale)
      stop()
      if (whole) put(centre(whole, free(), scale))
    },
    show(key) {
      const box = layout()?.boxes.get(key)
      if (!camera || !box) return
      // Whoever looks at one process does not want the tree to find itself another place.
      isTouched = true
      const to = reveal(camera, box, ground.size, ground.covered)
      if (to === camera) return
      run((part, from) => ({
        ...to,
        x: from.x + (to.x - from.x) * part,
        y: from.y + (to.y - from.y) * part,
      }))
    },
    goTo(x, y) {
      const under = layout()
      if (!camera || !under) return
      isTouched = true
      stop()
      const { width, height } = ground.size
      put(clampCamera({ ...camera, x: width / 2 - x, y: height / 2 - y }, under, ground.size))
    },
  }
}
