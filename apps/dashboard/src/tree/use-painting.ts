'use client'
/**
 * The canvas of the tree, painted anew when what it shows changes, and what follows the camera without a rendering: the
 * canvas itself, the world of chips over it, the dots below.
 */
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type Camera, visible } from './camera.ts'
import type { CameraControl } from './camera-control.ts'
import { open, paintEdges, paintMarks, pixelRatio, type Scene } from './paint.ts'

/** How far around the canvas things are painted that may reach into it, in screens. */
const AROUND = 0.25
/** What is painted beyond the screen while the camera pans, and how long it stands before that is let go. */
const MARGIN = 160
const REST_MS = 300
/** From one dot of the ground to the next. */
const GRID = 24
const ORIGIN: Camera = { scale: 0, x: 0, y: 0 }

export interface Painting extends Omit<Scene, 'camera' | 'ratio'> {
  control: CameraControl
  /** The scale of the layout. */
  scale: number
}

export function usePainting(painting: Painting): {
  canvas: RefObject<HTMLCanvasElement | null>
  world: RefObject<HTMLDivElement | null>
  grid: RefObject<HTMLDivElement | null>
} {
  const { control, scale, layout, view, size, palette, lit, isOld, lively } = painting
  const { metrics, alphas, counts, tops } = painting
  const canvas = useRef<HTMLCanvasElement>(null)
  const world = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const isReady = useFonts()
  // Near chips are elements: the canvas then has edges alone.
  const hasMarks = isReady && (alphas.far > 0 || alphas.mid > 0)
  const edgeScene = useMemo(
    () => ({ layout, size, palette, lit, isOld, lively }),
    [layout, size, palette, lit, isOld, lively],
  )
  // What marks show beside; `null` where chips show it. Who points at something or selects it changes nothing on the canvas.
  const marked = hasMarks ? view : null
  const marks = useMemo(
    () => marked && { view: marked, metrics, alphas, counts, tops },
    [marked, metrics, alphas, counts, tops],
  )
  const painted = useRef({ ...ORIGIN, margin: 0 })
  const paint = (now: Camera, margin: number): void => {
    const element = canvas.current
    const area = { width: size.width + 2 * margin, height: size.height + 2 * margin }
    const ctx = element && open(element, area)
    if (!ctx) return
    painted.current = { ...now, margin }
    element.style.width = `${area.width}px`
    element.style.height = `${area.height}px`
    element.style.transform = `translate(${-margin}px, ${-margin}px)`
    const moved = { ...now, x: now.x + margin, y: now.y + margin }
    paintEdges(ctx, { ...edgeScene, size: area, camera: moved })
    if (marks) {
      const shown = visible(layout, moved, area, AROUND)
      paintMarks(ctx, { ...edgeScene, ...marks, size: area, camera: moved, ratio: pixelRatio() }, shown)
    }
    // Whoever measures or waits from outside sees that there is a picture.
    element.dataset.drawn = 'true'
  }
  /** While a hand drags there is more on the canvas than on the screen, and most frames only move it. */
  const drag = (now: Camera): void => {
    const { x, y, margin } = painted.current
    const [right, down] = [now.x - x, now.y - y]
    const isCovered = Math.abs(right) <= margin && Math.abs(down) <= margin
    if (isCovered && canvas.current) {
      canvas.current.style.transform = `translate(${right - margin}px, ${down - margin}px)`
    } else paint(now, MARGIN)
  }
  const follow = (now: Camera): void => {
    if (world.current) world.current.style.transform = `translate(${now.x}px, ${now.y}px)`
    if (grid.current) grid.current.style.transform = `translate(${now.x % GRID}px, ${now.y % GRID}px)`
  }
  const latest = useRef({ move: drag, rest: drag })
  useLayoutEffect(() => {
    follow(control.now() ?? ORIGIN)
    latest.current = {
      move(now) {
        follow(now)
        // At another scale all is drawn anew, by the rendering that follows.
        if (now.scale === scale) drag(now)
      },
      rest(now) {
        if (painted.current.margin > 0) paint(now, 0)
      },
    }
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the camera is looked at, not waited for
  useLayoutEffect(() => {
    const { scale: before, margin } = painted.current
    paint(control.now() ?? ORIGIN, before === scale ? margin : 0)
  }, [edgeScene, marks])
  useLayoutEffect(() => {
    let resting: ReturnType<typeof setTimeout> | undefined
    const end = control.subscribe(() => {
      const now = control.now()
      if (!now) return
      latest.current.move(now)
      clearTimeout(resting)
      resting = setTimeout(() => latest.current.rest(control.now() ?? now), REST_MS)
    })
    return () => {
      end()
      clearTimeout(resting)
    }
  }, [control])

  return { canvas, world, grid }
}

/** Text on a canvas needs its fonts: until they are there it waits. */
function useFonts(): boolean {
  const [isReady, setIsReady] = useState(false)
  useEffect(() => {
    let isGone = false
    const fonts = ['500 12.5px "IBM Plex Sans Variable"', '400 11px "JetBrains Mono Variable"']
    const done = () => {
      if (!isGone) setIsReady(true)
    }
    Promise.all(fonts.map((font) => document.fonts.load(font))).then(done, done)
    return () => {
      isGone = true
    }
  }, [])
  return isReady
}
