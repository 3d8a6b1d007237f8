'use client'
/** How many crash groups were first seen since somebody last looked at Crashes. */
import { useEffect, useRef, useState } from 'react'
import { request } from '../live/api.ts'
import { hubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { preference } from './preference.ts'

const lastLook = preference<string>('crashes-seen-ms', '0')

interface GroupFirstSeen {
  firstSeen: string
}

const ASK_AT_MOST_EVERY_MS = 5_000

/** Asks the hub again when the timeline shows a crash it did not show before, at most every five seconds. */
export function useNewGroups(isLooking: boolean): number {
  const { data } = useView('timeline', { node: null }, { followsTime: false })
  const seen = lastLook.use()
  const [count, setCount] = useState(0)
  const latest = useRef(0)
  const latestMs = data?.marks.findLast((mark) => mark.kind === 'crash')?.atMs ?? 0
  useEffect(() => {
    // While somebody looks, what comes is seen as it comes.
    if (isLooking) lastLook.set(String(Math.max(latestMs, Math.round(hubNow()))))
  }, [isLooking, latestMs])
  latest.current = latestMs
  useEffect(() => {
    if (isLooking) return setCount(0)
    const stop = new AbortController()
    let askedFor: number | null = null
    const ask = async () => {
      if (askedFor === latest.current) return
      askedFor = latest.current
      const answer = await request<{ items: GroupFirstSeen[] }>(
        'GET',
        `/api/v1/crash-groups?${new URLSearchParams({ q: '-is:resolved -is:ignored last:24h', limit: '100' })}`,
        undefined,
        stop.signal,
      )
      if (answer.ok) setCount(newSince(answer.value.items, Number(seen)))
    }
    void ask()
    const timer = setInterval(() => void ask(), ASK_AT_MOST_EVERY_MS)
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [isLooking, seen])
  return count
}

export function newSince(groups: GroupFirstSeen[], seenMs: number): number {
  return groups.filter((group) => Date.parse(group.firstSeen) > seenMs).length
}
