/**
 * Upgrading many processes of a node together, after OTP's release_handler: all of them are suspended, last first, then changed and
 * resumed in the stated order; their clients only notice a pause. When one fails, those that were changed get their old module and state
 * back, and everybody goes on as before.
 *
 * ```ts
 * const done = await Release.upgrade(node, {
 *   release: '2.0.0',
 *   update: [{ from: RouterV1, to: RouterV2 }, { from: CallV1, to: CallV2, extra: { codec: 'opus' } }],
 * })
 * ```
 */
import type { CodeChanged } from './code-change.ts'
import type { Behaviour, Driver } from './driver.ts'
import { MisuseError } from './errors.ts'
import { type ExitReason, reasonOf } from './exit-reason.ts'
import { EXITED } from './flags.ts'
import type { Node } from './node.ts'
import type { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { request } from './sys.ts'

/** One module that another version takes the place of; all processes that run it are changed. */
export interface Update<Args = never, A = unknown> {
  readonly from: Behaviour<Args, A>
  readonly to: Behaviour<Args, A>
  /** Given to `codeChange`. */
  readonly extra?: unknown
}

export interface ReleaseUpgrade {
  /** Name of the release that the node is from now on; shown with every crash. */
  readonly release: string
  /** In the order they are changed: who is called stands before who calls. They are suspended the other way round. */
  readonly update: readonly Update[]
  /** Longest that one process may take to come to rest, or to change. Default 5,000. */
  readonly timeoutMs?: number
}

export interface ChangedProcess {
  readonly pid: Pid
  readonly key: string
  readonly module: string
  readonly from: string | null
  readonly to: string | null
  /** From its suspension to its resumption. */
  readonly pausedMs: number
}

export type ReleaseResult =
  | { readonly ok: true; readonly release: string; readonly changed: readonly ChangedProcess[] }
  | {
      readonly ok: false
      readonly reason: ExitReason
      /** The process that could not be suspended or changed. */
      readonly failed: { readonly pid: Pid; readonly key: string }
      /** Changed before that, and brought back. */
      readonly rolledBack: readonly ChangedProcess[]
    }

interface Step {
  readonly process: Proc
  readonly update: Update
  readonly from: string | null
  suspendedUs: number | null
  before: (CodeChanged & { ok: true })['value'] | null
}

export const Release = { upgrade }

/** Resolves with what was done; rejects only where it could not even begin (`MisuseError`). One at a time on a node. */
async function upgrade(node: Node, plan: ReleaseUpgrade): Promise<ReleaseResult> {
  check(plan)
  if (upgrading.has(node)) throw new MisuseError('upgrade_runs', `${node.name} is being upgraded`)
  upgrading.add(node)
  try {
    return await perform(node, plan)
  } finally {
    upgrading.delete(node)
  }
}

const upgrading = new WeakSet<Node>()

async function perform(
  node: Node,
  { release, update, timeoutMs = 5_000 }: ReleaseUpgrade,
): Promise<ReleaseResult> {
  const options = { timeoutMs, before: true }
  const steps: Step[] = []
  // Whoever is started from here on is of the new code already, and needs no change.
  for (const one of update) node.loadCode(one.from as Driver, one.to as Driver)
  for (const one of update) {
    for (const process of running(node, one.from as Driver)) {
      steps.push({ process, update: one, from: process.version, suspendedUs: null, before: null })
    }
  }
  let failure: { step: Step; reason: ExitReason } | null = null
  // Callers first: who waits for an answer of somebody suspended would not come to rest.
  for (const step of [...steps].reverse()) {
    const reason = await attempt(node, step.process, { op: 'suspend' }, options)
    // Also where it did not answer in time: it may yet come to it.
    step.suspendedUs = node.nowUs()
    if (reason === null || isGone(step)) continue
    failure = { step, reason }
    break
  }
  for (const step of failure === null ? steps : []) {
    if (isGone(step)) continue
    const { to, extra } = step.update
    const reason = await attempt(
      node,
      step.process,
      { op: 'change_code', to: to as Driver, extra },
      options,
      step,
    )
    if (reason === null || isGone(step)) continue
    failure = { step, reason }
    break
  }
  if (failure !== null) {
    for (const one of [...update].reverse()) node.unloadCode(one.from as Driver, one.to as Driver)
    for (const step of [...steps].reverse()) {
      if (step.before !== null && !isGone(step)) {
        await attempt(node, step.process, { op: 'put_back', before: step.before }, options)
      }
    }
  }
  const changed: ChangedProcess[] = []
  for (const step of steps) {
    if (step.suspendedUs !== null && !isGone(step))
      await attempt(node, step.process, { op: 'resume' }, options)
    if (step.before === null) continue
    changed.push({
      pid: step.process.pid,
      key: step.process.key,
      module: step.process.module,
      from: step.from,
      to: step.update.to.version,
      pausedMs: (node.nowUs() - (step.suspendedUs ?? 0)) / 1_000,
    })
  }
  if (failure !== null) {
    const { process } = failure.step
    const failed = { pid: process.pid, key: process.key }
    return { ok: false, reason: failure.reason, failed, rolledBack: changed }
  }
  node.release = release
  return { ok: true, release, changed }
}

/** `null` when it worked. Who has ended meanwhile comes back with the code that is loaded. */
async function attempt(
  node: Node,
  process: Proc,
  order: Parameters<typeof request>[2],
  options: { timeoutMs: number; before: boolean },
  step: Step | null = null,
): Promise<ExitReason | null> {
  try {
    const answer = await request(node, process.pid, order, options)
    if (!answer.ok) return answer.reason
    if (step !== null) step.before = answer.value as Step['before']
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

function isGone({ process }: Step): boolean {
  return (process.flags & EXITED) !== 0
}

/** Parents before their children, as they were started. */
function running(node: Node, driver: Driver): Proc[] {
  return node
    .allProcesses()
    .filter((process) => process.driver === driver)
    .sort((a, b) => a.id - b.id)
}

function check({ release, update }: ReleaseUpgrade): void {
  if (release === '') throw new MisuseError('bad_release', 'a release needs a name')
  const seen = new Set<unknown>()
  for (const { from, to } of update) {
    if (from.behaviour !== to.behaviour || from.module !== to.module) {
      throw new MisuseError(
        'bad_release',
        `${to.behaviour} ${to.module} is no version of ${from.behaviour} ${from.module}`,
      )
    }
    if (from === to || seen.has(from)) {
      throw new MisuseError('bad_release', `${from.module} is updated twice, or to itself`)
    }
    seen.add(from)
  }
}
