'use client'
/** Something read once from the hub, and again when asked to. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answer } from '../live/api.ts'

export interface Read<T> {
  value: T | null
  /** Why the last try failed; the value before it stays. */
  failure: { code: string; message: string } | null
  reload: () => void
}

/** Reads when mounted, whenever `key` changes, and on `reload`; a `null` key reads nothing. */
export function useAnswer<T>(read: (signal: AbortSignal) => Promise<Answer<T>>, key: string | null): Read<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; failure: Read<T>['failure'] }>({
    key: null,
    value: null,
    failure: null,
  })
  const [turn, setTurn] = useState(0)
  const latest = useRef(read)
  latest.current = read
  const reload = useCallback(() => setTurn((n) => n + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    if (key === null) return
    const stop = new AbortController()
    void latest.current(stop.signal).then((answer) => {
      if (stop.signal.aborted) return
      if (answer.ok) setState({ key, value: answer.value, failure: null })
      else {
        const { code, message } = answer
        setState((before) => ({
          key,
          value: before.key === key ? before.value : null,
          failure: { code, message },
        }))
      }
    })
    return () => stop.abort()
  }, [key, turn])
  const isOf = key !== null && state.key === key
  return { value: isOf ? state.value : null, failure: isOf ? state.failure : null, reload }
}
