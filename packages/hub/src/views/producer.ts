/**
 * One view with its parameters, made once for all who look at it. It is made anew when something it shows moved: at once
 * when a person waits to see it, at most a few times a second for numbers, and never so often that making it takes
 * more than a fifth of the hub's time. Watchers get a snapshot, then deltas between the pictures each of them got.
 */
import { type Delta, diff } from '@orrery/live/views'
import type { Clock } from '../clock.ts'
import { describe } from '../logger.ts'
import type { Urgency } from '../moves.ts'

export interface Watcher {
  /** Whether it can take something now. One that cannot calls `producer.catchUp` when it can again. */
  isReady(): boolean
  skipped(): void
  snapshot(value: unknown): void
  delta(delta: Delta): void
  failed(code: string, message: string): void
}

/** How a view is made. */
export interface Recipe {
  make(): unknown
  /** Shortest time between two pictures. */
  structureMs: number
  numbersMs: number
  /** Begins to listen; `move` says that the picture is old. The function returned ends it. */
  start(move: (urgency: Urgency) => void): () => void
}

export interface Producer {
  readonly watchers: number
  watch(watcher: Watcher): void
  unwatch(watcher: Watcher): void
  catchUp(watcher: Watcher): void
  stop(): void
}

/** A picture that took 5 ms is next made after 20 ms of other things. */
const REST = 4
const NOTHING = Symbol('nothing yet')

export function createProducer(recipe: Recipe, clock: Clock): Producer {
  /** What each watcher holds. */
  const held = new Map<Watcher, unknown>()
  let current: unknown = NOTHING
  let failure: { code: string; message: string } | null = null
  let lastAtMs = Number.NEGATIVE_INFINITY
  let costMs = 0
  let wanted: Urgency | null = null
  let dueAtMs = Number.POSITIVE_INFINITY
  let cancel: (() => void) | null = null
  let isMaking = false
  let isStopped = false
  /** Deltas towards `current`, by what they start from: most watchers hold the same. */
  let deltas = new Map<unknown, Delta | null>()

  const move = (urgency: Urgency): void => {
    if (isStopped) return
    if (wanted !== 'structure') wanted = urgency
    if (!isMaking) schedule()
  }

  const schedule = (): void => {
    if (wanted === null || isStopped) return
    const restMs = Math.max(wanted === 'structure' ? recipe.structureMs : recipe.numbersMs, costMs * REST)
    const atMs = Math.max(performance.now(), lastAtMs + restMs)
    if (cancel !== null && dueAtMs <= atMs) return
    cancel?.()
    dueAtMs = atMs
    cancel = clock.after(Math.max(0, Math.ceil(atMs - performance.now())), () => {
      cancel = null
      void remake()
    })
  }

  const remake = async (): Promise<void> => {
    isMaking = true
    wanted = null
    const startedAt = performance.now()
    try {
      const made = recipe.make()
      const value = made instanceof Promise ? await made : made
      if (isStopped) return
      failure = null
      if (value !== current) {
        current = value
        deltas = new Map()
      }
      for (const watcher of held.keys()) give(watcher)
    } catch (error) {
      failure = { code: codeOf(error), message: describe(error) }
      for (const watcher of held.keys()) watcher.failed(failure.code, failure.message)
    }
    lastAtMs = performance.now()
    costMs = lastAtMs - startedAt
    isMaking = false
    schedule()
  }

  const give = (watcher: Watcher): void => {
    if (current === NOTHING) return
    const has = held.get(watcher)
    if (has === current) return
    if (!watcher.isReady()) return watcher.skipped()
    held.set(watcher, current)
    if (has === NOTHING) return watcher.snapshot(current)
    const delta = deltaFrom(has)
    if (delta !== null) watcher.delta(delta)
  }

  const deltaFrom = (before: unknown): Delta | null => {
    let delta = deltas.get(before)
    if (delta === undefined) {
      delta = diff(before, current)
      deltas.set(before, delta)
    }
    return delta
  }

  const stopListening = recipe.start(move)
  move('structure')

  return {
    get watchers() {
      return held.size
    },
    watch(watcher) {
      held.set(watcher, NOTHING)
      give(watcher)
      if (failure) watcher.failed(failure.code, failure.message)
    },
    unwatch: (watcher) => void held.delete(watcher),
    catchUp(watcher) {
      if (held.has(watcher)) give(watcher)
    },
    stop() {
      isStopped = true
      cancel?.()
      stopListening()
    },
  }
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return 'view.failed'
}
