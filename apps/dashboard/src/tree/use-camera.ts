'use client'
/** The camera as state: pan, zoom around a point, go to a box; eased unless motion is not wanted. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
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
import { type Layout, layOut, type TreeShape } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { poolSize } from './pool.ts'

const MOVE_MS = 240

export interface CameraControl {
  camera: Camera | null
  layout: Layout | null
  panBy: (dx: number, dy: number) => void
  /** Zooms by a factor around a point of the canvas, its middle by default. */
  zoomBy: (factor: number, at?: { x: number; y: number }) => void
  zoomTo: (scale: number) => void
  fit: () => void
  show: (key: string) => void
  /** Puts a point of the layout in the middle. */
  goTo: (x: number, y: number) => void
}

export function isStill(): boolean {
  return (
    document.documentElement.dataset.motion === 'reduced' ||
    window.matchMedia('(prefers-reduced-motion: reduce)').matches
  )
}

/** `covered` is how much of the right edge a floating inspector takes. */
export function useCamera(
  shape: TreeShape | null,
  folded: ReadonlySet<string>,
  size: Size,
  covered: number,
): CameraControl {
  const [camera, setCamera] = useState<Camera | null>(null)
  const isOpen = camera !== null
  const frame = useRef<number | null>(null)
  const isTouched = useRef(false)

  const layoutAt = useMemo(() => {
    const known = new Map<number, Layout>()
    return (scale: number): Layout | null => {
      if (!shape) return null
      let layout = known.get(scale)
      if (!layout) {
        if (known.size > 16) known.clear()
        const metrics = metricsAt(scale)
        const alphas = levelAlphas(scale)
        layout = layOut(shape, metrics, (node) =>
          poolSize(node.slots ?? 0, folded.has(node.key), metrics, alphas),
        )
        known.set(scale, layout)
      }
      return layout
    }
  }, [shape, folded])

  const stop = useCallback(() => {
    if (frame.current !== null) cancelAnimationFrame(frame.current)
    frame.current = null
  }, [])
  useEffect(() => stop, [stop])

  // Opens on the whole, and keeps doing so while the reader has not moved and the window changes.
  const hasShape = shape !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: a tree that grows must not move under the pointer
  useEffect(() => {
    if (!hasShape || size.width === 0 || isTouched.current) return
    const measure = (scale: number): Size => layoutAt(scale) ?? { width: 0, height: 0 }
    const scale = openingScale(measure, size)
    const layout = layoutAt(scale)
    if (layout) setCamera(centre(layout, size, scale))
  }, [hasShape, size.width, size.height])

  const run = useCallback(
    (step: (part: number, from: Camera) => Camera) => {
      stop()
      if (!camera) return
      if (isStill()) {
        setCamera(step(1, camera))
        return
      }
      const startMs = performance.now()
      const tick = (nowMs: number) => {
        const part = Math.min(1, (nowMs - startMs) / MOVE_MS)
        setCamera(step(1 - (1 - part) ** 3, camera))
        frame.current = part < 1 ? requestAnimationFrame(tick) : null
      }
      frame.current = requestAnimationFrame(tick)
    },
    [camera, stop],
  )

  const layout = camera ? layoutAt(camera.scale) : null
  const moveTo = useCallback(
    (to: Camera) =>
      run((part, from) => ({
        ...to,
        x: from.x + (to.x - from.x) * part,
        y: from.y + (to.y - from.y) * part,
      })),
    [run],
  )
  const scaleTo = (to: number, at: { x: number; y: number }, from: Camera): Camera => {
    const scale = Math.round(clampScale(to) * 1_000) / 1_000
    const before = layoutAt(from.scale)
    const after = layoutAt(scale)
    if (!before || !after || scale === from.scale) return from
    return clampCamera(zoomAt(from, before, after, scale, at), after, size)
  }
  const middle = { x: (size.width - covered) / 2, y: size.height / 2 }

  return {
    camera,
    layout,
    panBy(dx, dy) {
      stop()
      isTouched.current = true
      setCamera((now) =>
        now && layout ? clampCamera({ ...now, x: now.x + dx, y: now.y + dy }, layout, size) : now,
      )
    },
    zoomBy(factor, at = middle) {
      stop()
      isTouched.current = isOpen
      setCamera((now) => now && scaleTo(now.scale * factor, at, now))
    },
    zoomTo(scale) {
      isTouched.current = isOpen
      const whole = layoutAt(scale)
      const free = { width: size.width - covered, height: size.height }
      // What fits is shown whole; what does not keeps what is in the middle where it is.
      const isWhole = whole !== null && whole.width <= free.width && whole.height <= free.height
      const to = isWhole ? centre(whole, free, scale) : null
      run((part, from) => {
        const next = scaleTo(from.scale + (scale - from.scale) * part, middle, from)
        if (!to) return next
        return { ...next, x: next.x + (to.x - next.x) * part, y: next.y + (to.y - next.y) * part }
      })
    },
    fit() {
      isTouched.current = false
      const free = { width: size.width - covered, height: size.height }
      const scale = fitScale((at) => layoutAt(at) ?? { width: 0, height: 0 }, free)
      const next = layoutAt(scale)
      stop()
      if (next) setCamera(centre(next, free, scale))
    },
    show(key) {
      const box = layout?.boxes.get(key)
      if (!camera || !box) return
      // Whoever looks at one process does not want the tree to find itself another place.
      isTouched.current = true
      const to = reveal(camera, box, size, covered)
      if (to !== camera) moveTo(to)
    },
    goTo(x, y) {
      if (!camera || !layout) return
      isTouched.current = true
      stop()
      setCamera(clampCamera({ ...camera, x: size.width / 2 - x, y: size.height / 2 - y }, layout, size))
    },
  }
}
