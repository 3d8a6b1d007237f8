/**
 * The inside of a state machine between two events: pure data. `driver.ts` runs user code and gives what it returned to `advance`,
 * which says what follows.
 */
import type { Call } from '../call.ts'
import { Exit } from '../exit-reason.ts'
import type { Timer } from '../timers.ts'
import type { Act, TimeoutName, Transition } from './transition.ts'

/** What a state function is given. `type` is the message's. */
export type Event =
  | { readonly kind: 'call'; readonly type: string; readonly message: unknown; readonly from: Call }
  | { readonly kind: 'cast' | 'info' | 'internal'; readonly type: string; readonly message: unknown }
  | { readonly kind: 'state_timeout' | 'event_timeout'; readonly content: unknown }
  | { readonly kind: 'timeout'; readonly name: string; readonly content: unknown }
  | { readonly kind: 'enter'; readonly previous: unknown }

export class Machine {
  state: unknown
  data: unknown
  /** To be handled before the mailbox. */
  queue: Event[] = []
  /** Oldest first. */
  postponed: Event[] = []
  /** Running timeouts by key. */
  readonly timeouts: Map<string, Timer>
  /** The event whose async handler runs. */
  current: Event | null = null

  constructor(state: unknown, data: unknown, timeouts: Map<string, Timer> = new Map()) {
    this.state = state
    this.data = data
    this.timeouts = timeouts
  }

  /** The same with another state and data: a code change must not touch the one it may have to go back to. */
  changed(state: unknown, data: unknown): Machine {
    const other = new Machine(state, data, this.timeouts)
    other.queue = this.queue
    other.postponed = this.postponed
    return other
  }
}

/** What is to be done outside, in this order. */
export interface Effects {
  readonly replies: readonly (Act & { act: 'reply' })[]
  /** To cancel before the new ones start. */
  readonly cancels: readonly TimeoutName[]
  readonly timeouts: readonly (Act & { act: 'timeout' })[]
}

/** Takes the machine to where `result` says; throws `bad_return_from_state_function` for what `event` does not allow. */
export function advance(
  machine: Machine,
  event: Event | null,
  result: Transition<unknown, unknown, unknown>,
  entersStates: boolean,
): Effects {
  const { op } = result
  const before = machine.state
  const after = op === 'next' ? result.state : before
  const isBeginning = event === null
  const isChange = !isBeginning && !Object.is(before, after)
  const acts = result.actions.map(({ act }) => act)
  if (event?.kind === 'enter') allowInEnter(isChange, acts)
  machine.state = after
  if (op !== 'keep_all') machine.data = result.data
  if (op === 'stop') return { replies: acts.filter(isReply), cancels: [], timeouts: [] }

  if (event !== null && acts.some(({ act }) => act === 'postpone')) {
    if (!('message' in event)) throw badReturn('a timeout cannot be postponed')
    machine.postponed.push(event)
  }
  const next = acts.filter(isNextEvent).map(asEvent)
  const retried = isChange ? machine.postponed.splice(0) : []
  const entering: Event[] =
    entersStates && (isChange || isBeginning || op === 'repeat')
      ? [{ kind: 'enter', previous: isBeginning ? after : before }]
      : []
  machine.queue = [...entering, ...next, ...retried, ...machine.queue]
  return {
    replies: acts.filter(isReply),
    cancels: isChange ? [{ of: 'state' }] : [],
    timeouts: acts.filter(isTimeout),
  }
}

export function keyOf(name: TimeoutName): string {
  return name.of === 'name' ? `name:${name.name}` : name.of
}

export function timeoutEvent(name: TimeoutName, content: unknown): Event {
  return name.of === 'name'
    ? { kind: 'timeout', name: name.name, content }
    : { kind: name.of === 'state' ? 'state_timeout' : 'event_timeout', content }
}

function allowInEnter(isChange: boolean, acts: readonly Act[]): void {
  if (isChange) throw badReturn('an enter call cannot change the state')
  const refused = acts.find(({ act }) => act === 'postpone' || act === 'next_event')
  if (refused !== undefined) throw badReturn(`an enter call cannot ${refused.act}`)
}

function badReturn(why: string): Exit {
  return new Exit('bad_return_from_state_function', { why })
}

function isReply(act: Act): act is Act & { act: 'reply' } {
  return act.act === 'reply'
}

function isNextEvent(act: Act): act is Act & { act: 'next_event' } {
  return act.act === 'next_event'
}

function isTimeout(act: Act): act is Act & { act: 'timeout' } {
  return act.act === 'timeout'
}

function asEvent({ kind, message }: Act & { act: 'next_event' }): Event {
  return { kind, type: typeOf(message), message }
}

/** A message's `type`, empty without one. */
export function typeOf(message: unknown): string {
  const type = typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : ''
  return typeof type === 'string' ? type : ''
}
