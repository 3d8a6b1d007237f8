import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Prisma } from '../generated/client.ts'
import { type Connection, connect } from './connect.ts'
import { amendCrashes, saveCrashes } from './crash-write.ts'
import { crashReport } from './fixture.ts'
import { createRollupBook, type RollupBook, type Spans } from './rollup-book.ts'
import { DAY_MS, HOUR_MS } from './screen.ts'

const NOW = Date.now()
const HOUR = Math.floor(NOW / HOUR_MS) * HOUR_MS
const DAY = Math.floor(NOW / DAY_MS) * DAY_MS

let connection: Connection
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-rollups-'))
  connection = await connect({ databaseUrl: null, dataDir: join(folder, 'data') })
}, 60_000)
afterAll(async () => {
  await connection.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await connection.prisma.$executeRaw`DELETE FROM crash_reports`
})

/** How many reports each span holds, and how many rows of rollups were read for it. */
async function read(book: RollupBook, spans: Partial<Spans>) {
  let rows = 0
  const { days, hours } = await connection.prisma.$transaction(
    async (tx) => {
      const counting = new Proxy(tx, {
        get: (of, name) =>
          name === '$queryRaw'
            ? async (...query: Parameters<typeof tx.$queryRaw>) => {
                const found = await of.$queryRaw<Record<string, unknown>[]>(...query)
                rows += found.filter((row) => 'cells' in row).length
                return found
              }
            : Reflect.get(of, name),
      })
      return await book.read(counting, { days: { fromMs: 0, toMs: 0 }, hours: [], sinceMs: HOUR, ...spans })
    },
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead },
  )
  const sums = (of: typeof days) =>
    [...of].map(([fromMs, { counts }]) => [fromMs, counts.reduce((sum, n) => sum + n, 0)])
  return { days: sums(days), hours: sums(hours), rows }
}

const at = (ms: number) => crashReport({ at: new Date(ms).toISOString() })

test('a span that is over is read once, until it changes', async () => {
  const book = createRollupBook()
  const hour = HOUR - 5 * HOUR_MS
  const day = DAY - 3 * DAY_MS
  const late = at(hour + 1)
  await saveCrashes(connection.prisma, [late, at(day + 1), at(day + 7 * HOUR_MS)])
  const spans = { hours: [hour], days: { fromMs: day, toMs: day + DAY_MS } }
  expect(await read(book, spans)).toMatchObject({ days: [[day, 2]], hours: [[hour, 1]], rows: 2 })
  expect(await read(book, spans)).toMatchObject({ days: [[day, 2]], hours: [[hour, 1]], rows: 0 })

  await saveCrashes(connection.prisma, [at(day + 9 * HOUR_MS)])
  expect(await read(book, spans)).toMatchObject({ days: [[day, 3]], rows: 1 })
  await amendCrashes(connection.prisma, [
    {
      id: late.id,
      outcome: {
        kind: 'restarted',
        newPid: null,
        backAfterMs: 1,
        firstHandledAfterMs: null,
        crashedAgain: false,
        escalatedTo: null,
      },
    },
  ])
  expect(await read(book, spans)).toMatchObject({ hours: [[hour, 1]], rows: 1 })
  await connection.prisma.$executeRaw`DELETE FROM crash_reports`
  expect(await read(book, spans)).toMatchObject({ days: [], hours: [[hour, 0]] })
})

test('of a long time only the days that hold something are looked at', async () => {
  const book = createRollupBook()
  await saveCrashes(connection.prisma, [
    at(1),
    at(DAY - 9 * DAY_MS),
    at(DAY - 2 * DAY_MS + 1),
    at(DAY - 2 * DAY_MS + 2),
  ])
  const held = [
    [0, 1],
    [DAY - 9 * DAY_MS, 1],
    [DAY - 2 * DAY_MS, 2],
  ]
  expect(await read(book, { days: { fromMs: 0, toMs: DAY } })).toMatchObject({ days: held, rows: 3 })
  expect(await read(book, { days: { fromMs: DAY - DAY_MS, toMs: DAY } })).toMatchObject({ days: [], rows: 0 })
})

test('the hours that are not over, or only just, are read each time', async () => {
  const book = createRollupBook()
  await saveCrashes(connection.prisma, [at(NOW), at(HOUR - 1), at(HOUR + 2 * HOUR_MS)])
  const spans = { sinceMs: HOUR - HOUR_MS }
  const hours = [
    [HOUR - HOUR_MS, 1],
    [HOUR, 1],
    [HOUR + 2 * HOUR_MS, 1],
  ]
  for (let i = 0; i < 2; i++) {
    const seen = await read(book, spans)
    expect(seen.rows).toBe(3)
    expect(seen.hours.sort()).toEqual(hours)
  }
})

test('what was not asked for longest is forgotten first, and read again', async () => {
  const book = createRollupBook(2)
  const hours = [HOUR - 30 * HOUR_MS, HOUR - 40 * HOUR_MS, HOUR - 50 * HOUR_MS]
  await saveCrashes(
    connection.prisma,
    hours.map((ms) => at(ms + 1)),
  )
  const [a = 0, b = 0, c = 0] = hours
  const rows = async (...wanted: number[]) => (await read(book, { hours: wanted })).rows
  expect(await rows(a, b)).toBe(2)
  expect(await rows(a)).toBe(0)
  expect(await rows(c)).toBe(1)
  expect(await rows(a, c)).toBe(0)
  expect(await rows(b)).toBe(1)
})
