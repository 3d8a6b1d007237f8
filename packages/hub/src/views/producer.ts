/**
 * One view with its parameters, made once for all who look at it. It is made anew when something it shows moved: at once
 * when it stood still until then, on the common beat while things go on moving, at most a few times a second for numbers,
 * and never so often that making it takes more than a fifth of the hub's time. Watchers get a snapshot, then deltas
 * between the pictures each of them got.
 */
import { type Delta, diff } from '@orrery/live/views'
import type { Clock } from '../clock.ts'
import { describe } from '../logger.ts'
import { moreUrgent, type Urgency } from '../moves.ts'
import { BEAT_MS, type Beat } from './beat.ts'

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
  /** Shortest time between two pictures, by what moved. */
  structureMs: number
  lifecycleMs: number
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

export function createProducer(recipe: Recipe, clock: Clock, beat: Beat): Producer {
  /** What each watcher holds. */
  const held = new Map<Watcher, unknown>()
  /** Which failure each watcher shows. */
  const told = new Map<Watcher, string>()
  let current: unknown = NOTHING
  let failure: { code: string; message: string } | null = null
  let madeFromMs = Number.NEGATIVE_INFINITY
  let restUntilMs = Number.NEGATIVE_INFINITY
  let wanted: Urgency | null = null
  let dueAtMs = Number.POSITIVE_INFINITY
  let cancel: (() => void) | null = null
  let isMaking = false
  let isStopped = false
  /** Deltas towards `current`, by what they start from: most watchers hold the same. */
  let deltas = new Map<unknown, Delta | null>()

  const move = (urgency: Urgency): void => {
    if (isStopped) return
    wanted = moreUrgent(wanted, urgency)
    if (!isMaking) schedule()
  }

  const schedule = (): void => {
    if (wanted === null || isStopped) return
    const nowMs = performance.now()
    const everyMs = recipe[`${wanted}Ms`]
    const isStill = nowMs >= madeFromMs + everyMs && nowMs >= restUntilMs
    // Half a beat early is on time: a timer that came late must not cost a whole beat.
    const atMs = isStill ? nowMs : Math.max(nowMs, madeFromMs + everyMs - BEAT_MS / 2, restUntilMs)
    if (cancel !== null && dueAtMs <= atMs) return
    cancel?.()
    dueAtMs = atMs
    const make = () => {
      cancel = null
      void remake()
    }
    cancel = isStill ? clock.after(0, make) : beat.at(atMs, make)
  }

  const remake = async (): Promise<void> => {
    isMaking = true
    wanted = null
    madeFromMs = performance.now()
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
      for (const watcher of held.keys()) give(watcher)
    }
    const madeAtMs = performance.now()
    restUntilMs = madeAtMs + (madeAtMs - madeFromMs) * REST
    isMaking = false
    schedule()
  }

  /** What a watcher does not have yet, once it can take it: the picture, or why there is no newer one. */
  const give = (watcher: Watcher): void => {
    const isOver = failure === null && told.has(watcher)
    const wantsPicture = current !== NOTHING && (isOver || held.get(watcher) !== current)
    const news = failure !== null && told.get(watcher) !== textOf(failure) ? failure : null
    if (!wantsPicture && news === null) return
    if (!watcher.isReady()) return watcher.skipped()
    if (wantsPicture) givePicture(watcher, isOver)
    if (news === null) return
    told.set(watcher, textOf(news))
    watcher.failed(news.code, news.message)
  }

  const givePicture = (watcher: Watcher, isOver: boolean): void => {
    const has = held.get(watcher)
    held.set(watcher, current)
    told.delete(watcher)
    // Whoever shows a failure is sent the whole, also where nothing has changed meanwhile.
    if (isOver || has === NOTHING) return watcher.snapshot(current)
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
    },
    unwatch(watcher) {
      held.delete(watcher)
      told.delete(watcher)
    },
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

function textOf({ code, message }: { code: string; message: string }): string {
  return `${code} ${message}`
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return 'view.failed'
}
