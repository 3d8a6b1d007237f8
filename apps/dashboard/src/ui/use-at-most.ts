'use client'
/** A value that changes often, for what need not follow each change. */
import { useEffect, useRef, useState } from 'react'

/** `value`, but a new one at most every `everyMs`; at once when `unless` is another. The last one is never left out. */
export function useAtMost<T>(value: T, everyMs: number, unless?: unknown): T {
  const held = useRef({ value, unless, atMs: Number.NEGATIVE_INFINITY })
  const [, look] = useState(0)
  const nowMs = performance.now()
  const inMs = held.current.atMs + everyMs - nowMs
  const isNew = held.current.value !== value
  if (isNew && (inMs <= 0 || held.current.unless !== unless)) held.current = { value, unless, atMs: nowMs }
  const isWaiting = held.current.value !== value
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => look((n) => n + 1), inMs)
    return () => clearTimeout(timer)
  })
  return held.current.value
}
