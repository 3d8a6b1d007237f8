/** What an observer sees: the read-only face of a process, and the one slot of hooks. */
import type { ContractBreach } from './contract.ts'
import type { CrashLink, CrashNotice, ProcessName, RawCrash, Via } from './crash.ts'
import type { Behaviour, ProcessKind } from './driver.ts'
import type { ExitKind, ExitReason } from './exit-reason.ts'
import type { Pid } from './pid.ts'
import type { Priority } from './priority.ts'

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'simple_one_for_one'
export type Restart = 'permanent' | 'transient' | 'temporary'
/** Whether a supervisor ends with `shutdown` when a significant child, or the last of them, has ended and is not restarted. */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant'
/** Milliseconds to wait for a child's own end, `brutal_kill` for none, `infinity` for as long as it takes. */
export type Shutdown = number | 'brutal_kill' | 'infinity'

export interface ChildSpecFacts {
  readonly id: string
  readonly restart: Restart
  readonly shutdown: Shutdown
  readonly kind: ProcessKind
  readonly module: string
  /** Its own end can end its supervisor, by `autoShutdown`. */
  readonly significant: boolean
  /** What it is started with. */
  readonly args: unknown
}

export interface SupervisorFacts {
  readonly strategy: Strategy
  readonly autoShutdown: AutoShutdown
  readonly intensity: number
  readonly periodMs: number
  readonly restartsUsed: number
  /** When the restarts in the current window were, oldest first, in the node's microseconds; the latest hundred. */
  readonly restartsInWindow: readonly number[]
}

/** The runtime's own record of a process. Reading is plain field access; it stays readable after the exit. */
export interface Process {
  readonly id: number
  readonly pid: Pid
  readonly name: string | null
  readonly label: string | null
  /** `GenServer`, `Supervisor` or `Process`. */
  readonly behaviour: string
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind: ProcessKind
  readonly parent: Process | null
  /** Id in its supervisor's specification, empty without one. */
  readonly childId: string
  readonly slot: number
  /** Id of the process it replaces after a restart, 0 for none. */
  readonly replaces: number
  readonly restarts: number
  /** Logical key: the path of child ids and slots from the root, kept over restarts. */
  readonly key: string
  readonly status: ProcessStatus
  readonly mailboxLength: number
  /** Messages received and handled since its start. */
  readonly received: number
  readonly handled: number
  readonly startedAtUs: number
  readonly isInitialised: boolean
  readonly isImmune: boolean
  readonly isHidden: boolean
  /** Where it runs apart from its node's event loop. */
  readonly isolation: 'worker_thread' | null
  readonly trapsExit: boolean
  readonly priority: Priority
  readonly supervisor: SupervisorFacts | null
  readonly childSpec: ChildSpecFacts | null
}

export type ProcessStatus = 'starting' | 'running' | 'handling' | 'suspended' | 'exited'

/** Facts of an exit. */
export interface ExitFacts {
  readonly reason: ExitReason
  /** `normal` for every orderly end: `normal`, `shutdown`, `{ shutdown }`, and a stop by its supervisor. */
  readonly kind: ExitKind
  readonly atUs: number
  readonly uptimeUs: number
  /** `null` for an exit that is no crash. */
  readonly crashId: string | null
  readonly crash: CrashLink | null
  readonly killer: (ProcessName & { readonly via: Via }) | null
  /** What its supervisor will do as far as is known at the exit. */
  readonly willRestart: boolean
}

/** A supervisor's decision about a child that ended. */
export interface RawDecision {
  readonly atUs: number
  readonly supervisor: Process
  readonly child: Process
  /** `null` where the child ended without a crash. */
  readonly crashId: string | null
  readonly action: 'restart' | 'leave' | 'give_up'
  readonly strategy: Strategy
  readonly childSpec: ChildSpecFacts
  readonly intensity: number
  readonly periodMs: number
  /** Restarts in the window, this one counted. */
  readonly restartsUsed: number
  /** When they were, in the node's microseconds, oldest first; the latest hundred. */
  readonly restartsInWindow: readonly number[]
  /** Siblings the strategy stops, in the order it stops them. */
  readonly stops: readonly Process[]
}

export interface RawOutcome {
  readonly crashId: string
  readonly kind: 'restarted' | 'not_restarted' | 'given_up'
  readonly newProcess: Process | null
  /** From the exit until the replacement had initialised. */
  readonly backAfterUs: number | null
  readonly escalatedTo: Process | null
}

export interface DeadLetter {
  readonly to: string
  readonly message: unknown
  readonly sender: Process | null
  readonly why: DeadLetterReason
  /** Id of the injected fault that made it one, or `null`. */
  readonly firing: string | null
}

/** `noproc`: nobody is there; `overflow`: the mailbox was full; `intercepted`: a fault dropped it; `contract`: it broke one. */
export type DeadLetterReason = 'noproc' | 'overflow' | 'intercepted' | 'contract'

/** Called synchronously in the dying or sending path: do next to nothing here, and never throw. */
export interface NodeHooks {
  processStarted?(process: Process): void
  processInitialised?(process: Process): void
  processExited?(process: Process, exit: ExitFacts): void
  /** Name, label or suspension changed. */
  processChanged?(process: Process): void
  /**
   * Asked before a crash is copied: `false` saves the copy, and `processCrashed` is not called. In a crash loop the copy is
   * what is dear. Without this hook every crash is copied.
   */
  wantsCrash?(notice: CrashNotice): boolean
  /** Before exit signals propagate. */
  processCrashed?(crash: RawCrash): void
  /** An event handler threw and was removed; its manager goes on (`gen-event/`). */
  handlerCrashed?(crash: RawCrash): void
  /** A process or its client did what their contract does not allow (`contract.ts`). */
  contractBroken?(breach: ContractBreach): void
  /**
   * A message has been handled, and it was one of those that are timed (`timing.ts`); those a `receive` takes are not. It stands for `weight` messages.
   * Microseconds: `waitedUs` in the mailbox, in steps of 16; `tookUs` until it had been handled, across awaits; `ranUs` of those on
   * the event loop, of an async handler only up to its first await.
   */
  messageTimed?(process: Process, waitedUs: number, tookUs: number, ranUs: number, weight: number): void
  supervisorDecided?(decision: RawDecision): void
  crashOutcome?(outcome: RawOutcome): void
  deadLetter?(letter: DeadLetter): void
}

/** Cumulative numbers of a node, always on. */
export interface Counters {
  sent: number
  handled: number
  spawned: number
  exited: number
  crashes: number
  restarts: number
  deadLetters: number
  /** Messages that were in a mailbox when its process ended. */
  lost: number
  /** Sends and replies of ended processes that were refused. */
  refused: number
  /** Async handlers that settled after their process had ended. */
  abandoned: number
  /** Messages no handler took. */
  unhandled: number
  /** Breaches of contracts that were seen. */
  contractsBroken: number
  /** Hooks that threw; what they threw is dropped so that an observer cannot harm its node. */
  hookErrors: number
}

export type { Behaviour }
