import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresBin, startCluster } from '../../test/postgres.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { type Migration, migrate } from './migrate.ts'

const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: `sum of ${sql}` })
const one = migration('1_one', 'CREATE TABLE one (id int); CREATE TABLE also_one (id int)')
const two = migration('2_two', 'CREATE TABLE two (id int)')
const broken = migration('3_broken', 'CREATE TABLE three (id int); SELECT 1/0')

describe('migrate', () => {
  let folder: string
  let embedded: Embedded
  let client: Client

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-migrate-'))
    embedded = await startEmbedded(join(folder, 'data'))
    client = new Client(embedded.connection)
    await client.connect()
  }, 60_000)
  afterAll(async () => {
    await client.end()
    await embedded.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  })

  const tables = async () => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    )
    return rows.map(({ name }) => name)
  }

  it('applies what is missing, in order, once', async () => {
    expect(await migrate(client, [one])).toEqual(['1_one'])
    expect(await migrate(client, [one, two])).toEqual(['2_two'])
    expect(await migrate(client, [one, two])).toEqual([])
    expect(await tables()).toEqual(['_prisma_migrations', 'also_one', 'one', 'two'])
  })

  it('keeps Prisma’s own books', async () => {
    await migrate(client, [one])
    const { rows } = await client.query('SELECT * FROM "_prisma_migrations"')
    expect(rows).toMatchObject([
      { migration_name: '1_one', checksum: one.checksum, applied_steps_count: 1, rolled_back_at: null },
    ])
    expect(rows[0].finished_at).toBeInstanceOf(Date)
  })

  it('leaves nothing behind of one that fails, and names it', async () => {
    await expect(migrate(client, [one, broken])).rejects.toMatchObject({
      code: 'database.migration',
      message: expect.stringContaining('3_broken'),
    })
    expect(await tables()).toEqual(['_prisma_migrations', 'also_one', 'one'])
    expect(await migrate(client, [one, two])).toEqual(['2_two'])
  })

  it('refuses a database whose history is not ours', async () => {
    await migrate(client, [one, two])
    await expect(migrate(client, [one])).rejects.toThrow(/2_two, unknown to this Orrery/)
    const changed = { ...two, checksum: 'other' }
    await expect(migrate(client, [one, changed])).rejects.toThrow(/2_two was applied here with another text/)
  })
})

// The embedded database has one session and one opener; only a server can be migrated by two at once.
describe.runIf(postgresBin() !== null)('migrate on a server', () => {
  it('lets two starts at once apply each migration once', { timeout: 60_000 }, async () => {
    await using cluster = await startCluster()
    const connectionString = await cluster.database()
    const clients = await Promise.all(
      [1, 2, 3].map(async () => {
        const client = new Client({ connectionString })
        await client.connect()
        return client
      }),
    )
    const applied = await Promise.all(clients.map((client) => migrate(client, [one, two])))
    for (const client of clients) await client.end()
    expect(applied.flat().sort()).toEqual(['1_one', '2_two'])
  })
})
