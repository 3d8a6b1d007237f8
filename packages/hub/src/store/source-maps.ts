/**
 * Reads reports by the source maps that were given: when they are stored, so that their functions name their group, and when
 * they are read, should the map have come later. A map that cannot be read costs its frames and nothing else.
 */
import { TraceMap } from '@jridgewell/trace-mapping'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import type { PrismaClient } from '../generated/client.ts'
import { type GivenMap, mapStack, unmapped } from '../source-maps/map-stack.ts'
import { familyOf } from './release-order.ts'
import { findSourceMaps, markUsed, readSourceMap, type Sought } from './source-map-table.ts'
import type { SourceMapRow } from './store.ts'

export interface SourceMaps {
  /** The reports in their order, those with a map read by it. */
  apply(reports: readonly CrashReport[], nowMs: number): Promise<CrashReport[]>
}

/** Of JSON; a parsed map takes a few times as much. */
const CACHE_BYTES = 33_554_432
const HOUR_MS = 3_600_000

export function createSourceMaps(prisma: PrismaClient): SourceMaps {
  const open = new Map<string, { given: GivenMap | null; bytes: number }>()

  const openMap = async (row: SourceMapRow): Promise<GivenMap | null> => {
    const known = open.get(row.id)
    if (known) {
      open.delete(row.id)
      open.set(row.id, known)
      return known.given
    }
    const json = await readSourceMap(prisma, row.id)
    const given = json === null ? null : parse(row, json)
    open.set(row.id, { given, bytes: row.sizeBytes })
    let bytes = 0
    for (const one of open.values()) bytes += one.bytes
    for (const [oldest, one] of open) {
      if (bytes <= CACHE_BYTES || oldest === row.id) break
      open.delete(oldest)
      bytes -= one.bytes
    }
    return given
  }

  return {
    async apply(reports, nowMs) {
      const sought = reports.flatMap((report, of) =>
        orNone(() => soughtBy(report), []).map((one) => ({ ...one, of })),
      )
      if (sought.length === 0) return [...reports]
      const found = await findSourceMaps(prisma, sought)
      const maps = reports.map(() => new Map<string, GivenMap>())
      for (const [place, row] of found) {
        const { of, file } = sought[place] as Sought & { of: number }
        const given = await openMap(row)
        if (given === null) continue
        maps[of]?.set(file, given)
        if (nowMs - row.usedAtMs > HOUR_MS) await markUsed(prisma, row.id, nowMs)
      }
      return reports.map((report, of) => orNone(() => withMaps(report, maps[of] ?? new Map()), report))
    },
  }
}

/** What is no report at all is left to whoever stores it; a damaged map costs its frames. */
function orNone<T>(read: () => T, none: T): T {
  try {
    return read()
  } catch {
    // Every reason is the same to a reader: these frames stand as they were told.
    return none
  }
}

function soughtBy({ identity, cause }: CrashReport): Sought[] {
  const stack = fieldValue(cause.stack)
  if (!stack) return []
  const { node, release } = identity
  return unmapped(stack).map(({ file, bundle }) => ({
    application: familyOf(node),
    release,
    file,
    debugId: bundle?.debugId ?? null,
    sha256: bundle?.sha256 ?? null,
  }))
}

function withMaps(report: CrashReport, maps: ReadonlyMap<string, GivenMap>): CrashReport {
  const { stack } = report.cause
  if (maps.size === 0 || !('value' in stack)) return report
  return { ...report, cause: { ...report.cause, stack: { ...stack, value: mapStack(stack.value, maps) } } }
}

function parse(row: SourceMapRow, json: string): GivenMap | null {
  try {
    const at = new Date(row.uploadedAtMs).toISOString()
    return { id: row.id, by: row.uploadedBy, at, map: new TraceMap(json), names: new Map() }
  } catch {
    // Checked when it was given: what cannot be read now is as good as not there.
    return null
  }
}
