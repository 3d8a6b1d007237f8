/** What both ways of counting answer with: by cells (`rolled-screen.ts`), or by every report found (`crashes-screen.ts`). */
import type { CrashCause, CrashesView, GroupStatus } from '@orrery/live/views'

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

export type Facet = keyof CrashesView['facets']
/** Facets that are a fact of a crash. Its cause is one too, but `mixed` is what its group is. */
export const FACT_FACETS = ['reason', 'node', 'module', 'outcome', 'kind'] as const satisfies readonly Facet[]

/** Bars of the last day, an hour each. */
export const BUCKETS = 24
/** Rows the screen shows, of the groups that crashed last; what is beyond is reached by narrowing the query. */
export const GROUP_ROWS = 200
/** Reports a row shows. */
export const LATEST = 8

export interface Screen {
  total: number
  groups_total: number
  statuses: Partial<Record<GroupStatus, number>>
  groups: ScreenGroup[]
  buckets: [groupId: string, bucket: number, n: number][]
  latest: ScreenLatest[]
  /** The most first. */
  facets: ScreenFacet[]
}

export interface ScreenGroup {
  id: string
  fingerprint: string
  name: string
  module: string
  reason: string
  reason_text: string
  top_frame: string | null
  first_seen_ms: number
  roots: number
  casualties: number
  cause: CrashCause
  last_at_ms: number
  nodes: string[]
  status: GroupStatus
  resolved_in: string | null
  merged: string[]
}

export interface ScreenLatest {
  group_id: string
  id: string
  at_ms: number
  node: string
  key: string
  pid: string
  outcome: string
  back_after_ms: number | null
}

/** A count and the one facet it is of. */
export type ScreenFacet = { n: number } & { [F in Facet]?: string }
