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
  const askedMs = useRef(Number.NEGATIVE_INFINITY)
  const latestMs = data?.marks.findLast((mark) => mark.kind === 'crash')?.atMs ?? 0
  useEffect(() => {
    // While somebody looks, what comes is seen as it comes.
    if (isLooking) lastLook.set(String(Math.max(latestMs, Math.round(hubNow()))))
  }, [isLooking, latestMs])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a newer crash is the reason to ask again
  useEffect(() => {
    if (isLooking) return setCount(0)
    const stop = new AbortController()
    const timer = setTimeout(
      async () => {
        askedMs.current = performance.now()
        const answer = await request<{ items: GroupFirstSeen[] }>(
          'GET',
          `/api/v1/crash-groups?${new URLSearchParams({ q: 'last:24h', limit: '100' })}`,
          undefined,
          stop.signal,
        )
        if (answer.ok) setCount(newSince(answer.value.items, Number(seen)))
      },
      Math.max(0, askedMs.current + ASK_AT_MOST_EVERY_MS - performance.now()),
    )
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [isLooking, latestMs, seen])
  return count
}

export function newSince(groups: GroupFirstSeen[], seenMs: number): number {
  return groups.filter((group) => Date.parse(group.firstSeen) > seenMs).length
}
