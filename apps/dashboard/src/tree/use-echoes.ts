'use client'
/** The tree as it is drawn: what happened faster than it can be seen is shown once more. */
import type { TreeView } from '@orrery/live/views'
import { useEffect, useRef, useState } from 'react'
import { type Echo, isStorm, nextChangeMs, nextEchoes, withEchoes } from './echo.ts'
import type { Incident } from './incident.ts'

const NONE: ReadonlyMap<string, Echo> = new Map()

export function useEchoes(
  view: TreeView,
  childrenOf: (key: string) => readonly string[],
): { view: TreeView; isStorm: boolean } {
  const held = useRef<{ view: TreeView | null; echoes: ReadonlyMap<string, Echo> }>({
    view: null,
    echoes: NONE,
  })
  const [, redraw] = useState(0)
  const nowMs = performance.now()
  if (held.current.view !== view) {
    held.current = { view, echoes: nextEchoes(held.current.echoes, held.current.view, view, nowMs) }
  }
  const { echoes } = held.current
  const inMs = nextChangeMs(echoes, nowMs)
  useEffect(() => {
    if (inMs === null) return
    const timer = setTimeout(() => redraw((n) => n + 1), inMs + 1)
    return () => clearTimeout(timer)
  })
  return {
    view: echoes.size === 0 ? view : withEchoes(view, echoes, nowMs, childrenOf),
    isStorm: isStorm(echoes),
  }
}

const FADE_MS = 400

/** Incidents that just ended, for as long as their outline fades. */
export function useLeaving(incidents: readonly Incident[]): readonly Incident[] {
  const before = useRef<readonly Incident[]>([])
  const [leaving, setLeaving] = useState<readonly Incident[]>([])
  useEffect(() => {
    const now = new Set(incidents.map((incident) => incident.supervisor))
    const gone = before.current.filter((incident) => !now.has(incident.supervisor))
    before.current = incidents
    if (gone.length === 0) return
    setLeaving((held) => [...held, ...gone])
    setTimeout(() => setLeaving((held) => held.filter((incident) => !gone.includes(incident))), FADE_MS)
  }, [incidents])
  return leaving.length === 0
    ? leaving
    : leaving.filter((incident) => !incidents.some((other) => other.supervisor === incident.supervisor))
}

const RECOVERED_MS = 1_200

/** True for a moment after something that was down is up again. */
export function useRecovered(isDown: boolean): boolean {
  const wasDown = useRef(isDown)
  const [isRecovered, setIsRecovered] = useState(false)
  useEffect(() => {
    const hasRisen = wasDown.current && !isDown
    wasDown.current = isDown
    if (!hasRisen) {
      if (isDown) setIsRecovered(false)
      return
    }
    setIsRecovered(true)
    const timer = setTimeout(() => setIsRecovered(false), RECOVERED_MS)
    return () => clearTimeout(timer)
  }, [isDown])
  return isRecovered
}
