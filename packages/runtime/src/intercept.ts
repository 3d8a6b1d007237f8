/**
 * Interceptors: what injected faults are built of. A process has one slot, in it one interceptor for everything that it is
 * sent and handles, and one for each sender (an edge). Whoever has none pays nothing of its own: one mask asks for
 * it together with what is asked of every message anyway (`GUARDED`, `ASIDE`).
 */

import { Call } from './call.ts'
import type { ContractChecker } from './contract.ts'
import type { MessageKind } from './crash.ts'
import type { Debug } from './debug.ts'
import { CAST } from './driver.ts'
import { DEAD, INTERCEPTED } from './flags.ts'
import type { Process } from './hooks.ts'
import type { Proc } from './process.ts'

/** Every method may be left out. An interceptor of an edge is asked before that of the process. */
export interface Interceptor {
  /**
   * Asked when a message arrives, before it stands in the mailbox. `true` takes it: nothing more happens with it but what the
   * interceptor does, now or later, through the delivery. Exit signals, `DOWN` and system messages are never shown.
   */
  onDeliver?(delivery: Delivery): boolean
  /** Called as the handler is about to run. What it throws is the process's crash; what it returns is waited for. */
  beforeHandle?(handling: Handling): PromiseLike<void> | void
  /** Called when the handler has done its work, across its awaits. What it throws is the process's crash. */
  afterHandle?(handling: Handling): void
}

/** A message on its way. */
export interface Delivery {
  readonly to: Process
  readonly from: Process | null
  readonly message: unknown
  readonly kind: MessageKind
  /**
   * Puts the message, or another in its place, into the mailbox; may be called again for a duplicate (of a call, the first answer
   * counts). Where the process has ended meanwhile, it is a dead letter.
   */
  deliver(firing: string | readonly string[] | null, message?: unknown): void
  /** A firing touches the call, not its handling: a timeout of the caller can prove it. */
  markCall(firing: string): void
  /** Makes the message a dead letter with the firing's id. A call is left to its timeout, which then knows the firing. */
  drop(firing: string): void
}

/** A message that is being handled. */
export interface Handling {
  readonly process: Process
  readonly from: Process | null
  readonly message: unknown
  readonly kind: MessageKind
  /** A firing touches this message: a crash of its handler, and a timeout of its caller, can prove it. */
  mark(firing: string): void
  /** A firing keeps the call from its answer: a timeout of its caller can prove it, a crash of the handler does not. */
  markCall(firing: string): void
}

/** What stands in `Proc.interceptor`. */
export interface InterceptorSlot {
  all: Interceptor | null
  edges: Map<Proc, Interceptor> | null
  debug: Debug | null
  guard: ((message: unknown) => unknown) | null
  contract: ContractChecker | null
}

/** Sets or takes out the interceptor of a process, or of the edge from `sender` to it. */
export function setInterceptor(process: Proc, sender: Proc | null, interceptor: Interceptor | null): void {
  const slot = process.interceptor ?? { all: null, edges: null, debug: null, guard: null, contract: null }
  if (sender === null) slot.all = interceptor
  else if (interceptor === null) slot.edges?.delete(sender)
  else {
    slot.edges ??= new Map()
    // An ended sender sends no more.
    for (const edge of slot.edges.keys()) if ((edge.flags & DEAD) !== 0) slot.edges.delete(edge)
    slot.edges.set(sender, interceptor)
  }
  if (slot.edges?.size === 0) slot.edges = null
  put(process, isUsed(slot) ? slot : null)
}

/** Statistics and trace look at every message, too. */
export function setDebug(process: Proc, debug: Debug | null): void {
  const slot = process.interceptor ?? { all: null, edges: null, debug: null, guard: null, contract: null }
  slot.debug = debug
  put(process, isUsed(slot) ? slot : null)
}

/** What every message to the process goes through, in its sender's hands: what it throws is the sender's crash. */
export function setGuard(process: Proc, guard: (message: unknown) => unknown): void {
  const slot = process.interceptor ?? { all: null, edges: null, debug: null, guard: null, contract: null }
  slot.guard = guard
  put(process, slot)
}

export function setContract(process: Proc, contract: ContractChecker): void {
  const slot = process.interceptor ?? { all: null, edges: null, debug: null, guard: null, contract: null }
  slot.contract = contract
  put(process, slot)
}

function put(process: Proc, slot: InterceptorSlot | null): void {
  process.interceptor = slot
  process.flags = slot === null ? process.flags & ~INTERCEPTED : process.flags | INTERCEPTED
}

function isUsed({ all, edges, debug, guard, contract }: InterceptorSlot): boolean {
  return all !== null || edges !== null || debug !== null || guard !== null || contract !== null
}

/** A call, a cast or a plain message: what may be intercepted, dropped or refused. */
export function isOrdinary(meta: unknown): boolean {
  return meta === undefined || meta === CAST || (meta instanceof Call && !meta.isSystem)
}

/** Whether an interceptor took the message. */
export function interceptDelivery(target: Proc, given: unknown, sender: Proc | null, meta: unknown): boolean {
  const { node, interceptor: slot } = target
  if (slot === null || !isOrdinary(meta)) return false
  const message = slot.guard === null ? given : slot.guard(given)
  const edge = sender === null ? undefined : slot.edges?.get(sender)
  if (edge?.onDeliver === undefined && slot.all?.onDeliver === undefined) {
    if (slot.guard === null) return false
    node.enqueue(target, message, sender, meta)
    return true
  }
  const delivery: Delivery = {
    to: target,
    from: sender,
    message,
    kind: kindOf(meta),
    deliver(firing, other = message) {
      if ((target.flags & DEAD) !== 0) {
        node.deadLetter(
          target.pid,
          other,
          sender,
          'noproc',
          typeof firing === 'string' ? firing : (firing?.at(-1) ?? null),
        )
        return
      }
      node.enqueue(target, other, sender, meta)
      if (typeof firing === 'string') markLatest(target, meta, firing)
      else for (const each of firing ?? []) markLatest(target, meta, each)
    },
    markCall(firing) {
      if (meta instanceof Call) meta.firing = firing
    },
    drop(firing) {
      if (meta instanceof Call) meta.firing = firing
      node.counters.sent += 1
      node.deadLetter(target.pid, message, sender, 'intercepted', firing)
    },
  }
  if (edge?.onDeliver?.(delivery) === true) return true
  return slot.all?.onDeliver?.(delivery) === true
}

/** Asks the interceptors of a message that is about to be handled. */
export function interceptHandling(
  slot: InterceptorSlot,
  process: Proc,
  message: unknown,
  sender: Proc | null,
  meta: unknown,
): Intercepted {
  const edge = sender === null ? null : (slot.edges?.get(sender) ?? null)
  const { all } = slot
  const seq = process.handled
  const handling: Handling = {
    process,
    from: sender,
    message,
    kind: kindOf(meta),
    mark(firing) {
      process.mailbox?.noteFiring(seq, firing)
      if (meta instanceof Call) meta.firing = firing
    },
    markCall(firing) {
      if (meta instanceof Call) meta.firing = firing
    },
  }
  slot.debug?.noteIn(process, message, sender)
  const after = () => {
    slot.debug?.noteOut(process)
    edge?.afterHandle?.(handling)
    all?.afterHandle?.(handling)
  }
  const first = edge?.beforeHandle?.(handling)
  const second = all?.beforeHandle?.(handling)
  const isHeld = isThenable(first) || isThenable(second)
  return { held: isHeld ? Promise.all([first, second]) : null, after }
}

export interface Intercepted {
  /** The handler runs once this is over. */
  readonly held: PromiseLike<unknown> | null
  /** To be called when the handler has done its work. */
  readonly after: () => void
}

function markLatest(target: Proc, meta: unknown, firing: string): void {
  if (target.mailbox !== null) target.mailbox.noteFiring(target.mailbox.tail, firing)
  if (meta instanceof Call) meta.firing = firing
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

function kindOf(meta: unknown): MessageKind {
  if (meta === undefined) return 'info'
  return meta === CAST ? 'cast' : 'call'
}
