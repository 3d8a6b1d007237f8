/** What is counted from rollups is what a plain look at every report counts, whatever was stored, amended and removed. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GROUP_STATUSES } from '@orrery/live/views'
import type { Outcome } from '@orrery/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Prisma } from '../generated/client.ts'
import { createCellBook } from './cell-book.ts'
import { type Connection, connect } from './connect.ts'
import { parseCrashQuery, toSql } from './crash-query.ts'
import { amendCrashes, saveCrashes } from './crash-write.ts'
import { bucketOf, readCrashesView } from './crashes-screen.ts'
import { crashReport } from './fixture.ts'
import { prune } from './prune.ts'
import { createRollupBook } from './rollup-book.ts'
import { DAY_MS, HOUR_MS } from './screen.ts'

const NOW = Date.parse('2026-11-20T10:23:45.678Z')
const seed = process.env.ORRERY_SEED === undefined ? {} : { seed: Number(process.env.ORRERY_SEED) }

let connection: Connection
let folder: string
const books = { cells: createCellBook(), rollups: createRollupBook() }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-counts-'))
  connection = await connect({ databaseUrl: null, dataDir: join(folder, 'data') })
}, 60_000)
afterAll(async () => {
  await connection.close()
  await rm(folder, { recursive: true, force: true })
})

/** Moments that lie on the edges of hours and days as well as anywhere. */
const agoMs = fc.oneof(
  fc.integer({ min: 0, max: 4 * DAY_MS }),
  fc.integer({ min: 0, max: 90 }).map((hours) => (NOW % HOUR_MS) + hours * HOUR_MS),
  fc.constantFrom(0, DAY_MS, DAY_MS + 1, 2 * DAY_MS, -60_000),
)

const crash = fc.record({
  agoMs,
  node: fc.constantFrom('mail@lund', 'exchange@kista-1', 'exchange@kista-2'),
  module: fc.constantFrom('TrunkLink', 'Router', 'Parser'),
  tag: fc.constantFrom('timeout', 'noproc', 'badmatch'),
  text: fc.constantFrom('timeout', 'noproc { to: "ledger" }', 'after 5000 ms'),
  kind: fc.constantFrom('throw' as const, 'exit' as const, 'kill' as const),
  outcome: fc.constantFrom('restarted' as const, 'given_up' as const, null),
  casualtyOf: fc.option(fc.nat(30), { nil: null, freq: 5 }),
  isInjected: fc.boolean(),
})

const clause = fc.constantFrom(
  'node:kista-1',
  'node:exchange@*',
  '-node:mail@lund',
  'module:router|parser',
  'reason:timeout',
  '-reason:noproc',
  'reason:~after',
  'outcome:restarted',
  '-outcome:pending',
  'kind:throw',
  'is:root',
  'is:injected',
  'cause:injected',
  '-cause:injected',
  'cause:mixed',
  '-is:casualty',
  'ledger',
  'Router nopro',
  'kista 1',
  'unkli',
  '"trunk link" after',
  '-ledger',
  'mailbox:>10',
)
const query = fc
  .tuple(
    fc.uniqueArray(clause, { maxLength: 3 }),
    fc.constantFrom(
      '',
      'last:24h',
      'last:90m',
      'last:48h',
      'last:30d',
      'last:9999d',
      'last:2d last:3h',
      '-last:36h',
    ),
  )
  .map(([clauses, time]) => [...clauses, time].filter(Boolean).join(' '))

test('facets, totals, groups and bars equal a plain scan', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(crash, { minLength: 1, maxLength: 40 }),
      fc.array(query, { minLength: 4, maxLength: 10 }),
      fc.integer({ min: 1, max: 5 }),
      async (crashes, queries, days) => {
        await connection.prisma.$executeRaw`DELETE FROM crash_reports`
        await connection.prisma.$executeRaw`DELETE FROM crash_groups`
        const ids: string[] = []
        const reports = crashes.map(({ agoMs, casualtyOf, isInjected, outcome, ...fixture }) => {
          const root = casualtyOf === null ? undefined : ids[casualtyOf]
          const report = crashReport({
            ...fixture,
            at: new Date(NOW - agoMs).toISOString(),
            ...(root === undefined ? {} : { rootCrash: root }),
            ...(isInjected
              ? {
                  faults: {
                    status: 'captured',
                    value: [{ fault: 'F-1', kind: 'drop', role: 'direct', firing: '1' }],
                  },
                }
              : {}),
          })
          ids.push(report.id)
          return report
        })
        await saveCrashes(connection.prisma, reports)
        await amendCrashes(
          connection.prisma,
          crashes.flatMap(({ outcome }, i) =>
            outcome === null ? [] : [{ id: ids[i] ?? '', outcome: ended(outcome) }],
          ),
        )
        await check(queries)
        await prune(connection.prisma, { days, mb: null, reports: 25 }, NOW)
        await check(queries)
      },
    ),
    { numRuns: 12, ...seed },
  )
}, 120_000)

function ended(kind: 'restarted' | 'given_up'): Outcome {
  return {
    kind,
    newPid: null,
    backAfterMs: null,
    firstHandledAfterMs: null,
    crashedAgain: false,
    escalatedTo: null,
  }
}

interface Row {
  id: string
  at: Date
  group_id: string
  reason: string
  node: string
  module: string
  outcome: string
  kind: string
  is_root: boolean
  is_injected: boolean
}

async function check(queries: readonly string[]): Promise<void> {
  for (const q of queries) {
    const parsed = parseCrashQuery(q)
    if (!parsed.ok) throw new Error(parsed.error.message)
    const isTimed = /(?:^| )last:/.test(q)
    const rows = await connection.prisma.$queryRaw<Row[]>`
      SELECT c.id::text, c.at, c.group_id, c.reason, c.node, c.module, c.outcome, c.kind, c.is_root, c.is_injected
      FROM crash_reports c
      WHERE ${isTimed ? Prisma.sql`true` : Prisma.sql`c.at >= ${new Date(NOW - DAY_MS)}`} AND ${toSql(parsed.query, NOW)}
      ORDER BY c.at DESC, c.id DESC`
    const [mixed] = await connection.prisma.$queryRaw<[{ ids: string[] }]>`
      SELECT ARRAY(
        SELECT group_id FROM crash_reports WHERE is_root
        GROUP BY group_id HAVING bool_or(is_injected) AND NOT bool_and(is_injected)
      ) AS ids`
    const view = await readCrashesView(connection.prisma, books, parsed.query, new Set(GROUP_STATUSES), NOW)
    const counted = {
      q,
      total: view.total,
      facets: view.facets,
      groups: Object.fromEntries(view.groups.map(shown)),
    }
    expect(counted).toEqual({ q, ...scanned(rows, new Set(mixed.ids)) })
    expect(view.groups.map(({ lastSeenMs }) => -lastSeenMs)).toEqual(
      view.groups.map(({ lastSeenMs }) => -lastSeenMs).sort((a, b) => a - b),
    )
  }
}

type Shown = Awaited<ReturnType<typeof readCrashesView>>['groups'][number]

function shown({ id, count, casualties, cause, nodes, buckets, lastSeenMs, latest }: Shown) {
  return [
    id,
    { count, casualties, cause, nodes, buckets, lastSeenMs, latest: latest.map((one) => one.id) },
  ] as const
}

function scanned(rows: readonly Row[], mixed: ReadonlySet<string>) {
  const causesOf = (row: Row) => [
    row.is_injected ? 'injected' : 'organic',
    ...(mixed.has(row.group_id) ? ['mixed'] : []),
  ]
  const groups: Record<
    string,
    { -readonly [K in keyof ReturnType<typeof shown>[1]]: ReturnType<typeof shown>[1][K] }
  > = {}
  for (const row of rows) {
    const atMs = row.at.getTime()
    groups[row.group_id] ??= {
      count: 0,
      casualties: 0,
      cause: mixed.has(row.group_id) ? 'mixed' : 'organic',
      nodes: [],
      buckets: new Array<number>(24).fill(0),
      lastSeenMs: atMs,
      latest: [],
    }
    const group = groups[row.group_id]
    if (!group) throw new Error('unreachable')
    group[row.is_root ? 'count' : 'casualties']++
    if (row.is_injected && row.is_root && group.cause === 'organic') group.cause = 'injected'
    if (!group.nodes.includes(row.node)) group.nodes = [...group.nodes, row.node].sort()
    const bucket = bucketOf(atMs, NOW)
    if (row.is_root && bucket >= 0) group.buckets[bucket] = (group.buckets[bucket] ?? 0) + 1
    if (group.latest.length < 8) group.latest.push(row.id)
  }
  const counted = (valuesOf: (row: Row) => string[]) => {
    const counts = new Map<string, number>()
    for (const value of rows.flatMap(valuesOf)) counts.set(value, (counts.get(value) ?? 0) + 1)
    return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  }
  const facet = (name: 'reason' | 'node' | 'module' | 'outcome' | 'kind') => counted((row) => [row[name]])
  return {
    total: rows.length,
    facets: {
      reason: facet('reason'),
      node: facet('node'),
      module: facet('module'),
      outcome: facet('outcome'),
      kind: facet('kind'),
      cause: counted(causesOf),
    },
    groups,
  }
}

test('what an older hub called injected, though no fault had led to it, is counted as organic', async () => {
  const { prisma } = connection
  await prisma.$executeRaw`DELETE FROM crash_reports`
  await saveCrashes(prisma, [
    crashReport({
      at: new Date(NOW).toISOString(),
      faults: {
        status: 'captured',
        value: [{ fault: 'F-1', kind: 'clock_skew', role: 'upstream', firing: null }],
      },
    }),
  ])
  await prisma.$executeRaw`UPDATE crash_reports SET is_injected = true`
  const file = new URL(
    '../../../../prisma/migrations/20261129040000_crash_cause/migration.sql',
    import.meta.url,
  )
  const [update] = (await readFile(file, 'utf8')).split(';')
  await prisma.$executeRawUnsafe(update ?? '')
  await check(['', 'cause:injected', '-cause:injected'])
  expect(await prisma.$queryRaw`SELECT is_injected FROM crash_cells`).toEqual([{ is_injected: false }])
})
