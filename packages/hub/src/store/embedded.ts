/**
 * Starts the embedded Postgres in a worker thread and says how to reach it: afterwards it is a server like any other.
 *
 * It survives the death of this process; it never flushes to disk, so it promises nothing for a power loss. When its
 * thread dies (out of memory, an abort inside it) it is started again in the same folder behind the same socket.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
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
  /** Stays the same over the lives of the thread. */
  connection: PoolConfig
  close(): Promise<void>
}

export interface EmbeddedOptions {
  /** Its thread ended by itself, or could not be started again; it is tried anew until it is closed. */
  onDied?: ((error: Error) => void) | undefined
}

/** The first restart is at once; one that does not help is repeated ever more slowly. */
const RESTART_FIRST_MS = 250
const RESTART_CAP_MS = 30_000
/** A thread that lived so long was well. */
const WELL_MS = 60_000

/** Starts the database in its folder, and again whenever its thread dies. Throws `StoreError` when it cannot be opened. */
export async function startEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<Embedded> {
  const data = await openDataFolder(folder)
  // A socket's path has little room (about 100 bytes) and is cut without a word: the temporary folder keeps it short.
  const sockets = await mkdtemp(join(tmpdir(), 'orrery-'))
  const closed = new AbortController()
  let worker: Worker | null = null
  let failures = 0

  const begin = async (): Promise<void> => {
    const path = join(sockets, '.s.PGSQL.5432')
    await rm(path, { force: true })
    const begun = openWorker(data.database, path)
    try {
      await ready(begun)
    } catch (error) {
      await begun.terminate()
      throw error
    }
    worker = begun
    const begunAtMs = performance.now()
    begun.once('error', () => undefined)
    begun.once('exit', (code) => {
      worker = null
      if (performance.now() - begunAtMs > WELL_MS) failures = 0
      fell(new Error(`the embedded database's thread ended with code ${code}`))
    })
  }

  const fell = (error: Error): void => {
    if (closed.signal.aborted) return
    options.onDied?.(error)
    const ms = failures === 0 ? 0 : Math.min(RESTART_CAP_MS, RESTART_FIRST_MS * 2 ** (failures - 1))
    failures++
    restarting = delay(ms, undefined, { signal: closed.signal, ref: false })
      .then(begin)
      .catch((again: unknown) => fell(again instanceof Error ? again : new Error(String(again))))
  }

  let restarting: Promise<void> = Promise.resolve()
  const end = async (): Promise<void> => {
    closed.abort()
    await restarting
    if (worker) await stop(worker)
    await rm(sockets, { recursive: true, force: true })
    await data.release()
  }
  try {
    await begin()
  } catch (cause) {
    await end()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      'data.version',
      `ORRERY_DATA: the database in ${data.path} cannot be opened: ${why}`,
      { cause },
    )
  }
  let closing: Promise<void> | null = null
  return {
    connection: { host: sockets, port: 5432, user: 'postgres', database: 'postgres', max: POOL_CONNECTIONS },
    close: () => {
      closing ??= end()
      return closing
    },
  }
}

function openWorker(dataDir: string, socketPath: string): Worker {
  // Resolved as a package, not beside this file: a bundle moves this file and not the worker.
  return new Worker(createRequire(import.meta.url).resolve('@orrery/hub/embedded-worker'), {
    name: 'orrery-database',
    workerData: { dataDir, socketPath, maxConnections: MAX_CONNECTIONS },
    // The loaders of the parent are of no use to a plain file, and its inspector port is taken.
    execArgv: [],
    stderr: false,
    stdout: false,
  })
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
