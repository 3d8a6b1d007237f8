/**
 * Rollups of hours and days as they were read, kept for as long as nothing in them changed: but for the last hours they hardly
 * ever do, and a month of a million reports is half a million rows.
 *
 * Whoever changes an hour that is over writes it down in `crash_rollup_changes`, in the same transaction. What a snapshot
 * sees there of an hour is its version: the same version, the same rollup.
 */
import { Prisma } from '../generated/client.ts'
import type { Parts } from './cell-tally.ts'
import { packed, unpacked } from './packed.ts'
import { DAY_MS, HOUR_MS } from './screen.ts'

const { sql } = Prisma

/**
 * An hour is kept once it is over by this much: who began to write while it was not over writes nothing down, and has
 * committed by then.
 */
const MARGIN_MS = HOUR_MS
/** Changes are held for a day (`prune.ts`); nothing is trusted for longer than half of that. */
const TRUSTED_MS = 12 * HOUR_MS
/** Numbers of cells that are kept, 8 bytes each; those that were not asked for longest go first. */
const MAX_NUMBERS = 4_000_000
/** Hours that are looked for one by one, should the database's clock be far ahead of this one's. */
const MAX_AHEAD_MS = 2 * DAY_MS
/** Spans that are read by one statement. */
const AT_ONCE = 12

export interface Spans {
  /** Whole days from one midnight up to another, milliseconds; however many, only those that hold something are looked at. */
  days: { fromMs: number; toMs: number }
  /** Beginnings of hours. */
  hours: readonly number[]
  /** And all hours from this one on, however new. */
  sinceMs: number
}

/** What each holds, by its beginning; one that holds nothing may be missing. */
export interface Rolled {
  days: ReadonlyMap<number, Parts>
  hours: ReadonlyMap<number, Parts>
}

export interface RollupBook {
  /** All of it as of the snapshot of a transaction that reads repeatably. */
  read(tx: Prisma.TransactionClient, spans: Spans): Promise<Rolled>
}

interface Kept {
  parts: Parts
  version: string
  readAtMs: number
}

export function createRollupBook(maxNumbers = MAX_NUMBERS): RollupBook {
  const kept = new Map<string, Kept>()
  let numbers = 0

  const drop = (key: string): void => {
    numbers -= kept.get(key)?.parts.cells.length ?? 0
    kept.delete(key)
  }
  const keep = (key: string, one: Kept): void => {
    drop(key)
    kept.set(key, one)
    numbers += one.parts.cells.length
    for (const oldest of kept.keys()) {
      if (numbers <= maxNumbers) break
      drop(oldest)
    }
  }

  const readSpans = async (
    tx: Prisma.TransactionClient,
    hours: 1 | 24,
    beginnings: readonly number[],
    { versionOf, keptToMs }: Changes,
  ): Promise<Map<number, Parts>> => {
    const found = new Map<number, Parts>()
    const missing: number[] = []
    for (const fromMs of beginnings) {
      const key = `${hours} ${fromMs}`
      const one = kept.get(key)
      if (one?.version !== versionOf(hours, fromMs) || performance.now() - one.readAtMs > TRUSTED_MS) {
        missing.push(fromMs)
        continue
      }
      // Asked for last, dropped last.
      kept.delete(key)
      kept.set(key, one)
      found.set(fromMs, one.parts)
    }
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const some = missing.slice(at, at + AT_ONCE)
      const read = await rows(
        tx,
        sql`r.span_hours = ${hours} AND r.from_at = ANY(${some.map((fromMs) => new Date(fromMs))}::timestamptz[])`,
      )
      for (const fromMs of some) {
        const parts = read.get(fromMs) ?? NOTHING
        found.set(fromMs, parts)
        if (fromMs + hours * HOUR_MS > keptToMs) continue
        const version = versionOf(hours, fromMs)
        keep(`${hours} ${fromMs}`, { parts, version, readAtMs: performance.now() })
      }
    }
    return found
  }

  return {
    async read(tx, { days, hours, sinceMs }) {
      const changes = await changesSince(tx, Math.min(sinceMs, days.fromMs, ...hours))
      const openMs = Math.max(sinceMs, Math.min(changes.keptToMs, sinceMs + MAX_AHEAD_MS))
      const over: number[] = [...hours]
      for (let fromMs = sinceMs; fromMs < openMs; fromMs += HOUR_MS) over.push(fromMs)
      const ofDays = await readSpans(tx, 24, await heldDays(tx, days), changes)
      const ofHours = await readSpans(tx, 1, over, changes)
      const open = await rows(tx, sql`r.span_hours = 1 AND r.from_at >= ${new Date(openMs)}`)
      for (const [fromMs, parts] of open) ofHours.set(fromMs, parts)
      return { days: ofDays, hours: ofHours }
    },
  }
}

const NOTHING: Parts = { cells: new Int32Array(), counts: new Int32Array() }

interface Changes {
  versionOf(hours: 1 | 24, fromMs: number): string
  /** What ends up to here is over long enough to be kept, by the database's clock. */
  keptToMs: number
}

/** Changes that are seen: their number, and the last of them. One that is seen late adds to the number. */
interface Version {
  n: number
  last: number
}

async function changesSince(tx: Prisma.TransactionClient, fromMs: number): Promise<Changes> {
  type Change = [fromMs: number, n: number, last: number]
  const [read] = await tx.$queryRaw<[{ now_ms: number; changes: Change[] | null }]>`
    SELECT date_part('epoch', now()) * 1000 AS now_ms, (
      SELECT json_agg(json_build_array(date_part('epoch', c.from_at) * 1000, c.n, c.last)) FROM (
        SELECT from_at, count(*) AS n, max(id) AS last FROM crash_rollup_changes
        WHERE from_at >= ${new Date(fromMs)} GROUP BY from_at
      ) c) AS changes`
  const versions = { 1: new Map<number, Version>(), 24: new Map<number, Version>() }
  for (const [hourMs, n, last] of read.changes ?? []) {
    versions[1].set(hourMs, { n, last })
    const dayMs = hourMs - (hourMs % DAY_MS)
    const before = versions[24].get(dayMs)
    versions[24].set(dayMs, { n: (before?.n ?? 0) + n, last: Math.max(before?.last ?? 0, last) })
  }
  return {
    versionOf: (hours, beginMs) => {
      const version = versions[hours].get(beginMs)
      return version ? `${version.n} ${version.last}` : ''
    },
    keptToMs: Math.floor((read.now_ms - MARGIN_MS) / HOUR_MS) * HOUR_MS,
  }
}

/** Days that hold something. Each is one look into the index, where a list of all rollups would be long. */
async function heldDays(tx: Prisma.TransactionClient, { fromMs, toMs }: Spans['days']): Promise<number[]> {
  if (fromMs >= toMs) return []
  const from = new Date(fromMs)
  const to = new Date(toMs)
  const found = await tx.$queryRaw<{ from_ms: number }[]>`
    WITH RECURSIVE day(from_at) AS (
      (SELECT r.from_at FROM crash_rollups r WHERE r.span_hours = 24 AND r.from_at >= ${from} AND r.from_at < ${to}
       ORDER BY r.from_at LIMIT 1)
      UNION ALL
      SELECT (SELECT r.from_at FROM crash_rollups r WHERE r.span_hours = 24 AND r.from_at > day.from_at AND r.from_at < ${to}
              ORDER BY r.from_at LIMIT 1)
      FROM day WHERE day.from_at IS NOT NULL
    )
    SELECT date_part('epoch', from_at) * 1000 AS from_ms FROM day WHERE from_at IS NOT NULL`
  return found.map(({ from_ms }) => from_ms)
}

/** Rollups by their beginnings. */
async function rows(tx: Prisma.TransactionClient, where: Prisma.Sql): Promise<Map<number, Parts>> {
  const found = await tx.$queryRaw<{ from_ms: number; cells: string; counts: string }[]>`
    SELECT date_part('epoch', r.from_at) * 1000 AS from_ms, ${packed(sql`r.cell_id`)} AS cells, ${packed(sql`r.n`)} AS counts
    FROM crash_rollups r WHERE ${where} GROUP BY r.from_at`
  return new Map(
    found.map(({ from_ms, cells, counts }) => [
      from_ms,
      { cells: unpacked(cells), counts: unpacked(counts) },
    ]),
  )
}
