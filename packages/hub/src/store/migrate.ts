/**
 * Brings a database to the schema of `prisma/migrations` at start-up, without Prisma's command line.
 *
 * It keeps Prisma's own books, so that the real `prisma migrate` agrees afterwards: the table `_prisma_migrations` with
 * sha256 checksums, Prisma's advisory lock, one transaction a migration.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { StoreError } from './store.ts'

/** The lock Prisma's schema engine takes on Postgres. */
const PRISMA_LOCK = 72_707_369
const LOCK_PATIENCE_MS = 30_000

export interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Reads the migrations of a folder in order. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** Applies what is missing and answers with the names it applied. Throws `StoreError` `database.migration`. */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<string[]> {
  await lock(client)
  try {
    await client.query(CREATE_BOOKS)
    const held = await client.query<Book>('SELECT * FROM "_prisma_migrations" WHERE rolled_back_at IS NULL')
    const missing = compare(migrations, held.rows)
    for (const migration of missing) await apply(client, migration)
    return missing.map((migration) => migration.name)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [PRISMA_LOCK])
  }
}

interface Book {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

async function lock(client: Client): Promise<void> {
  const patience = Date.now() + LOCK_PATIENCE_MS
  for (;;) {
    const answer = await client.query<{ ok: boolean }>('SELECT pg_try_advisory_lock($1) AS ok', [PRISMA_LOCK])
    if (answer.rows[0]?.ok) return
    if (Date.now() > patience) {
      throw new StoreError(
        'database.migration',
        'Another process is migrating this database and does not finish.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What is not applied yet; refuses a database whose history is not ours. */
function compare(migrations: readonly Migration[], held: readonly Book[]): Migration[] {
  const books = new Map(held.map((book) => [book.migration_name, book]))
  const missing: Migration[] = []
  for (const migration of migrations) {
    const book = books.get(migration.name)
    books.delete(migration.name)
    if (!book) missing.push(migration)
    else if (book.finished_at === null) {
      throw new StoreError(
        'database.migration',
        `Migration ${migration.name} once failed half-way here; see "prisma migrate resolve".`,
      )
    } else if (book.checksum !== migration.checksum) {
      throw new StoreError(
        'database.migration',
        `Migration ${migration.name} was applied here with another text; this Orrery does not fit this database.`,
      )
    }
  }
  const [stranger] = books.keys()
  if (stranger !== undefined) {
    throw new StoreError(
      'database.migration',
      `This database has the migration ${stranger}, unknown to this Orrery: it was used by a newer one, or by another program.`,
    )
  }
  return missing
}

async function apply(client: Client, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('database.migration', `Migration ${migration.name} failed: ${why}`, { cause })
  }
}

/** As Prisma's schema engine creates it. */
const CREATE_BOOKS = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`
