/**
 * The whole store in one file, and back: a backup of either kind of database, the way from the embedded one to a server, and
 * the way past a new major version of the embedded one.
 *
 * Lines of JSON, gzipped: a head that names the migrations, then `{"table":…,"row":…}` for each row, in Postgres' own
 * words, so that no number passes through JavaScript's. A file is restored into an empty database: the migrations it was
 * written under, its rows, then the migrations since.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Client } from 'pg'
import { z } from 'zod'
import { type ConnectOptions, migrationsDir } from './connect.ts'
import { startEmbedded } from './embedded.ts'
import { migrate, readMigrations } from './migrate.ts'
import { StoreError } from './store.ts'

const FETCH_ROWS = 500
const INSERT_ROWS = 200
const head = z.object({ orrery: z.literal(1), migrations: z.array(z.string()).min(1) })
const LINE = /^\{"table":"(\w+)","row":(.*)\}$/s

/**
 * Writes everything of one moment to `file`, which appears when it is whole. An embedded database must not be in use; a server
 * may be. Answers with the number of rows.
 *
 * @throws StoreError
 */
export async function backUp(options: ConnectOptions, file: string): Promise<number> {
  return withClient(options, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    let rows = 0
    const lines = async function* () {
      yield `${JSON.stringify({ orrery: 1, migrations: await applied(client) })}\n`
      for (const table of await tables(client)) {
        await client.query(
          `DECLARE rows NO SCROLL CURSOR FOR SELECT to_jsonb(t)::text AS row FROM "${table}" t`,
        )
        for (;;) {
          const { rows: some } = await client.query<{ row: string }>(`FETCH ${FETCH_ROWS} FROM rows`)
          if (some.length === 0) break
          rows += some.length
          yield some.map(({ row }) => `{"table":"${table}","row":${row}}\n`).join('')
        }
        await client.query('CLOSE rows')
      }
    }
    const partial = `${file}.partial`
    try {
      await pipeline(Readable.from(lines()), createGzip(), createWriteStream(partial, { flush: true }))
      await rename(partial, file)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    await client.query('COMMIT')
    return rows
  })
}

/**
 * Fills an empty database from `file`: all of it or nothing. Answers with the number of rows.
 *
 * @throws StoreError `archive.unreadable` for what is no backup or one of a newer Orrery, `archive.not_empty` for a database
 *   with rows, or one that is ahead of the file
 */
export async function restore(options: ConnectOptions, file: string): Promise<number> {
  const migrations = await readMigrations(options.migrationsDir ?? migrationsDir())
  const lines = linesOf(file)
  const known = await readHead(file, lines)
  const then = migrations.slice(0, known.length)
  const stranger = known.find((name, i) => then[i]?.name !== name)
  if (stranger !== undefined) {
    throw new StoreError(
      'archive.unreadable',
      `${file} was written under the migration ${stranger}, unknown to this Orrery: take one at least as new.`,
    )
  }
  return withClient(options, async (client) => {
    await migrate(client, then).catch((cause: unknown) => {
      throw new StoreError('archive.not_empty', `${file} needs a fresh database: ${String(cause)}`, { cause })
    })
    await refuseRows(client, file)
    await client.query('BEGIN')
    const rows = await load(client, file, lines).catch(async (error: unknown) => {
      await client.query('ROLLBACK')
      throw error
    })
    await client.query('COMMIT')
    await migrate(client, migrations)
    await client.query('ANALYZE')
    return rows
  })
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const text = createGunzip().setEncoding('utf8')
  // What fails on the way fails the reading below, too.
  pipeline(createReadStream(file), text).catch(() => undefined)
  let rest = ''
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}

async function readHead(file: string, lines: AsyncIterator<string>): Promise<string[]> {
  try {
    const first = await lines.next()
    return head.parse(JSON.parse(String(first.value))).migrations
  } catch (cause) {
    throw new StoreError('archive.unreadable', `${file} is no backup of Orrery, or cannot be read.`, {
      cause,
    })
  }
}

async function load(client: Client, file: string, lines: AsyncIterator<string>): Promise<number> {
  const names = new Set(await tables(client))
  let rows = 0
  let table = ''
  let batch: string[] = []
  const insert = async (): Promise<void> => {
    if (batch.length === 0) return
    await client.query(
      `INSERT INTO "${table}" SELECT * FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`,
      [`[${batch.join(',')}]`],
    )
    rows += batch.length
    batch = []
  }
  try {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const [, name = '', row = ''] = LINE.exec(line.value) ?? []
      if (!names.has(name)) throw new Error(`a line that belongs to no table: ${line.value.slice(0, 80)}`)
      if (name !== table || batch.length >= INSERT_ROWS) await insert()
      table = name
      batch.push(row)
    }
    await insert()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('archive.unreadable', `${file} cannot be restored, nothing was: ${why}`, { cause })
  }
  return rows
}

async function refuseRows(client: Client, file: string): Promise<void> {
  for (const table of await tables(client)) {
    const { rows } = await client.query(`SELECT 1 FROM "${table}" LIMIT 1`)
    if (rows.length === 0) continue
    throw new StoreError(
      'archive.not_empty',
      `${file} needs an empty database, and there are rows in ${table}.`,
    )
  }
}

/** Ours, by name; what is not a plain word is not ours. Rollups are not among them: restored reports make them anew. */
async function tables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables
     WHERE schemaname = current_schema() AND tablename ~ '^[a-z]\\w*$'
       AND tablename NOT IN ('crash_cells', 'crash_rollups', 'crash_rollup_changes')
     ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

async function applied(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM "_prisma_migrations"
     WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

async function withClient<T>(options: ConnectOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const embedded = options.databaseUrl === null ? await startEmbedded(options.dataDir) : null
  const client = new Client(embedded?.connection ?? { connectionString: options.databaseUrl ?? '' })
  // A connection that breaks between two queries says so here; the next query says it again.
  client.on('error', () => undefined)
  try {
    await client.connect().catch((cause: unknown) => {
      throw new StoreError(
        'database.unreachable',
        `DATABASE_URL: no database answers there (${String(cause)}).`,
        {
          cause,
        },
      )
    })
    return await work(client)
  } finally {
    await client.end()
    await embedded?.close()
  }
}
