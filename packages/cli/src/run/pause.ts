/**
 * One pause of a node: stopped, held as long as the hub says yes, and resumed whatever happens: when the hub says no, when its time is over, when the hub has
 * not said yes for `LIMITS.leaseMs`, or by the watchdog when this process is gone.
 */
import { LIMITS, leaseWord, type ResumeReason, type RunnerOrder } from '@orrery/protocol'
import { askHub } from '../ask-hub.ts'
import { processState } from './process-state.ts'
import { startWatchdog } from './watchdog.ts'

export interface Paused {
  readonly leaseId: string
  /** Resumes it now. */
  resume(why: ResumeReason): void
  /** How it ended: the node runs again, as far as the system shows. */
  readonly over: Promise<{ why: ResumeReason; pausedMs: number; isRunning: boolean | null }>
}

const ASK_MS = 500
/** Until the system shows that the signal was taken. */
const SHOWN_WITHIN_MS = 1_000

/** Resolves once the node stands still. @throws where there is no watchdog: then nothing was stopped. */
export async function pause(pid: number, order: RunnerOrder & { orrery: 'pause' }): Promise<Paused> {
  // The asking itself is the hub's first yes: it came to the agent a moment ago.
  let yesAtMs = performance.now()
  const watchdog = await startWatchdog(pid)
  const startedAtMs = performance.now()
  process.kill(pid, 'SIGSTOP')
  let finish: (why: ResumeReason) => void = () => undefined
  const ended = new Promise<ResumeReason>((resolve) => {
    finish = resolve
  })

  const ask = async (): Promise<void> => {
    const word = await isHeld(order)
    if (word === false) finish('released')
    else if (word === true) yesAtMs = performance.now()
  }
  let isAsking = false
  const look = (): void => {
    const nowMs = performance.now()
    watchdog.beat()
    if (order.durationMs !== null && nowMs - startedAtMs >= order.durationMs) return finish('expired')
    if (nowMs - yesAtMs >= LIMITS.leaseMs - ASK_MS) return finish('hub-lost')
    if (isAsking) return
    isAsking = true
    void ask().finally(() => {
      isAsking = false
    })
  }
  const timer = setInterval(look, ASK_MS)
  const last =
    order.durationMs === null ? null : setTimeout(() => finish('expired'), Math.max(0, order.durationMs))

  const over = ended.then(async (why) => {
    clearInterval(timer)
    if (last !== null) clearTimeout(last)
    process.kill(pid, 'SIGCONT')
    const pausedMs = performance.now() - startedAtMs
    const isRunning = await shownRunning(pid)
    watchdog.dismiss()
    return { why, pausedMs, isRunning }
  })
  return { leaseId: order.leaseId, resume: (why) => finish(why), over }
}

/** Whether the hub still wants it; `null` where it did not say. */
async function isHeld({ hub, leaseId }: RunnerOrder & { orrery: 'pause' }): Promise<boolean | null> {
  try {
    const path = `/api/v1/leases/${encodeURIComponent(leaseId)}`
    const { status, body } = await askHub(hub, 'GET', path, { timeoutMs: ASK_MS * 2 })
    const word = leaseWord.safeParse(body)
    return status === 200 && word.success ? word.data.isHeld : null
  } catch {
    // No hub, no word: after five seconds of that the node goes on.
    return null
  }
}

async function shownRunning(pid: number): Promise<boolean | null> {
  const untilMs = performance.now() + SHOWN_WITHIN_MS
  for (;;) {
    const state = processState(pid)
    if (state === null) return null
    if (state !== 'stopped') return state === 'running'
    if (performance.now() > untilMs) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
