/**
 * A program of ours in a process of its own, started as often as wanted and killed the way processes die. Only what was
 * started here is killed, by its pid; nothing outlives the process that started it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ProgramOptions {
  name: string
  /** A TypeScript file that tells `{ ready: true, … }` when it is, and exits when its parent is gone. */
  file: URL
  /** Beside the environment's own; asked anew for every life, counted from 1. */
  settings(life: number): Record<string, string>
  /** A life that is not ready by then is killed; default 60 s. */
  readyWithinMs?: number
}

export interface Program extends AsyncDisposable {
  readonly name: string
  /** `null` while no life of it runs. */
  readonly pid: number | null
  readonly isReady: boolean
  readonly lives: number
  /** Ends after `ready` that were not asked for here, each with the last of what was printed. */
  readonly surprises: readonly string[]
  /** What this life told last, merged; empty before it tells. */
  readonly told: Readonly<Record<string, unknown>>
  /** A new life: whether it became ready, or ended before. One that runs already is waited for. */
  start(): Promise<boolean>
  /** SIGKILL by default; resolves when it is gone. Whether there was a life to end. */
  kill(signal?: NodeJS.Signals): Promise<boolean>
  /** A message to it; one that has no life hears nothing. */
  order(message: object): void
  /** The last of what it printed, over all lives. */
  output(): string
}

const KEPT_CHARS = 16_384

export function program(options: ProgramOptions): Program {
  let child: ChildProcess | null = null
  let starting: Promise<boolean> | null = null
  let isReady = false
  let lives = 0
  let told: Record<string, unknown> = {}
  let printed = ''
  const asked = new WeakSet<ChildProcess>()
  const surprises: string[] = []

  const begin = (): Promise<boolean> => {
    lives++
    told = {}
    const begun = fork(fileURLToPath(options.file), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...options.settings(lives) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child = begun
    const keep = (chunk: Buffer): void => {
      printed = `${printed}${chunk}`.slice(-KEPT_CHARS)
    }
    begun.stdout?.on('data', keep)
    begun.stderr?.on('data', keep)
    const killWithUs = (): void => void begun.kill('SIGKILL')
    process.once('exit', killWithUs)
    return new Promise((resolve) => {
      const late = setTimeout(killWithUs, options.readyWithinMs ?? 60_000)
      begun.on('message', (message) => {
        if (typeof message !== 'object' || message === null) return
        Object.assign(told, message)
        if (isReady || told.ready !== true || child !== begun) return
        isReady = true
        clearTimeout(late)
        resolve(true)
      })
      begun.once('exit', (code, signal) => {
        clearTimeout(late)
        process.off('exit', killWithUs)
        if (isReady && !asked.has(begun)) {
          surprises.push(`${options.name} ended by itself (${signal ?? code}):\n${printed.slice(-4_000)}`)
        }
        isReady = false
        child = null
        resolve(false)
      })
    })
  }

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<boolean> => {
    const was = child
    if (was === null) return false
    asked.add(was)
    const ended = once(was, 'exit')
    was.kill(signal)
    await ended
    return true
  }

  return {
    name: options.name,
    surprises,
    get pid() {
      return child?.pid ?? null
    },
    get isReady() {
      return isReady
    },
    get lives() {
      return lives
    },
    get told() {
      return told
    },
    start() {
      if (isReady) return Promise.resolve(true)
      starting ??= begin().finally(() => {
        starting = null
      })
      return starting
    },
    kill,
    order(message) {
      if (child?.connected) child.send(message, () => undefined)
    },
    output: () => printed,
    [Symbol.asyncDispose]: async () => void (await kill()),
  }
}
