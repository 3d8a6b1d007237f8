/**
 * The agent's end of the channel to `orrery run` (SPEC, WIRE-111 to WIRE-113). The channel alone never keeps the node's program alive, and what else its
 * program says over it is left alone.
 */
import {
  RUNNER_ENV,
  RUNNER_KILLED_ENV,
  RUNNER_VERSION,
  type RunnerKill,
  type RunnerOrder,
  runnerKill,
  runnerWord,
} from '@orrery/protocol'
import type { PauseEnd, RunnerDoor } from './doors.ts'

/** What of the host's program the channel needs. */
export interface RunnerHost {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ppid: number
  readonly connected?: boolean
  send?: (message: RunnerOrder) => unknown
  readonly channel?: { unref(): void } | null | undefined
  on(event: 'message' | 'disconnect', listener: (message?: unknown) => void): unknown
}

/** `null` where nobody stands above this program, or only above the one that started it. */
export function runnerOf(host: RunnerHost): RunnerDoor | null {
  if (host.env[RUNNER_ENV] !== `${RUNNER_VERSION}:${host.ppid}` || host.connected !== true) return null
  const waiting = new Map<string, (end: PauseEnd) => void>()
  let hub: { url: string; token: string | null } | null = null
  let isListening = false

  const finish = (leaseId: string, end: PauseEnd): void => {
    const over = waiting.get(leaseId)
    waiting.delete(leaseId)
    over?.(end)
  }
  const gone = (): void => {
    for (const leaseId of [...waiting.keys()]) finish(leaseId, { kind: 'runner-gone' })
  }
  const hear = (raw: unknown): void => {
    const parsed = runnerWord.safeParse(raw)
    if (!parsed.success) return
    const word = parsed.data
    if (word.orrery === 'refused') return finish(word.leaseId, { kind: 'refused', why: word.why })
    const { why, pausedMs, isRunning } = word
    finish(word.leaseId, { kind: 'resumed', why, pausedMs, isRunning })
  }
  const say = (order: RunnerOrder): void => {
    if (!isListening) {
      isListening = true
      host.on('message', hear)
      host.on('disconnect', gone)
      host.channel?.unref()
    }
    host.send?.(order)
  }

  return {
    reach: (address) => {
      hub = address
    },
    pause(leaseId, durationMs, over) {
      if (hub === null || host.connected !== true) return over({ kind: 'runner-gone' })
      waiting.set(leaseId, over)
      say({ orrery: 'pause', leaseId, hub, durationMs })
    },
    resume(leaseId) {
      if (host.connected === true) say({ orrery: 'resume', leaseId })
    },
    kill(leaseId, fault) {
      if (host.connected === true) say({ orrery: 'kill', leaseId, fault })
    },
  }
}

/** The end of the life before this one, where its runner has sent and seen it. */
export function readRunnerKill(env: Readonly<Record<string, string | undefined>>): RunnerKill | null {
  const text = env[RUNNER_KILLED_ENV]
  if (text === undefined) return null
  try {
    const parsed = runnerKill.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    // Not written by a runner of ours.
    return null
  }
}
