/** Selective receive: costs nothing to processes that do not use it. */

import { Exit } from './exit-reason.ts'
import { BUSY, RECEIVING, SUSPENDED } from './flags.ts'
import { interceptHandling } from './intercept.ts'
import type { Proc } from './process.ts'
import { Timer } from './timers.ts'

export type Match = (message: unknown) => boolean

/** A process waiting in `receive`. Each message is looked at once. */
export class Receiver extends Timer {
  private readonly process: Proc
  private readonly match: Match | null
  private readonly resolve: (message: unknown) => void
  private readonly reject: (error: unknown) => void
  /** Messages at the front of the mailbox that did not match. */
  private seen: number
  private isDue = false

  constructor(
    process: Proc,
    match: Match | null,
    seen: number,
    resolve: (message: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.process = process
    this.match = match
    this.seen = seen
    this.resolve = resolve
    this.reject = reject
  }

  /** Messages were taken out of the mailbox, at these places behind the oldest. */
  forget(places: readonly number[]): void {
    this.seen -= places.filter((place) => place < this.seen).length
  }

  hasUnread(): boolean {
    const { mailbox } = this.process
    return this.isDue || (mailbox !== null && mailbox.length > this.seen)
  }

  /** Looks at what came since, in the process's own turn; a match that throws is the process's crash. */
  look(): void {
    const { process, match } = this
    const index = find(process, match, this.seen)
    if (index < 0) {
      this.seen = process.mailboxLength
      if (this.isDue) this.fire()
      return
    }
    this.stop()
    process.flags |= BUSY
    process.node.scheduler.owesContinuation = true
    this.resolve(pick(process, index))
  }

  override fire(): void {
    // Whoever is suspended is held back from its timeout too.
    if ((this.process.flags & SUSPENDED) !== 0) {
      this.isDue = true
      return
    }
    this.stop()
    this.process.flags |= BUSY
    this.reject(new ReceiveTimeout())
  }

  /** The process ended or its handler returned. */
  cancel(): void {
    this.stop()
  }

  private stop(): void {
    if (this.list !== null) this.process.node.timers.remove(this)
    this.process.receiver = null
    this.process.flags &= ~RECEIVING
  }
}

/** No matching message came in time. Uncaught, the process exits with the reason `timeout`. */
export class ReceiveTimeout extends Exit {
  constructor() {
    super('timeout')
    this.name = 'ReceiveTimeout'
  }
}

/** Where the first matching message stands, from `start` on, or -1. */
export function find(process: Proc, match: Match | null, start: number): number {
  const { mailbox } = process
  if (mailbox === null) return -1
  for (let i = start; i < mailbox.length; i++) {
    if (match === null || match(mailbox.slots[mailbox.at(mailbox.head + 1 + i)])) return i
  }
  return -1
}

/** Takes the message at `index` out of the mailbox. */
export function pick(process: Proc, index: number): unknown {
  const { mailbox, node } = process
  if (mailbox === null) return undefined
  mailbox.bringForward(index)
  const at = mailbox.take(node.clock.tick)
  const message = mailbox.slots[at]
  node.counters.handled += 1
  if (process.cold !== null) process.cold.sends = null
  if (process.interceptor === null) return message
  // A receive that was awaited goes on when the interceptor lets it; there is no handler that could be over.
  const sender = mailbox.slots[at + 1] as Proc | null
  const { held } = interceptHandling(process.interceptor, process, message, sender, mailbox.slots[at + 2])
  return held === null ? message : held.then(() => message)
}
