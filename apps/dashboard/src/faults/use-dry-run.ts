'use client'
/** What would happen: asked of the hub a moment after the draft stands still, and again while somebody looks at it. */
import type { DryRun } from '@orrery/protocol/faults'
import { useEffect, useRef, useState } from 'react'
import { type Asked, dryRun } from './lab-api.ts'

const STILL_MS = 350
/** Headroom and mailboxes move on: a picture older than this is drawn anew. */
const AGAIN_MS = 10_000

export interface Foreseen {
  run: DryRun | null
  /** A change was made that it does not know yet. */
  isOld: boolean
  failure: { code: string; message: string } | null
}

/** `null`: there is nothing to ask yet. */
export function useDryRun(asked: Asked | null): Foreseen {
  const key = asked === null ? null : JSON.stringify(asked)
  const [held, setHeld] = useState<{ key: string; run: DryRun | null; failure: Foreseen['failure'] } | null>(
    null,
  )
  const latest = useRef(asked)
  latest.current = asked
  useEffect(() => {
    if (key === null) return
    const stop = new AbortController()
    const ask = async () => {
      const body = latest.current
      if (body === null || document.hidden) return
      const answer = await dryRun(body, stop.signal)
      if (stop.signal.aborted) return
      if (answer.ok) setHeld({ key, run: answer.value, failure: null })
      else setHeld({ key, run: null, failure: { code: answer.code, message: answer.message } })
    }
    const first = setTimeout(() => void ask(), STILL_MS)
    const again = setInterval(() => void ask(), AGAIN_MS)
    return () => {
      stop.abort()
      clearTimeout(first)
      clearInterval(again)
    }
  }, [key])
  if (key === null || held === null) return { run: null, isOld: key !== null, failure: null }
  return { run: held.run, isOld: held.key !== key, failure: held.key === key ? held.failure : null }
}
