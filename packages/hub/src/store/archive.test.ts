import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contents, fill } from '../../test/contents.ts'
import { type Cluster, postgresBin, startCluster } from '../../test/postgres.ts'
import { backUp, restore } from './archive.ts'
import { migrationsDir } from './connect.ts'
import { migrate, readMigrations } from './migrate.ts'
import { openStore } from './open-store.ts'
import type { StoreError } from './store.ts'

const CRASHES = 60
const RETENTION = { retentionDays: 30, retentionMb: null }
const hasPostgres = postgresBin() !== null

describe('a backup', { timeout: 120_000 }, () => {
  let folder: string
  let file: string
  let cluster: Cluster | null = null
  let whole: Awaited<ReturnType<typeof contents>>
  const embedded = (name: string) => ({ databaseUrl: null, dataDir: join(folder, name) })
  const server = async () => ({ databaseUrl: (await cluster?.database()) ?? null, dataDir: folder })
  /** Of whichever kind the system has; a server is made faster. */
  const fresh = (name: string) => (cluster ? server() : Promise.resolve(embedded(name)))
  const read = async (where: { databaseUrl: string | null; dataDir: string }) => {
    await using store = await openStore({ ...where, ...RETENTION })
    return await contents(store, CRASHES)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-archive-'))
    file = join(folder, 'backup.jsonl.gz')
    if (hasPostgres) cluster = await startCluster()
    await using store = await openStore({ ...embedded('first'), ...RETENTION })
    await fill(store, CRASHES)
    whole = await contents(store, CRASHES)
  }, 120_000)
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('of an embedded database brings everything back in another', async () => {
    const rows = await backUp(embedded('first'), file)
    expect(whole.reports.filter(Boolean)).toHaveLength(CRASHES)
    expect(whole.groups.length).toBeGreaterThan(3)
    expect(whole.audit).toHaveLength(2)
    expect(await restore(embedded('second'), file)).toBe(rows)
    expect(await read(embedded('second'))).toEqual(whole)
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  if (hasPostgres) {
    it('of an embedded database brings everything to a server, and back', async () => {
      const target = await server()
      await restore(target, file)
      expect(await read(target)).toEqual(whole)
      const back = join(folder, 'back.jsonl.gz')
      await backUp(target, back)
      await restore(embedded('third'), back)
      expect(await read(embedded('third'))).toEqual(whole)
    })
  }

  it('goes only into an empty database', async () => {
    const target = await fresh('full')
    await restore(target, file)
    await expect(restore(target, file)).rejects.toMatchObject({ code: 'archive.not_empty' })
    expect(await read(target)).toEqual(whole)
  })

  it('that is cut short, or none, restores nothing and says so in one line', async () => {
    const lines = gunzipSync(await readFile(file))
      .toString()
      .split('\n')
    const cut = join(folder, 'cut.gz')
    await writeFile(cut, gzipSync([...lines.slice(0, 40), '{"table":"crash_reports","ro'].join('\n')))
    const target = await fresh('cut')
    const error = await restore(target, cut).catch((reason: StoreError) => reason)
    expect(error).toMatchObject({ code: 'archive.unreadable' })
    expect((error as StoreError).message).not.toContain('\n')
    expect((await read(target)).summaries).toEqual([])
    await expect(restore(target, join(folder, 'none.gz'))).rejects.toMatchObject({
      code: 'archive.unreadable',
    })
    await writeFile(cut, (await readFile(file)).subarray(0, 2_000))
    await expect(restore(target, cut)).rejects.toMatchObject({ code: 'archive.unreadable' })
    await writeFile(cut, 'no backup')
    await expect(restore(target, cut)).rejects.toMatchObject({ code: 'archive.unreadable' })
    await writeFile(cut, gzipSync(`${JSON.stringify({ orrery: 1, migrations: ['2999_future'] })}\n`))
    await expect(restore(target, cut)).rejects.toThrow(/2999_future, unknown to this Orrery/)
  })
})

/**
 * Each schema there has ever been, with the rows it would have held: those of today without what came since. Whatever is added
 * to `prisma/migrations` is tested here by being there.
 */
describe('a database of an earlier schema', { timeout: 120_000 }, async () => {
  const migrations = await readMigrations(migrationsDir())
  let folder: string
  let cluster: Cluster | null = null
  let whole: Awaited<ReturnType<typeof contents>>
  const database = async (name: string) => ({
    databaseUrl: (await cluster?.database()) ?? null,
    dataDir: join(folder, name),
  })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-earlier-'))
    if (hasPostgres) cluster = await startCluster()
    const now = await database('now')
    await using store = await openStore({ ...now, ...RETENTION })
    await fill(store, CRASHES)
    whole = await contents(store, CRASHES)
    await store.close()
    await backUp(now, join(folder, 'now.gz'))
  }, 120_000)
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** The backup as it would have been under the first `count` migrations: a table that was not there is left out. */
  const asOf = async (count: number): Promise<string> => {
    const then = migrations.slice(0, count)
    const lines = gunzipSync(await readFile(join(folder, 'now.gz')))
      .toString()
      .split('\n')
      .slice(1)
    const held = lines.filter((line) => {
      const table = /^\{"table":"(\w+)"/.exec(line)?.[1]
      return table !== undefined && then.some(({ sql }) => sql.includes(`CREATE TABLE "${table}"`))
    })
    const file = join(folder, `${count}.gz`)
    const head = JSON.stringify({ orrery: 1, migrations: then.map(({ name }) => name) })
    await writeFile(file, gzipSync([head, ...held, ''].join('\n')))
    return file
  }

  it.each(migrations.map(({ name }, i) => ({ name, count: i + 1 })))(
    'with data, at $name, is brought to today’s by the start and holds all it held',
    async ({ count }) => {
      const earlier = join(folder, `migrations-${count}`)
      await mkdir(earlier)
      for (const { name } of migrations.slice(0, count)) {
        await cp(join(migrationsDir(), name), join(earlier, name), { recursive: true })
      }
      const place = await database(`at-${count}`)
      await restore({ ...place, migrationsDir: earlier }, await asOf(count))
      await using store = await openStore({ ...place, ...RETENTION })
      const then = migrations.slice(0, count)
      const had = (table: string) => then.some(({ sql }) => sql.includes(`CREATE TABLE "${table}"`))
      expect(await contents(store, CRASHES)).toEqual({
        ...whole,
        experiments: had('fault_experiments') ? whole.experiments : [],
        lab: had('fault_scenarios') ? whole.lab : [[], [], []],
      })
    },
  )

  it('with rows that a migration changes is changed, too', async () => {
    const later = join(folder, 'later')
    await cp(migrationsDir(), later, { recursive: true })
    await mkdir(join(later, '29991231000000_later'))
    await writeFile(
      join(later, '29991231000000_later', 'migration.sql'),
      `ALTER TABLE "crash_reports" ADD COLUMN "later" TEXT NOT NULL DEFAULT 'none';
       UPDATE "crash_reports" SET "later" = "module"; ALTER TABLE "storm_keys" RENAME TO "storm_words"`,
    )
    const place = await database('later')
    await restore({ ...place, migrationsDir: later }, join(folder, 'now.gz'))
    if (place.databaseUrl === null) return
    const client = new Client({ connectionString: place.databaseUrl })
    await client.connect()
    const { rows } = await client.query(
      `SELECT count(*)::int AS n, count(*) FILTER (WHERE later = module)::int AS same,
              (SELECT count(*)::int FROM storm_words) AS words FROM crash_reports`,
    )
    expect(rows).toEqual([{ n: CRASHES, same: CRASHES, words: 5 }])
    expect(await migrate(client, await readMigrations(later))).toEqual([])
    await client.end()
  })
})
