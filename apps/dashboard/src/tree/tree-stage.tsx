'use client'
/** Where the tree is drawn: pan, zoom and selection by pointer. */
import type { TreeView } from '@orrery/live/views'
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { Size } from './camera.ts'
import type { CameraControl } from './camera-control.ts'
import { Drawing } from './drawing.tsx'
import type { Layout } from './layout.ts'
import { ORPHANS, type TreeModel } from './model.ts'
import type { Palette } from './palette.ts'
import { type LayoutAt, useCameraPart } from './use-camera.ts'

export interface TreeStageProps {
  view: TreeView
  model: TreeModel
  folded: ReadonlySet<string>
  control: CameraControl
  layoutAt: LayoutAt
  size: Size
  stageRef: (element: HTMLDivElement | null) => void
  palette: Palette
  selected: string | null
  hasFocus: boolean
  lit: ReadonlySet<string> | null
  isOld: boolean
  /** Nobody can say any more whether it is still so. */
  isLost: boolean
  onSelect: (key: string) => void
  children: ReactNode
}

const DRAG = 4
export function TreeStage(props: TreeStageProps) {
  const { control, layoutAt, size } = props
  const isPlaced = useCameraPart(control, (camera) => camera !== null)
  const [hovered, setHovered] = useState<string | null>(null)
  const element = useRef<HTMLDivElement | null>(null)

  // The wheel pans; with Ctrl or ⌘, or a pinch, it zooms. Not passive, so that the page itself stays.
  useEffect(() => {
    const stage = element.current
    if (!stage) return
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1
      if (event.ctrlKey || event.metaKey) {
        const rect = stage.getBoundingClientRect()
        const at = { x: event.clientX - rect.left, y: event.clientY - rect.top }
        control.zoomBy(Math.exp((-event.deltaY * unit) / 300), at)
      } else if (event.shiftKey && event.deltaX === 0) control.panBy(-event.deltaY * unit, 0)
      else control.panBy(-event.deltaX * unit, -event.deltaY * unit)
    }
    stage.addEventListener('wheel', onWheel, { passive: false })
    return () => stage.removeEventListener('wheel', onWheel)
  }, [control])

  // Find in page and assistive tools scroll what they look for into view: that is a pan.
  useEffect(() => {
    const stage = element.current
    if (!stage) return
    const onScroll = () => {
      const { scrollLeft, scrollTop } = stage
      if (scrollLeft === 0 && scrollTop === 0) return
      stage.scrollTo(0, 0)
      control.panBy(-scrollLeft, -scrollTop)
    }
    stage.addEventListener('scroll', onScroll)
    return () => stage.removeEventListener('scroll', onScroll)
  }, [control])

  const drag = useRef<{ x: number; y: number; isMoving: boolean } | null>(null)
  const keyAt = (event: PointerEvent): string | null => {
    const chip = (event.target as Element).closest<HTMLElement>('[data-key]')
    if (chip?.dataset.key !== undefined) return chip.dataset.key
    const rect = element.current?.getBoundingClientRect()
    const camera = control.now()
    const layout = camera && layoutAt(camera.scale)
    if (!rect || !layout) return null
    return hit(layout, event.clientX - rect.left - camera.x, event.clientY - rect.top - camera.y)
  }

  return (
    <div
      ref={(node) => {
        element.current = node
        props.stageRef(node)
      }}
      className={`tree-stage ${props.isOld ? 'old' : ''} ${props.isLost ? 'lost' : ''}`}
      data-hover={hovered !== null || undefined}
      onPointerDown={(event) => {
        if (event.button > 1 || (event.target as Element).closest('[data-part]')) return
        drag.current = { x: event.clientX, y: event.clientY, isMoving: false }
      }}
      onPointerMove={(event) => {
        const from = drag.current
        if (!from) {
          const isOver = !(event.target as Element).closest('[data-part]')
          const next = isOver ? keyAt(event) : null
          if (next !== hovered) setHovered(next)
          return
        }
        const dx = event.clientX - from.x
        const dy = event.clientY - from.y
        if (!from.isMoving && Math.hypot(dx, dy) < DRAG) return
        if (!from.isMoving) event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, y: event.clientY, isMoving: true }
        control.panBy(dx, dy)
      }}
      onPointerUp={(event) => {
        const from = drag.current
        drag.current = null
        if (!from || from.isMoving) return
        const key = keyAt(event)
        if (key !== null && key !== ORPHANS) props.onSelect(key)
      }}
      onPointerCancel={() => {
        drag.current = null
      }}
      onPointerLeave={() => setHovered(null)}
    >
      {isPlaced && size.width > 0 ? <Drawing {...props} hovered={hovered} /> : null}
      {props.children}
    </div>
  )
}

function hit(layout: Layout, x: number, y: number): string | null {
  const pad = 3
  for (const box of layout.boxes.values()) {
    if (x < box.x - pad || x > box.x + box.width + pad) continue
    if (y < box.y - pad || y > box.y + box.height + pad) continue
    return box.key
  }
  return null
}
