/**
 * `orrery run`: starts a node as its child, stands above it, and does from outside what a node cannot do to itself: stop it, resume it, end it. What the
 * node's agent asks for comes over IPC; signals, output and exit code are passed on as if the runner were not there.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  RUNNER_ENV,
  RUNNER_KILLED_ENV,
  RUNNER_VERSION,
  type RunnerKill,
  type RunnerWord,
  runnerOrder,
} from '@orrery/protocol'
import { jsonLine, plainLine } from '@orrery/protocol/log-line'
import type { RunSettings } from './arguments.ts'
import { createBackoff } from './backoff.ts'
import { type Paused, pause } from './pause.ts'

/** Passed on to the node. Its own SIGINT a terminal sends to both. */
const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const
const PARENT_EVERY_MS = 1_000
/** A node that is asked to end and does not. */
const END_WITHIN_MS = 9_000

/** Resolves with the exit code once the node has ended for good. */
export async function run(settings: RunSettings): Promise<number> {
  const { name, restart } = settings
  const backoff = createBackoff()
  const say = createSay(name)
  let child: ChildProcess | null = null
  let paused: Paused | null = null
  /** A kill that was sent and whose end has not been seen. */
  let kill: RunnerKill | null = null
  /** One that was seen, for the life that follows. */
  let seen: RunnerKill | null = null
  let isEnding = false
  let wake: () => void = () => undefined

  const tell = (to: ChildProcess, word: RunnerWord): void => {
    if (to.connected) to.send(word)
  }

  const obey = async (from: ChildProcess, raw: unknown): Promise<void> => {
    const parsed = runnerOrder.safeParse(raw)
    if (!parsed.success || from !== child || from.pid === undefined) return
    const order = parsed.data
    if (order.orrery === 'resume') {
      if (paused?.leaseId === order.leaseId) paused.resume('released')
      return
    }
    if (order.orrery === 'kill') {
      kill = { pid: from.pid, fault: order.fault }
      say('warn', `killed by fault ${order.fault.experiment}`)
      from.kill('SIGKILL')
      return
    }
    if (paused !== null || isEnding) {
      return tell(from, { orrery: 'refused', leaseId: order.leaseId, why: 'it is paused or ends already' })
    }
    try {
      paused = await pause(from.pid, order)
    } catch (error) {
      const why = error instanceof Error ? error.message.slice(0, 255) : 'it could not be stopped'
      return tell(from, { orrery: 'refused', leaseId: order.leaseId, why })
    }
    say('warn', `paused under lease ${order.leaseId}`)
    if (isEnding) paused.resume('stopped')
    const over = await paused.over
    paused = null
    say('info', `resumed after ${Math.round(over.pausedMs)} ms: ${over.why}`)
    tell(from, { orrery: 'resumed', leaseId: order.leaseId, ...over })
  }

  const start = (): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
    new Promise((resolve, reject) => {
      const env: NodeJS.ProcessEnv = { ...process.env, [RUNNER_ENV]: `${RUNNER_VERSION}:${process.pid}` }
      delete env[RUNNER_KILLED_ENV]
      if (seen !== null) env[RUNNER_KILLED_ENV] = JSON.stringify(seen)
      seen = null
      const life = spawn(settings.command, settings.args, {
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
        env,
      })
      child = life
      life.on('error', (error) => {
        // Once it lives, what it is sent as it ends is lost, and that is all.
        if (life.pid === undefined) reject(error)
      })
      life.on('message', (raw) => void obey(life, raw))
      life.once('exit', (code, signal) => resolve({ code, signal }))
    })

  const end = (signal: NodeJS.Signals): void => {
    isEnding = signal !== 'SIGUSR2'
    // A node that stands still would not hear it.
    if (isEnding) paused?.resume('stopped')
    child?.kill(signal)
    if (isEnding) wake()
  }
  const listeners = PASSED_ON.map((signal) => {
    // Ctrl-C goes to everybody in the terminal's group; twice would be taken for impatience.
    const hear = () => (signal === 'SIGINT' && process.stdin.isTTY ? noteEnding() : end(signal))
    process.on(signal, hear)
    return [signal, hear] as const
  })
  const noteEnding = (): void => {
    isEnding = true
    paused?.resume('stopped')
    wake()
  }
  const unbind = settings.isBound
    ? bind(
        () => end('SIGTERM'),
        () => child?.kill('SIGKILL'),
      )
    : () => undefined

  try {
    for (;;) {
      const startedAtMs = performance.now()
      const { code, signal } = await start()
      child = null
      ;(paused as Paused | null)?.resume('stopped')
      if (kill !== null && signal === 'SIGKILL') seen = kill
      kill = null
      const isAgain =
        !isEnding && (restart === 'on-failure' ? code !== 0 : restart === 'on-kill' && seen !== null)
      if (!isAgain) return code ?? 128 + signalNumber(signal)
      const waitMs = backoff.next(performance.now() - startedAtMs)
      say('info', `ended (${signal ?? `code ${code}`}); starts again in ${waitMs} ms`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (isEnding) return code ?? 128 + signalNumber(signal)
    }
  } finally {
    unbind()
    for (const [signal, hear] of listeners) process.off(signal, hear)
  }
}

/** Whoever started it has died when its place is taken by another. */
function bind(end: () => void, kill: () => void): () => void {
  const parent = process.ppid
  let timer: NodeJS.Timeout | null = null
  const watch = setInterval(() => {
    if (process.ppid === parent || timer !== null) return
    end()
    timer = setTimeout(kill, END_WITHIN_MS)
  }, PARENT_EVERY_MS)
  return () => {
    clearInterval(watch)
    if (timer !== null) clearTimeout(timer)
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGTERM: 15,
  }
  return signal === null ? 1 : (numbers[signal] ?? 1)
}

function createSay(name: string): (level: 'info' | 'warn', message: string) => void {
  return (level, text) => {
    const entry = { atMs: Date.now(), level, about: `runner:${name}`, message: `${name}: ${text}` }
    process.stderr.write(process.stderr.isTTY ? plainLine('orrery run', entry) : jsonLine(entry))
  }
}
