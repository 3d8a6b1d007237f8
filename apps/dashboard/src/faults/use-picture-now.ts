'use client'
/** The time of what is shown: the hub's, and while the hub is not heard that of its last word. */
import { useHubNow } from '../live/now.ts'
import { useConnection } from '../live/use-view.ts'

export interface PictureNow {
  nowMs: number
  /** It stands still: nobody knows what came after. */
  isOld: boolean
}

export function usePictureNow(everyMs: number | null): PictureNow {
  const { link, heardAtMs, clockOffsetMs } = useConnection()
  const isOld = (link === 'lost' || link === 'stale') && heardAtMs !== null
  const nowMs = useHubNow(isOld ? null : everyMs)
  return { nowMs: isOld ? heardAtMs + clockOffsetMs : nowMs, isOld }
}
