/** Starting and stopping one child, and waiting for it. What a supervisor that has ended waits for never comes. */

import { MisuseError } from '../errors.ts'
import type { ExitReason } from '../exit-reason.ts'
import { DEAD, EXITED } from '../flags.ts'
import { type ChildFacts, never, type Proc, type Started } from '../process.ts'
import { Callback } from '../send-after.ts'
import { bury, type CrashCause, ExitSignal, sendExit, unlink } from '../signals.ts'
import { initProcess } from '../spawning.ts'
import type { Child, Children } from './children.ts'

export type StartOutcome =
  | { ok: true }
  | { ok: false; reason: ExitReason; cause: CrashCause | null; process: Proc | null }

/** Starts a child and waits for its `init`; one that wants to be ignored has started, without a process. */
export async function startChild(supervisor: Proc, children: Children, child: Child): Promise<StartOutcome> {
  if ((supervisor.flags & DEAD) !== 0) return never()
  const { spec } = child
  const { node } = supervisor
  const facts: ChildFacts = {
    spec: spec.facts,
    slot: child.slot,
    isPooled: children.isPool,
    replaces: child.latest,
    restarts: child.latest === 0 ? 0 : child.restarts + 1,
  }
  const { args, name, label, immune } = spec
  const options = {
    ...spec.flags,
    args,
    immune,
    ...(name === undefined ? {} : { name }),
    ...(label === undefined ? {} : { label }),
  }
  let made: { process: Proc; result: Started | Promise<Started> }
  try {
    made = initProcess(node, supervisor, spec.behaviour, options, facts)
  } catch (error) {
    if (!(error instanceof MisuseError) || name === undefined) throw error
    return {
      ok: false,
      reason:
        error.code === 'already_registered'
          ? { tag: 'already_started', name, pid: node.named(name)?.pid ?? null }
          : { tag: error.code, name },
      cause: null,
      process: null,
    }
  }
  const { process } = made
  const started = made.result instanceof Promise ? await whileAlive(supervisor, made.result) : made.result
  if (started.ok) {
    children.began(child, process)
    return { ok: true }
  }
  if (started.isIgnored === true) {
    child.isRestarting = false
    return { ok: true }
  }
  child.latest = process.id
  const { reason, crash } = started
  return { ok: false, reason, cause: crash === null ? null : { crash, mechanism: null }, process }
}

/** Stops a child by its shutdown: asks, waits, kills. Resolves with the reason it ended with. */
export async function stopChild(
  supervisor: Proc,
  children: Children,
  child: Child,
  cause: CrashCause | null,
  willRestart: boolean,
): Promise<void> {
  const { process } = child
  children.ended(child)
  if (process === null) return
  if ((process.flags & EXITED) !== 0) {
    forgetExit(supervisor, child, process)
    return
  }
  const { shutdown } = child.spec.facts
  unlink(supervisor, process)
  const ended = new Promise<void>((resolve) => {
    process.extra.ended = () => resolve()
  })
  const order = shutdown === 'brutal_kill' ? 'kill' : 'shutdown'
  sendExit(process, new ExitSignal(supervisor, 'shutdown', order, cause, true, willRestart))
  bury(supervisor.node)
  if ((process.flags & EXITED) !== 0) return
  const timer = killAfter(supervisor, [process], shutdown, cause, willRestart)
  await whileAlive(supervisor, ended)
  if (timer !== null) supervisor.node.timers.remove(timer)
}

/** A pool stops all its children at once, with one timeout for all, as in OTP. */
export async function stopAtOnce(
  supervisor: Proc,
  children: Children,
  stopped: readonly Child[],
  cause: CrashCause | null,
): Promise<void> {
  const processes: Proc[] = []
  let shutdown: Child['spec']['facts']['shutdown'] = 0
  for (const child of stopped) {
    const { process } = child
    children.ended(child)
    if (process === null || (process.flags & EXITED) !== 0) continue
    shutdown = longer(shutdown, child.spec.facts.shutdown)
    unlink(supervisor, process)
    processes.push(process)
  }
  const ends = processes.map(
    (process) =>
      new Promise<void>((resolve) => {
        process.extra.ended = () => resolve()
      }),
  )
  for (const process of processes) {
    const order = shutdown === 'brutal_kill' ? 'kill' : 'shutdown'
    sendExit(process, new ExitSignal(supervisor, 'shutdown', order, cause, true))
  }
  bury(supervisor.node)
  const timer = killAfter(supervisor, processes, shutdown, cause, false)
  await whileAlive(supervisor, Promise.all(ends))
  if (timer !== null) supervisor.node.timers.remove(timer)
}

/** Lets the event loop run once in a while during a long start. */
export async function breathe(supervisor: Proc, count: number): Promise<void> {
  if (count % 128 !== 127) return
  const { scheduler } = supervisor.node
  if (scheduler.hasTime()) return
  await whileAlive(supervisor, scheduler.breath())
}

/** It ended before it could be stopped: its `EXIT` is taken out of the mailbox, its crash remembered. */
function forgetExit(supervisor: Proc, child: Child, process: Proc): void {
  const { mailbox } = supervisor
  for (let i = 0; mailbox !== null && i < mailbox.length; i++) {
    const signal = mailbox.slots[mailbox.at(mailbox.head + 1 + i) + 2]
    if (!(signal instanceof ExitSignal) || signal.from !== process) continue
    child.crash = signal.cause?.crash ?? null
    child.endedUs = child.crash?.atUs ?? supervisor.node.clock.us
    mailbox.remove(i)
    return
  }
}

function killAfter(
  supervisor: Proc,
  processes: readonly Proc[],
  shutdown: Child['spec']['facts']['shutdown'],
  cause: CrashCause | null,
  willRestart: boolean,
): Callback | null {
  if (typeof shutdown !== 'number') return null
  const timer = new Callback(() => {
    // Not an order any more: a child that had to be killed has crashed, and gets its report.
    const kill = new ExitSignal(supervisor, 'shutdown', 'kill', cause, false, willRestart)
    for (const process of processes) sendExit(process, kill)
  })
  supervisor.node.setTimer(timer, shutdown)
  return timer
}

function longer(a: Child['spec']['facts']['shutdown'], b: Child['spec']['facts']['shutdown']) {
  if (a === 'infinity' || b === 'infinity') return 'infinity'
  if (a === 'brutal_kill' || a === 0) return b
  return b === 'brutal_kill' ? a : Math.max(a, b)
}

function whileAlive<T>(process: Proc, promise: Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    void promise.then((value) => {
      if ((process.flags & DEAD) === 0) resolve(value)
    })
  })
}
