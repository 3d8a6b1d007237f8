/** A mailbox with a maximum: what happens to the message that is too much. Not in OTP; off by default. */
import { Call } from './call.ts'
import { MisuseError } from './errors.ts'
import { DEAD } from './flags.ts'
import { isOrdinary } from './intercept.ts'
import { type Mailbox, NO_LIMIT } from './mailbox.ts'
import type { Proc } from './process.ts'
import { condemn, ExitSignal } from './signals.ts'

/**
 * `drop_newest`: the arriving message is a dead letter. `drop_oldest`: the one that waited longest is. `exit`: the process
 * ends with `{ tag: 'mailbox_overflow' }`, which it cannot trap. A call that is dropped fails at once with the reason
 * `overloaded`. Exit signals, `DOWN` messages and system messages always come in.
 */
export type Overflow = 'drop_newest' | 'drop_oldest' | 'exit'

export interface MaxMailbox {
  /** Messages that may wait, at least 1. */
  readonly length: number
  /** Default `drop_newest`. */
  readonly overflow?: Overflow
}

const POLICIES: readonly string[] = ['drop_newest', 'drop_oldest', 'exit'] satisfies Overflow[]

/** Refuses what makes no sense, then sets or lifts the maximum. */
export function setMaxMailbox(process: Proc, max: MaxMailbox | null): void {
  if (max !== null) {
    const { length, overflow = 'drop_newest' } = max
    if (!Number.isSafeInteger(length) || length < 1 || length > NO_LIMIT || !POLICIES.includes(overflow)) {
      throw new MisuseError(
        'bad_flag',
        'maxMailbox takes a length of at least 1, and drop_newest, drop_oldest or exit',
      )
    }
  }
  process.extra.maxMailbox = max
  if (process.mailbox !== null) process.mailbox.limit = max?.length ?? NO_LIMIT
}

/** The mailbox is full: whether the arriving message goes in all the same. */
export function makeRoom(
  process: Proc,
  mailbox: Mailbox,
  message: unknown,
  sender: Proc | null,
  meta: unknown,
): boolean {
  if (!isOrdinary(meta)) return true
  const { overflow = 'drop_newest', length } = process.cold?.maxMailbox ?? { length: NO_LIMIT }
  if (overflow === 'exit') {
    const reason = { tag: 'mailbox_overflow', length: mailbox.length + 1, max: length }
    condemn(process, reason, new ExitSignal(sender, 'exit', reason))
  }
  if ((process.flags & DEAD) === 0 && overflow === 'drop_oldest') {
    const oldest = oldestOrdinary(mailbox)
    if (oldest >= 0) {
      const at = mailbox.at(mailbox.head + 1 + oldest)
      lose(process, mailbox.slots[at], mailbox.slots[at + 1] as Proc | null, mailbox.slots[at + 2])
      mailbox.remove(oldest)
      return true
    }
  }
  lose(process, message, sender, meta)
  return false
}

function lose(process: Proc, message: unknown, sender: Proc | null, meta: unknown): void {
  process.node.deadLetter(process.pid, message, sender, 'overflow')
  if (meta instanceof Call && meta.isOpen) meta.fail('overloaded', null)
}

function oldestOrdinary(mailbox: Mailbox): number {
  for (let i = 0; i < mailbox.length; i++) {
    if (isOrdinary(mailbox.slots[mailbox.at(mailbox.head + 1 + i) + 2])) return i
  }
  return -1
}
