/**
 * Starts the embedded Postgres in a worker thread and says how to reach it: afterwards it is a server like any other.
 *
 * It survives the death of this process; it never flushes to disk, so it promises nothing for a power loss.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PoolConfig } from 'pg'
import { openDataFolder } from './data-folder.ts'
import { StoreError } from './store.ts'

/**
 * There is one session behind the socket, and with it one unnamed prepared statement: the queries of two connections, taken
 * apart into their packets, would run each other's. So one connection asks at a time, and the pool is the queue.
 */
const POOL_CONNECTIONS = 1
/** One that is closing may still be there when its successor comes; the socket refuses more than this. */
const MAX_CONNECTIONS = 4

export interface Embedded {
  connection: PoolConfig
  /** Rejects when the worker dies by itself. */
  died: Promise<never>
  close(): Promise<void>
}

export async function startEmbedded(folder: string): Promise<Embedded> {
  const data = await openDataFolder(folder)
  // A socket's path has little room (about 100 bytes) and is cut without a word: the temporary folder keeps it short.
  const sockets = await mkdtemp(join(tmpdir(), 'orrery-'))
  const release = async () => {
    await rm(sockets, { recursive: true, force: true })
    await data.release()
  }
  // Resolved as a package, not beside this file: a bundle moves this file and not the worker.
  const file = createRequire(import.meta.url).resolve('@orrery/hub/embedded-worker')
  const worker = new Worker(file, {
    name: 'orrery-database',
    workerData: {
      dataDir: data.database,
      socketPath: join(sockets, '.s.PGSQL.5432'),
      maxConnections: MAX_CONNECTIONS,
    },
    // The loaders of the parent are of no use to a plain file, and its inspector port is taken.
    execArgv: [],
    stderr: false,
    stdout: false,
  })
  try {
    await ready(worker)
  } catch (cause) {
    await worker.terminate()
    await release()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      'data.version',
      `ORRERY_DATA: the database in ${data.path} cannot be opened: ${why}`,
      { cause },
    )
  }
  const died = new Promise<never>((_, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the embedded database's thread ended with code ${code}`)))
  })
  died.catch(() => undefined)
  let closing: Promise<void> | null = null
  return {
    connection: { host: sockets, port: 5432, user: 'postgres', database: 'postgres', max: POOL_CONNECTIONS },
    died,
    close: () => {
      closing ??= stop(worker).finally(release)
      return closing
    },
  }
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`its thread ended with code ${code}`)))
  })
}

async function stop(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.postMessage({ type: 'close' })
  const late = setTimeout(() => void worker.terminate(), 5_000)
  await ended
  clearTimeout(late)
}
