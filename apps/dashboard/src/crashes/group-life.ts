/** What became of a crash group, in words. Pure. */
import type { CrashGroupDetail, GroupNote, GroupStatus } from '@orrery/live/views'
import type { Losses } from '@orrery/protocol'
import { age, clock, dateClock, plural } from '../live/format.ts'

const DAY_MS = 86_400_000

/** Where its colour comes from; the others have none. */
export const STATUS_TONES: Partial<Record<GroupStatus, string>> = { new: 'crashed', regressed: 'backlog' }

export const STATUS_WORDS: Record<GroupStatus, string> = {
  new: 'First seen in the last 24 h.',
  regressed: 'Crashed again after it was resolved.',
  ongoing: 'First seen more than 24 h ago.',
  resolved: 'Somebody resolved it; a crash of the same release or a newer one regresses it.',
  ignored: 'Somebody ignores it, until somebody opens it again.',
}

/** One sentence on its status: since when, by whom, until when. */
export function lifeOf(group: CrashGroupDetail, nowMs: number): string {
  const { status, statusAtMs, statusBy, resolvedIn, regressedAtMs, firstSeenMs } = group
  const by = statusBy === null ? '' : ` by ${statusBy}`
  const ago = (ms: number | null) => (ms === null ? '' : `, ${age(nowMs - ms)} ago`)
  switch (status) {
    case 'new':
      return `New for 24 h, until ${minuteOf(firstSeenMs + DAY_MS)}`
    case 'regressed':
      return `Crashed again after it was resolved${ago(regressedAtMs)}`
    case 'resolved':
      return `Resolved${resolvedIn === null ? '' : ` in ${resolvedIn}`}${by}${ago(statusAtMs)}`
    case 'ignored':
      return `Ignored${by}${ago(statusAtMs)}`
    case 'ongoing':
      return `First seen ${minuteOf(firstSeenMs)}`
    default:
      return status satisfies never
  }
}

function minuteOf(atMs: number): string {
  return dateClock(atMs).replace(/:\d\d\.\d+$/, '')
}

/** What a note says was done. */
export function changeText({ change, text }: GroupNote): string {
  if (change === 'merged') return `merged ${text} into it`
  if (change === 'unmerged') return `took ${text} out again`
  return change ?? ''
}

/** `since 14:31:44` today, `first 12 d` before. */
export function firstText(firstMs: number, nowMs: number): string {
  return nowMs - firstMs < DAY_MS
    ? `since ${clock(firstMs).slice(0, 8)}`
    : `first ${Math.floor((nowMs - firstMs) / DAY_MS)} d`
}

/** How people call a group: `G-4f2a`. */
export function shortId(fingerprint: string): string {
  return `G-${fingerprint.slice(0, 4)}`
}

/** What is not held of a group, in sentences; none where every report is here. */
export function lossesOf(reports: CrashGroupDetail['reports'] | null, told: Losses): string[] {
  const notStored = reports?.notStored ?? told.similarNotStored
  const pruned = reports?.pruned ?? told.similarPruned ?? 0
  return [
    ...(notStored > 0
      ? [`${plural(notStored, 'similar crash', 'similar crashes')} counted and not stored, in a storm.`]
      : []),
    ...(pruned > 0
      ? [`${plural(pruned, 'similar report')} expired: counted still, and no longer held.`]
      : []),
    ...((notStored > 0 || pruned > 0) && reports !== null ? [`${plural(reports.held, 'report')} held.`] : []),
  ]
}
