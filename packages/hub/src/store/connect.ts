/**
 * One driver, one code path: an embedded database or a server of its own, migrated, behind one Prisma client.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { Client, type PoolConfig } from 'pg'
import { PrismaClient } from '../generated/client.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { migrate, readMigrations } from './migrate.ts'
import { StoreError } from './store.ts'

export interface Connection {
  readonly kind: 'embedded' | 'postgres'
  readonly prisma: PrismaClient
  /** Migrations this start applied. */
  readonly applied: string[]
  close(): Promise<void>
}

export interface ConnectOptions {
  /** Any Postgres; `null` starts the embedded one in `dataDir`. */
  databaseUrl: string | null
  dataDir: string
  /** Where the migrations are; by default the repository's `prisma/migrations`. */
  migrationsDir?: string
  /** The embedded database died by itself; it is started again. */
  onDied?: (error: Error) => void
}

const POSTGRES_CONNECTIONS = 10

/** Opens the database. Throws `StoreError` with one line a person can act on. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const migrations = await readMigrations(options.migrationsDir ?? migrationsDir())
  const embedded =
    options.databaseUrl === null ? await startEmbedded(options.dataDir, { onDied: options.onDied }) : null
  try {
    const config: PoolConfig = embedded?.connection ?? {
      connectionString: options.databaseUrl ?? '',
      max: POSTGRES_CONNECTIONS,
      connectionTimeoutMillis: 10_000,
    }
    const applied = await migrated(config, migrations)
    const prisma = new PrismaClient({
      adapter: new PrismaPg(config, { onPoolError: () => undefined }),
      // The embedded database has one session: a transaction waits for the others.
      transactionOptions: { maxWait: 30_000, timeout: 60_000 },
    })
    return opened(prisma, embedded, applied)
  } catch (error) {
    await embedded?.close()
    throw error
  }
}

function opened(prisma: PrismaClient, embedded: Embedded | null, applied: string[]): Connection {
  let closing: Promise<void> | null = null
  return {
    kind: embedded ? 'embedded' : 'postgres',
    prisma,
    applied,
    close: () => {
      closing ??= prisma.$disconnect().finally(() => embedded?.close())
      return closing
    },
  }
}

async function migrated(config: PoolConfig, migrations: Awaited<ReturnType<typeof readMigrations>>) {
  const client = new Client(config)
  // A connection that breaks between two queries says so here; the next query says it again.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message || String(cause) : String(cause)
    throw new StoreError('database.unreachable', `DATABASE_URL: no database answers there (${why}).`, {
      cause,
    })
  }
  try {
    return await migrate(client, migrations)
  } finally {
    await client.end()
  }
}

/** The repository's folder, found through the package, because a bundle moves this file. */
export function migrationsDir(): string {
  const here = createRequire(import.meta.url).resolve('@orrery/hub/package.json')
  return join(dirname(here), '..', '..', 'prisma', 'migrations')
}
