/** A hub in a process of its own, so that its memory is its own and its death nobody else's. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IngestCounters } from '@orrery/hub'

export interface HubFigures {
  counters: IngestCounters
  heapUsedBytes: number
  arrayBuffersBytes: number
  rssBytes: number
  /** Longest delay of its event loop since it was last asked. */
  loopDelayMaxMs: number
}

export interface ChildHub extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Whether it ended without having been told to. */
  readonly hasCrashed: boolean
  /** `isExact`: memory after a full collection. */
  figures(options?: { isExact?: boolean }): Promise<HubFigures>
}

/** Starts a hub on a free port of loopback, over an embedded database in a folder that is removed with it. */
export async function forkHub(settings: Record<string, string> = {}): Promise<ChildHub> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-hub-'))
  const child = fork(fileURLToPath(new URL('./hub-program.ts', import.meta.url)), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, ORRERY_PORT: '0', ORRERY_DATA: join(folder, 'hub'), ...settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let isStopping = false
  let hasCrashed = false
  const ended = once(child, 'exit').then(() => {
    hasCrashed = !isStopping
  })
  /** The next word of the hub; fails when it ends instead. */
  const word = async <T>(): Promise<T> => {
    const heard = once(child, 'message').then(([told]) => told as T)
    return Promise.race([
      heard,
      ended.then(() => {
        throw new Error(`the hub ended with ${child.exitCode ?? child.signalCode}`)
      }),
    ])
  }
  const stop = async (): Promise<void> => {
    isStopping = true
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(kill)
    }
    await rm(folder, { recursive: true, force: true })
  }
  const { url } = await word<{ url: string }>().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  let asking: Promise<unknown> = Promise.resolve()
  return {
    url,
    pid: child.pid ?? 0,
    get hasCrashed() {
      return hasCrashed
    },
    figures({ isExact = false } = {}) {
      // One question at a time: answers carry no number.
      const answer = asking.then(() => {
        const told = word<HubFigures>()
        child.send({ isExact })
        return told
      })
      asking = answer.catch(() => undefined)
      return answer
    },
    [Symbol.asyncDispose]: stop,
  }
}
