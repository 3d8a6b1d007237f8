/** Runs a state machine: takes events from the mailbox and the machine's own queue, and does what its state functions return. */
import { Call } from '../call.ts'
import type { ContractDefinition } from '../contract.ts'
import { initialised, startIgnored, startStopped, stop as stopProcess } from '../dispatch.ts'
import { CAST, type Driver, type Phase } from '../driver.ts'
import { Exit, type ExitReason } from '../exit-reason.ts'
import { DEAD } from '../flags.ts'
import { serve } from '../isolated/worker.ts'
import type { Proc } from '../process.ts'
import { isPromise } from '../raw.ts'
import { IGNORE, Result, STOP } from '../result.ts'
import { endedByParent } from '../system.ts'
import { Timer } from '../timers.ts'
import { advance, type Event, keyOf, Machine, timeoutEvent, typeOf } from './machine.ts'
import { type Act, type TimeoutName, Transition } from './transition.ts'

type Callback = (...args: unknown[]) => unknown

export interface AnyCallbacks {
  readonly module: string
  readonly version?: string
  readonly contract?: ContractDefinition
  readonly init: Callback
  readonly stateEnter?: boolean
  readonly states?: Readonly<Record<string, Callback>>
  readonly handleEvent?: Callback
  readonly terminate?: Callback
  readonly formatStatus?: Callback
  readonly codeChange?: Callback
}

/** Events of a machine's own that are handled in one turn; then others have theirs. */
const AT_ONCE = 32

/** In the mailbox it is its own meta: one that was cancelled meanwhile is passed over. */
class StatemTimer extends Timer {
  private readonly process: Proc
  readonly timeout: TimeoutName
  readonly content: unknown

  constructor(process: Proc, timeout: TimeoutName, content: unknown) {
    super()
    this.process = process
    this.timeout = timeout
    this.content = content
  }

  override fire(): void {
    const { process, timeout, content } = this
    if ((process.flags & DEAD) !== 0) return
    const event = timeoutEvent(timeout, content)
    process.node.deliver(process, { type: event.kind, ...event }, null, this)
  }
}

export class GenStatemDriver implements Driver {
  readonly serve = serve
  readonly behaviour = 'GenStatem'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'worker'
  readonly hasTerminate: boolean
  readonly contract: ContractDefinition | undefined
  private readonly callbacks: AnyCallbacks
  private readonly states: Readonly<Record<string, Callback>> | null

  constructor(callbacks: AnyCallbacks) {
    this.module = callbacks.module
    this.initialCall = `${callbacks.module}.init`
    this.version = callbacks.version ?? null
    this.hasTerminate = callbacks.terminate !== undefined
    this.contract = callbacks.contract
    this.callbacks = callbacks
    this.states = callbacks.states === undefined ? null : Object.assign(Object.create(null), callbacks.states)
  }

  init(process: Proc): PromiseLike<unknown> | undefined {
    const result = this.callbacks.init(process.state, process)
    if (isPromise(result)) return result
    this.begin(process, result)
    return undefined
  }

  handle(
    process: Proc,
    message: unknown,
    _sender: Proc | null,
    meta: unknown,
  ): PromiseLike<unknown> | undefined {
    const machine = process.state as Machine
    if (endedByParent(process, meta)) return undefined
    if (meta instanceof StatemTimer) {
      const key = keyOf(meta.timeout)
      if (machine.timeouts.get(key) !== meta) return undefined
      machine.timeouts.delete(key)
      machine.queue.push(timeoutEvent(meta.timeout, meta.content))
    } else machine.queue.push(eventOf(message, meta))
    return this.run(process, machine)
  }

  next(process: Proc): PromiseLike<unknown> | undefined {
    return this.run(process, process.state as Machine)
  }

  settled(process: Proc, phase: Phase, value: unknown): void {
    if (phase === 'init') return this.begin(process, value)
    const machine = process.state as Machine
    const event = machine.current
    machine.current = null
    this.apply(process, machine, event, value)
    if (machine.queue.length > 0 && (process.flags & DEAD) === 0) goOn(process, machine)
  }

  terminate(process: Proc, reason: ExitReason): PromiseLike<unknown> | undefined {
    const { state, data } = process.state as Machine
    const result = this.callbacks.terminate?.(reason, state, data, process)
    return isPromise(result) ? result : undefined
  }

  ended({ state, node }: Proc): void {
    if (!(state instanceof Machine)) return
    for (const timer of state.timeouts.values()) node.timers.remove(timer)
  }

  formatState(process: Proc): unknown {
    if (!(process.state instanceof Machine)) return undefined
    const { formatStatus } = this.callbacks
    const { state, data, postponed, timeouts } = process.state
    const shown = formatStatus === undefined ? { state, data } : formatStatus({ state, data })
    if (postponed.length === 0 && timeouts.size === 0) return shown
    return {
      ...(shown as object),
      ...(postponed.length === 0
        ? {}
        : { postponed: postponed.map((event) => ('message' in event ? event.message : event.kind)) }),
      ...(timeouts.size === 0 ? {} : { timeouts: [...timeouts.keys()] }),
    }
  }

  getState(process: Proc): unknown {
    const { state, data } = process.state as Machine
    return { state, data }
  }

  replaceState(process: Proc, given: unknown): void {
    const { state, data } = given as { state: unknown; data: unknown }
    const machine = process.state as Machine
    machine.state = state
    machine.data = data
  }

  codeChange(process: Proc, from: Driver, extra: unknown): PromiseLike<unknown> | undefined {
    const { codeChange } = this.callbacks
    if (codeChange === undefined) return undefined
    const machine = process.state as Machine
    const take = (value: unknown) => {
      const { state, data } = value as { state: unknown; data: unknown }
      this.functionOf(state)
      process.state = machine.changed(state, data)
    }
    const changed = codeChange({ state: machine.state, data: machine.data }, from.version, extra)
    if (isPromise(changed)) return changed.then(take)
    take(changed)
    return undefined
  }

  private begin(process: Proc, result: unknown): void {
    if (result instanceof Transition && result.op === 'next') {
      const machine = new Machine(result.state, result.data)
      this.functionOf(result.state)
      process.state = machine
      initialised(process)
      this.apply(process, machine, null, result)
      if (machine.queue.length > 0 && (process.flags & DEAD) === 0) goOn(process, machine)
      return
    }
    if (!(result instanceof Result)) throw new Exit('bad_return_value', { value: result })
    if (result.op === IGNORE) return startIgnored(process)
    if (result.op !== STOP) throw new Exit('bad_return_value', { value: result })
    startStopped(process, result.reason)
  }

  /** Handles the machine's own events, until there are none, or one is async, or others shall have a turn. */
  private run(process: Proc, machine: Machine): PromiseLike<unknown> | undefined {
    for (let count = 0; machine.queue.length > 0; count++) {
      if ((process.flags & DEAD) !== 0) return undefined
      if (count === AT_ONCE) {
        goOn(process, machine)
        return undefined
      }
      const event = machine.queue.shift() as Event
      if (event.kind !== 'enter') cancel(process, machine, { of: 'event' })
      const result = this.ask(process, machine, event)
      if (!(result instanceof Transition) && isPromise(result)) {
        machine.current = event
        return result
      }
      this.apply(process, machine, event, result)
    }
    return undefined
  }

  private ask(process: Proc, machine: Machine, event: Event): unknown {
    const { state, data } = machine
    if (this.states === null) return this.callbacks.handleEvent?.(event, state, data, process)
    return this.functionOf(state)?.(event, data, process)
  }

  /** In state-function style each state has one. */
  private functionOf(state: unknown): Callback | undefined {
    if (this.states === null) return undefined
    const run = typeof state === 'string' ? this.states[state] : undefined
    if (run === undefined) throw new Exit('bad_state', { state })
    return run
  }

  private apply(process: Proc, machine: Machine, event: Event | null, result: unknown): void {
    if ((process.flags & DEAD) !== 0) return
    if (result instanceof Result && result.op === STOP) {
      machine.data = result.state ?? machine.data
      stopProcess(process, result.reason, 'message')
      return
    }
    if (!(result instanceof Transition)) throw new Exit('bad_return_from_state_function', { value: result })
    const { stateEnter = false } = this.callbacks
    const { replies, cancels, timeouts } = advance(machine, event, result, stateEnter)
    this.functionOf(machine.state)
    for (const reply of replies) answer(process, reply)
    for (const name of cancels) cancel(process, machine, name)
    for (const timeout of timeouts) set(process, machine, timeout)
    if (result.op === 'stop') stopProcess(process, result.reason, 'message')
  }
}

function goOn(process: Proc, machine: Machine): void {
  // What the next turn begins with; a crash there shows it.
  process.setNext('continue', machine.queue[0])
  process.node.scheduler.ready(process)
}

function answer(process: Proc, { from, value }: Act & { act: 'reply' }): void {
  if (from instanceof Call && from.isOpen) from.answer(process.node.value(value))
  else process.node.refuse()
}

function cancel(process: Proc, machine: Machine, name: TimeoutName): void {
  const key = keyOf(name)
  const timer = machine.timeouts.get(key)
  if (timer === undefined) return
  machine.timeouts.delete(key)
  process.node.timers.remove(timer)
}

function set(process: Proc, machine: Machine, { name, ms, content }: Act & { act: 'timeout' }): void {
  cancel(process, machine, name)
  if (ms === 'cancel' || ms === Number.POSITIVE_INFINITY) return
  if (ms === 0) {
    // Needs no timer: before anything that has not been received yet, unless an event timeout is late already.
    if (name.of !== 'event' || (machine.queue.length === 0 && process.mailboxLength === 0))
      machine.queue.push(timeoutEvent(name, content))
    return
  }
  const timer = new StatemTimer(process, name, content)
  machine.timeouts.set(keyOf(name), timer)
  process.node.setTimer(timer, ms)
}

function eventOf(message: unknown, meta: unknown): Event {
  const type = typeOf(message)
  if (meta instanceof Call) return { kind: 'call', type, message, from: meta }
  return { kind: meta === CAST ? 'cast' : 'info', type, message }
}
