/** Performs what `strategy.ts` decides. One message at a time, across every start and stop, as in OTP. */
import { Call } from '../call.ts'
import { initialised, stop as stopProcess } from '../dispatch.ts'
import type { Driver, Phase } from '../driver.ts'
import { Exit, type ExitReason } from '../exit-reason.ts'
import { DEAD, TRAPS_EXIT } from '../flags.ts'
import type { RawDecision, SupervisorFacts } from '../hooks.ts'
import type { ChildView } from '../inspect.ts'
import { contextOf, type Proc } from '../process.ts'
import { isPromise } from '../raw.ts'
import { Callback } from '../send-after.ts'
import { type CrashCause, ExitSignal } from '../signals.ts'
import { isOrderOfParent, obey } from '../system.ts'
import type { ChildSpec } from './child.ts'
import { type Child, Children } from './children.ts'
import { breathe, startChild, stopAtOnce, stopChild } from './lifecycle.ts'
import { type Answer, carryOut, type Definition, type Request } from './requests.ts'
import { RestartWindow } from './restart-window.ts'
import { affected, backoffMs, isToForget, isToRestart, isToShutDown, unfit } from './strategy.ts'

class State {
  readonly args: unknown
  readonly children: Children
  window: RestartWindow
  constructor(definition: Definition, args: unknown) {
    this.args = args
    this.children = new Children(definition.strategy === 'simple_one_for_one')
    this.window = new RestartWindow(definition.intensity, definition.periodMs)
  }
}

/** Sent by a supervisor to itself: this child's start failed, or its backoff is over. */
class TryAgain {
  readonly type = 'tryAgain'
  readonly child: Child
  readonly isCounted: boolean
  /** Siblings that were stopped for it and wait for its start. */
  readonly stopped: readonly Child[]
  constructor(child: Child, isCounted: boolean, stopped: readonly Child[]) {
    this.child = child
    this.isCounted = isCounted
    this.stopped = stopped
  }
}

export class SupervisorDriver implements Driver {
  readonly behaviour = 'Supervisor'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'supervisor'
  readonly hasTerminate = true
  private readonly definition: Definition

  constructor(definition: Definition) {
    this.module = definition.module
    this.initialCall = `${definition.module}.init`
    this.version = definition.version
    this.definition = definition
  }

  init(process: Proc): PromiseLike<unknown> | undefined {
    const args = process.state
    process.flags |= TRAPS_EXIT
    const state = new State(this.definition, args)
    process.state = state
    if (state.children.isPool) {
      process.extra.poolArgs = args
      initialised(process)
      return undefined
    }
    for (const spec of this.specs(process, state)) state.children.add(spec)
    return this.startAll(process, state)
  }

  handle(
    process: Proc,
    message: unknown,
    _sender: Proc | null,
    meta: unknown,
  ): PromiseLike<unknown> | undefined {
    const state = process.state as State
    if (meta instanceof ExitSignal) {
      if (isOrderOfParent(process, meta)) {
        obey(process, meta)
        return undefined
      }
      const child = meta.from === null ? undefined : state.children.of(meta.from)
      return child === undefined ? undefined : this.childEnded(process, state, child, meta)
    }
    if (message instanceof TryAgain) return this.tryAgain(process, state, message)
    if (meta instanceof Call) return this.answer(process, state, message as Request, meta)
    process.node.counters.unhandled += 1
    return undefined
  }

  next(): undefined {
    return undefined
  }

  settled(process: Proc, phase: Phase): void {
    if (phase === 'init' && (process.flags & DEAD) === 0) initialised(process)
  }

  async terminate(process: Proc, _reason: ExitReason): Promise<void> {
    const state = process.state
    if (!(state instanceof State)) return
    const cause = process.extra.order?.cause ?? null
    const children = state.children.all().reverse()
    if (state.children.isPool) await stopAtOnce(process, state.children, children, cause)
    else for (const child of children) await stopChild(process, state.children, child, cause, false)
  }

  formatState(process: Proc): unknown {
    const { state } = process
    if (!(state instanceof State)) return undefined
    return { children: state.children.size, ...this.facts(process, state) }
  }

  getState(process: Proc): unknown {
    return this.formatState(process)
  }

  /**
   * As in OTP: strategy and intensity are the new definition's, children keep running with the new specification of their id, those
   * that are new are not started, those that are no longer named are kept. A pool stays a pool.
   */
  codeChange(process: Proc, from: Driver): undefined {
    const state = process.state as State
    const { isPool } = state.children
    if (isPool !== (this.definition.strategy === 'simple_one_for_one')) {
      throw new Exit('bad_spec', { why: 'a pool stays a pool', from: from.module })
    }
    if (!isPool) state.children.respecify(this.specs(process, state))
    state.window = state.window.resized(this.definition.intensity, this.definition.periodMs)
  }

  private specs(process: Proc, state: State): readonly ChildSpec[] {
    const specs = this.definition.make(
      state.args as never,
      contextOf(process) as never,
      undefined as never,
    ) as readonly ChildSpec[]
    const ids = new Set<string>()
    for (const { facts } of specs) {
      if (ids.has(facts.id))
        throw new Exit('bad_spec', { why: 'two children have the same id', id: facts.id })
      ids.add(facts.id)
    }
    for (const spec of specs) {
      const why = unfit(spec, this.definition.autoShutdown)
      if (why !== null) throw new Exit('bad_spec', { why, id: spec.facts.id })
    }
    return specs
  }

  supervisorFacts(process: Proc): SupervisorFacts {
    const { state } = process
    return this.facts(process, state instanceof State ? state : null)
  }

  children(process: Proc): readonly ChildView[] {
    const { state } = process
    if (!(state instanceof State)) return []
    return state.children.all().map((child) => ({
      id: child.spec.facts.id,
      process: child.process,
      restart: child.spec.facts.restart,
    }))
  }

  private facts(process: Proc, state: State | null): SupervisorFacts {
    const { strategy, autoShutdown, intensity, periodMs } = this.definition
    const nowUs = process.node.clock.us
    return {
      strategy,
      autoShutdown,
      intensity,
      periodMs,
      restartsUsed: state?.window.used(nowUs) ?? 0,
      restartsInWindow: state?.window.inWindow(nowUs) ?? [],
    }
  }

  /** In start order; when one fails, those before it are stopped in reverse order and the start fails. */
  private async startAll(process: Proc, state: State): Promise<void> {
    const { children } = state
    const started: Child[] = []
    for (const child of children.all()) {
      await breathe(process, started.length)
      const outcome = await startChild(process, children, child)
      if (outcome.ok) {
        started.push(child)
        this.forgetIgnored(children, child)
        continue
      }
      started.reverse()
      this.startFailed(process, state, child, outcome, started)
      for (const earlier of started) await stopChild(process, children, earlier, outcome.cause, false)
      const failure = { tag: 'failed_to_start_child', id: child.spec.facts.id, reason: outcome.reason }
      throw new Exit({ shutdown: failure })
    }
  }

  /** Its `init` failed: the supervisor goes no further, and says so. */
  private startFailed(
    process: Proc,
    state: State,
    child: Child,
    outcome: { cause: CrashCause | null; process: Proc | null },
    stopped: readonly Child[],
  ): void {
    const { node } = process
    if (node.hooks === null || outcome.process === null || outcome.cause === null) return
    child.crash = outcome.cause.crash
    const stops = stopped.map((other) => other.process).filter((other) => other !== null)
    this.decided(process, state, child, outcome.process, 'give_up', stops)
    node.observeOutcome({
      crashId: child.crash.id,
      kind: 'given_up',
      newProcess: null,
      backAfterUs: null,
      escalatedTo: process.parent,
    })
  }

  private childEnded(
    process: Proc,
    state: State,
    child: Child,
    signal: ExitSignal,
  ): PromiseLike<unknown> | undefined {
    const { node } = process
    const ended = signal.from as Proc
    const crash = signal.cause?.crash ?? null
    const { restart } = child.spec.facts
    state.children.ended(child)
    child.crash = crash
    child.endedUs = crash?.atUs ?? node.clock.us
    if (isToRestart(restart, signal.reason)) return this.restart(process, state, child, ended)
    if (isToForget(this.definition.strategy, restart)) state.children.remove(child)
    if (node.hooks !== null) {
      this.decided(process, state, child, ended, 'leave', [])
      if (crash !== null) {
        node.observeOutcome({
          crashId: crash.id,
          kind: 'not_restarted',
          newProcess: null,
          backAfterUs: null,
          escalatedTo: null,
        })
      }
    }
    if (isToShutDown(this.definition.autoShutdown, child.spec.facts, () => state.children.live())) {
      const cause: CrashCause | null = crash === null ? null : { crash, mechanism: null }
      if (cause !== null) process.extra.order = new ExitSignal(null, 'exit', 'shutdown', cause)
      stopProcess(process, 'shutdown', 'message', { cause })
    }
    return undefined
  }

  /** Counts the restart; within the intensity, performs it. */
  private restart(
    process: Proc,
    state: State,
    child: Child,
    ended: Proc | null,
  ): PromiseLike<unknown> | undefined {
    const { node } = process
    const nowUs = node.clock.read()
    child.isRestarting = true
    if (!state.window.add(nowUs)) {
      this.giveUp(process, state, child, ended)
      return undefined
    }
    const targets = this.affected(state, child)
    if (node.hooks !== null && ended !== null) {
      const stops = targets.filter((other) => other.process !== null).map((other) => other.process as Proc)
      this.decided(process, state, child, ended, 'restart', stops.reverse())
    }
    const { backoff } = child.spec
    if (backoff === null) return this.perform(process, state, child, targets)
    const ms = backoffMs(backoff, child.restarts + child.attempts)
    const stopped = targets.filter((other) => other !== child && other.process !== null)
    const wait = () =>
      node.setTimer(new Callback(() => this.sendTryAgain(process, child, false, stopped)), ms)
    // What depends on it does not run on without it while it waits.
    if (stopped.length > 0) return this.stopOthers(process, state, child, targets).then(wait)
    wait()
    return undefined
  }

  private affected(state: State, child: Child): Child[] {
    if (state.children.isPool) return [child]
    const { from, to } = affected(
      this.definition.strategy,
      state.children.indexOf(child),
      state.children.size,
    )
    return state.children.all().slice(from, to)
  }

  /** Stops what the strategy stops, in reverse order, and starts it again in start order. */
  private async perform(process: Proc, state: State, child: Child, targets: readonly Child[]): Promise<void> {
    if (targets.length > 1) await this.stopOthers(process, state, child, targets)
    await this.startAgain(process, state, child, targets)
  }

  private async stopOthers(
    process: Proc,
    state: State,
    child: Child,
    targets: readonly Child[],
  ): Promise<void> {
    const { children } = state
    const { strategy } = this.definition
    const mechanism = strategy === 'one_for_all' || strategy === 'rest_for_one' ? strategy : null
    const cause: CrashCause | null = child.crash === null ? null : { crash: child.crash, mechanism }
    for (const other of [...targets].reverse()) {
      if (other === child) continue
      // Its own second try, if one is due, is part of this one.
      other.isRestarting = false
      if (other.process !== null) await stopChild(process, children, other, cause, true)
      if (other.spec.facts.restart === 'temporary') children.remove(other)
    }
  }

  private async startAgain(
    process: Proc,
    state: State,
    child: Child,
    targets: readonly Child[],
  ): Promise<void> {
    const { children } = state
    for (const other of targets) {
      if (!children.has(other)) continue
      const isRestart = other.latest !== 0
      const outcome = await startChild(process, children, other)
      if (!outcome.ok) {
        other.isRestarting = true
        other.failed = outcome.process
        other.attempts += 1
        other.crash ??= outcome.cause?.crash ?? child.crash
        if (other !== child) child.isRestarting = false
        this.sendTryAgain(process, other, true, [])
        return
      }
      this.forgetIgnored(children, other)
      if (isRestart) this.cameBack(process, other)
    }
  }

  /** A temporary child that wants to be ignored leaves nothing behind. */
  private forgetIgnored(children: Children, child: Child): void {
    if (child.process === null && isToForget(this.definition.strategy, child.spec.facts.restart))
      children.remove(child)
  }

  private cameBack(process: Proc, child: Child): void {
    const { node } = process
    child.restarts += 1
    node.counters.restarts += 1
    const { crash } = child
    child.crash = null
    if (crash === null || node.hooks === null) return
    node.observeOutcome({
      crashId: crash.id,
      kind: 'restarted',
      newProcess: child.process,
      backAfterUs: Math.max(0, Math.round(node.clock.read() - child.endedUs)),
      escalatedTo: null,
    })
  }

  /** One restart too many: the supervisor ends with `shutdown`, which its own supervisor takes for abnormal. */
  private giveUp(process: Proc, state: State, child: Child, ended: Proc | null): void {
    const { node } = process
    const { crash } = child
    if (node.hooks !== null) {
      const stops = state.children.all().filter((other) => other.process !== null)
      if (ended !== null) {
        this.decided(
          process,
          state,
          child,
          ended,
          'give_up',
          stops.map((other) => other.process as Proc).reverse(),
        )
      }
      if (crash !== null) {
        node.observeOutcome({
          crashId: crash.id,
          kind: 'given_up',
          newProcess: null,
          backAfterUs: null,
          escalatedTo: process.parent,
        })
      }
    }
    child.isRestarting = false
    const cause: CrashCause | null = crash === null ? null : { crash, mechanism: 'intensity' }
    if (cause !== null) process.extra.order = new ExitSignal(null, 'exit', 'shutdown', cause)
    stopProcess(process, 'shutdown', 'message', { cause, isFailure: true })
  }

  private tryAgain(
    process: Proc,
    state: State,
    { child, isCounted, stopped }: TryAgain,
  ): PromiseLike<unknown> | undefined {
    if (!child.isRestarting || !state.children.has(child)) {
      // Somebody stopped or deleted it meanwhile: those that waited for it are started without it.
      const waiting = stopped.filter((other) => other.process === null)
      return waiting.length === 0 ? undefined : this.startAgain(process, state, child, waiting)
    }
    if (isCounted) return this.restart(process, state, child, child.failed)
    return this.perform(process, state, child, this.affected(state, child))
  }

  private sendTryAgain(process: Proc, child: Child, isCounted: boolean, stopped: readonly Child[]): void {
    if ((process.flags & DEAD) !== 0) return
    process.node.deliver(process, new TryAgain(child, isCounted, stopped), process, undefined)
  }

  private decided(
    process: Proc,
    state: State,
    child: Child,
    ended: Proc,
    action: RawDecision['action'],
    stops: Proc[],
  ): void {
    const { node } = process
    node.observeDecision({
      atUs: Math.round(node.clock.us),
      supervisor: process,
      child: ended,
      crashId: child.crash?.id ?? null,
      action,
      childSpec: child.spec.facts,
      ...this.facts(process, state),
      stops,
    })
  }

  private answer(
    process: Proc,
    state: State,
    request: Request,
    call: Call,
  ): PromiseLike<unknown> | undefined {
    const answer = carryOut(process, this.definition, state.children, request)
    if (!isPromise(answer)) {
      reply(process, call, answer)
      return undefined
    }
    return answer.then((value) => reply(process, call, value as Answer))
  }
}

function reply(process: Proc, call: Call, answer: Answer): void {
  if (call.isOpen && (process.flags & DEAD) === 0) call.answer(answer)
}
