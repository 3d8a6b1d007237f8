'use client'
/** The camera over a tree, and what each component takes of it. */
import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { isMotionReduced } from '../ui/motion.ts'
import type { Camera, Size } from './camera.ts'
import { type CameraControl, createCamera, type Frames } from './camera-control.ts'
import { type Layout, layOut, type TreeShape } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { poolSize } from './pool.ts'

export type LayoutAt = (scale: number) => Layout | null

/** Layouts that are kept: those of an eased zoom, there and back. */
const KEPT = 16

const SCREEN: Frames = {
  request: (tick) => requestAnimationFrame(tick),
  cancel: (id) => cancelAnimationFrame(id),
  nowMs: () => performance.now(),
  isStill: isMotionReduced,
}

/** `covered` is how much of the right edge a floating inspector takes. The control stays the same. */
export function useCamera(
  shape: TreeShape | null,
  folded: ReadonlySet<string>,
  size: Size,
  covered: number,
): { control: CameraControl; layoutAt: LayoutAt } {
  const [control] = useState(() => createCamera(SCREEN))
  const layoutAt = useMemo(() => {
    const known = new Map<number, Layout>()
    return (scale: number): Layout | null => {
      if (!shape) return null
      let layout = known.get(scale)
      if (!layout) {
        if (known.size > KEPT) known.clear()
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

  useLayoutEffect(() => control.stand({ layoutAt, size, covered }))
  useEffect(() => control.stop, [control])
  // Keeps opening on the whole while the reader has not moved and the window changes; a tree that grows must not move under the pointer.
  const hasShape = shape !== null
  useLayoutEffect(() => {
    if (hasShape && size.width > 0 && size.height >= 0) control.open()
  }, [control, hasShape, size.width, size.height])
  return { control, layoutAt }
}

/** A part of the camera, a plain value: who shows it is drawn anew when that part changes. */
export function useCameraPart<T extends string | number | boolean | null>(
  control: CameraControl,
  part: (camera: Camera | null) => T,
): T {
  return useSyncExternalStore(
    control.subscribe,
    () => part(control.now()),
    () => part(null),
  )
}
