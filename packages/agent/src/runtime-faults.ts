/** What our runtime offers to faults: taps on the messages to a process, several of them behind each other, and who is near it. */
import type { Delivery, Handling, Interceptor, Node, Process } from '@orrery/runtime'
import { messageType } from '@orrery/runtime'
import { InjectedCrash } from './faults/injected-crash.ts'
import type { FaultHost, FaultRoll, Handled, Kin, Lives, Passing, Tap } from './faults/kind.ts'
import { runnerOf } from './faults/runner.ts'
import { ProcessTarget, processOf } from './runtime-control.ts'
import { clockDoor, portsDoor } from './runtime-doors.ts'

export interface RuntimeFaults {
  readonly host: FaultHost
  /** `null` while no fault has to know of lives. */
  readonly lives: RuntimeLives | null
}

export interface RuntimeLives {
  started(process: Process): void
  initialised(process: Process): void
  ended(process: Process): void
}

/** `fault` is told of taps that throw what they should not: the node never sees it. */
export function runtimeFaults(node: Node, fault: (where: string, error: unknown) => void): RuntimeFaults {
  let lives: RuntimeLives | null = null
  const living = (target: unknown): Process | null => {
    const process = processOf(target)
    return process === null || process.status === 'exited' ? null : process
  }
  const host: FaultHost = {
    clock: clockDoor(node),
    ports: portsDoor(node),
    runner: runnerOf(process),
    roll: () => rollOf(node),
    tap(target, senders, tap) {
      const process = living(target)
      if (process === null) return () => undefined
      const there = node.interceptorOf(process)
      const stack = there instanceof TapStack ? there : new TapStack(fault)
      if (there !== stack) node.intercept(process, stack)
      stack.add(senders, tap)
      return () => {
        stack.remove(tap)
        if (stack.isEmpty && node.interceptorOf(process) === stack) node.intercept(process, null)
      }
    },
    isTapped(target, tap) {
      const process = living(target)
      const stack = process === null ? null : node.interceptorOf(process)
      return stack instanceof TapStack && stack.has(tap)
    },
    suspend: (target) => withIt(living(target), (process) => node.suspend(process)),
    resume: (target) => withIt(living(target), (process) => node.resume(process)),
    isSuspended: (target) => living(target)?.status === 'suspended',
    exit: (target, reason) =>
      withIt(living(target), (process) => node.exit(process, reason, { by: 'command' })),
    put: (target, message, firing) => withIt(living(target), (process) => node.put(process, message, firing)),
    takeOut(target, isOne) {
      const process = living(target)
      return process === null ? 0 : node.takeOut(process, isOne)
    },
    waiting(target, isOne) {
      const process = living(target)
      return process === null ? 0 : node.waiting(process, isOne)
    },
    markCalls: (target, firing) => withIt(living(target), (process) => node.markCalls(process, firing)),
    kin(target) {
      const process = processOf(target)
      return process === null ? NOBODY : kinOf(node, process)
    },
    watchLives(watcher: Lives | null) {
      lives =
        watcher === null
          ? null
          : {
              started: (process) => watcher.started(new ProcessTarget(process)),
              initialised: (process) => watcher.initialised(new ProcessTarget(process)),
              ended: (process) => watcher.ended(process.id),
            }
    },
  }
  return {
    host,
    get lives() {
      return lives
    },
  }
}

const NOBODY: Kin = {
  module: '',
  isInitialised: false,
  trapsExit: false,
  restart: '',
  parent: null,
  links: [],
  watchers: [],
  supervisor: null,
}

function withIt(process: Process | null, act: (process: Process) => void): void {
  if (process !== null) act(process)
}

function rollOf(node: Node): FaultRoll {
  const processes = new Map<string, Process>()
  for (const process of node.processes()) processes.set(String(process.pid), process)
  let keys: Map<string, Process> | null = null
  return {
    size: processes.size,
    byPid(pid, key) {
      const process = processes.get(pid)
      return process === undefined || process.status === 'exited' || process.key !== key
        ? null
        : new ProcessTarget(process)
    },
    byKey(key) {
      keys ??= new Map([...processes.values()].map((process) => [process.key, process]))
      const process = keys.get(key)
      return process === undefined || process.status === 'exited' ? null : new ProcessTarget(process)
    },
  }
}

function kinOf(node: Node, process: Process): Kin {
  const { links, watchers, children } = node.kin(process)
  const { supervisor, parent } = process
  const targets = (those: readonly Process[]) => those.map((each) => new ProcessTarget(each))
  return {
    module: process.module,
    isInitialised: process.isInitialised,
    trapsExit: process.trapsExit,
    restart: process.childSpec?.restart ?? '',
    parent: parent === null ? null : new ProcessTarget(parent),
    links: targets(links),
    watchers: targets(watchers),
    supervisor:
      supervisor === null
        ? null
        : {
            strategy: supervisor.strategy,
            intensity: supervisor.intensity,
            periodMs: supervisor.periodMs,
            used: supervisor.restartsUsed,
            children: targets(children),
          },
  }
}

interface Entry {
  readonly place: number
  readonly tap: Tap
  readonly senders: ReadonlySet<string> | null
  /** Whether a sender is meant: its key is a path, and it sends often. */
  readonly isMeant: WeakMap<Process, boolean>
}

const NONE: readonly string[] = []

/** The taps upon one process, in the order they were put there. A message that one of them lets go later meets those behind it. */
class TapStack implements Interceptor {
  private readonly fault: (where: string, error: unknown) => void
  private entries: readonly Entry[] = []
  private last = 0

  constructor(fault: (where: string, error: unknown) => void) {
    this.fault = fault
  }

  get isEmpty(): boolean {
    return this.entries.length === 0
  }

  has(tap: Tap): boolean {
    return this.entries.some((entry) => entry.tap === tap)
  }

  add(senders: ReadonlySet<string> | null, tap: Tap): void {
    this.last += 1
    this.entries = [...this.entries, { place: this.last, tap, senders, isMeant: new WeakMap() }]
  }

  remove(tap: Tap): void {
    this.entries = this.entries.filter((entry) => entry.tap !== tap)
  }

  onDeliver(delivery: Delivery): boolean {
    return this.pass(delivery, 0, delivery.message, NONE)
  }

  /** Whether a tap behind `place` took it. */
  pass(delivery: Delivery, place: number, message: unknown, firings: readonly string[]): boolean {
    for (const entry of this.entries) {
      if (entry.place <= place || entry.tap.onDeliver === undefined || !isMeant(entry, delivery.from))
        continue
      try {
        if (entry.tap.onDeliver(passing(this, delivery, entry.place, message, firings))) return true
      } catch (error) {
        this.fault('tap', error)
      }
    }
    return false
  }

  beforeHandle(handling: Handling): PromiseLike<void> | undefined {
    return this.before(handling, handled(handling), 0)
  }

  /** One after the other, so that what waits before it throws does so. */
  private before(handling: Handling, seen: Handled, place: number): PromiseLike<void> | undefined {
    for (const entry of this.entries) {
      if (entry.place <= place || entry.tap.beforeHandle === undefined || !isMeant(entry, handling.from))
        continue
      const held = this.guarded(() => entry.tap.beforeHandle?.(seen))
      if (held !== undefined) return held.then(() => this.before(handling, seen, entry.place))
    }
    return undefined
  }

  afterHandle(handling: Handling): void {
    const seen = handled(handling)
    for (const entry of this.entries) {
      if (entry.tap.afterHandle !== undefined && isMeant(entry, handling.from))
        this.guarded(() => entry.tap.afterHandle?.(seen))
    }
  }

  /** Only what a fault throws on purpose reaches the process. */
  private guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (error instanceof InjectedCrash) throw error
      this.fault('tap', error)
      return undefined
    }
  }
}

function isMeant({ senders, isMeant }: Entry, from: Process | null): boolean {
  if (senders === null) return true
  if (from === null) return false
  const known = isMeant.get(from)
  if (known !== undefined) return known
  const is = senders.has(from.key)
  isMeant.set(from, is)
  return is
}

function passing(
  stack: TapStack,
  delivery: Delivery,
  place: number,
  message: unknown,
  firings: readonly string[],
): Passing {
  return {
    get type() {
      return messageType(message)
    },
    kind: kindOf(delivery.kind),
    message,
    deliver(firing, other = message) {
      const marks = firing === null ? firings : [...firings, firing]
      if (!stack.pass(delivery, place, other, marks)) delivery.deliver(marks, other)
    },
    drop: (firing) => delivery.drop(firing),
    markCall: (firing) => delivery.markCall(firing),
  }
}

function handled(handling: Handling): Handled {
  return {
    get type() {
      return messageType(handling.message)
    },
    kind: kindOf(handling.kind),
    mark: (firing) => handling.mark(firing),
    markCall: (firing) => handling.markCall(firing),
  }
}

/** What is neither a call nor a cast is never shown to interceptors but as plain. */
function kindOf(kind: Delivery['kind']): Passing['kind'] {
  return kind === 'call' || kind === 'cast' ? kind : 'info'
}
