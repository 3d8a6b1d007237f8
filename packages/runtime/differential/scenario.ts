/** A scenario that Erlang/OTP and this runtime both play: a tree of supervisors and workers, and what happens to it. */
import type { AutoShutdown, Restart, Strategy } from '../src/index.ts'

/** Exit reasons a scenario uses. `error` is what a throw becomes: `{boom, Stack}` there, an `Error` here. */
export type Reason = 'normal' | 'shutdown' | 'shutdown:x' | 'boom' | 'kill'
/** How one start of a worker goes. */
export type StartStep = 'ok' | 'stop' | 'throw' | 'exit' | 'ignore'

interface Child {
  readonly id: string
  readonly restart: Restart
  readonly significant: boolean
}

export interface WorkerSpec extends Child {
  readonly kind: 'worker'
  /** Milliseconds, or a word. */
  readonly shutdown: number | 'brutal_kill' | 'infinity'
  readonly traps: boolean
  /** What its `terminate` does. */
  readonly stop: 'ok' | 'hang' | 'crash'
  /** Its first starts; later ones are `ok`. */
  readonly starts: readonly StartStep[]
  /** Ours alone: whether its `init` awaits. */
  readonly isAsync: boolean
}

export interface SupervisorSpec extends Child {
  readonly kind: 'supervisor'
  readonly shutdown: 'brutal_kill' | 'infinity'
  readonly strategy: Strategy
  readonly autoShutdown: AutoShutdown
  readonly intensity: number
  readonly periodS: number
  /** Of a pool: the one that its children are made of. */
  readonly children: readonly ChildSpec[]
  /** What OTP promises of the order in which its children start and end: all of it, or the starts alone. */
  readonly order: 'full' | 'starts'
}

export type ChildSpec = WorkerSpec | SupervisorSpec

/** What one worker is told to do. */
export type Command =
  | { readonly do: 'stop'; readonly reason: Reason }
  | { readonly do: 'throw' }
  | { readonly do: 'trap'; readonly on: boolean }
  | { readonly do: 'link' | 'unlink' | 'monitor' | 'demonitor'; readonly peer: string }
  | { readonly do: 'exit'; readonly peer: string; readonly reason: Reason }

export type Step =
  | { readonly step: 'tell'; readonly id: string; readonly command: Command }
  | { readonly step: 'exit'; readonly id: string; readonly reason: Reason }
  | { readonly step: 'start_child'; readonly id: string; readonly child: ChildSpec }
  | { readonly step: 'start_pooled'; readonly id: string; readonly child: string }
  | {
      readonly step: 'terminate_child' | 'restart_child' | 'delete_child'
      readonly id: string
      readonly child: string
    }
  | { readonly step: 'which_children' | 'count_children'; readonly id: string }
  | { readonly step: 'wait'; readonly ms: number }

export interface Scenario {
  readonly seed: number
  /** `null`: only workers that nobody supervises. */
  readonly root: SupervisorSpec | null
  readonly free: readonly WorkerSpec[]
  readonly steps: readonly Step[]
}

/**
 * What was seen, in lines that both sides write alike, sorted:
 * `R step result` · `L id life [T:reason] X:reason|alive` · `O supervisor life +started -ended …` ·
 * `M observer life sender message …` · `F supervisor children at the end`.
 */
export type Trace = readonly string[]
