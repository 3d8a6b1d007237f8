/** Reads what a mailbox holds and what it remembers, for crash reports and inspection. */

import { messageType } from './call.ts'
import { type Bounds, capture, type Snapshot } from './capture.ts'
import { kindOf, type MessageKind } from './crash.ts'
import type { Proc } from './process.ts'

export interface RecordedMessage {
  readonly seq: number
  readonly kind: MessageKind
  readonly type: string
  readonly value: Snapshot
  readonly sender: string | null
  /** When its handler began, within a slice. */
  readonly atUs: number
  readonly waitUs: number
  /** `null` where the handler was not timed: async handlers always are, synchronous ones are sampled. */
  readonly tookUs: number | null
  readonly isFatal: boolean
  /** Id of the injected fault that touched it, or `null`. */
  readonly firing: string | null
}

export interface MailboxFacts {
  readonly length: number
  readonly oldestUs: number | null
  /** Most frequent first, of the first 1,000 messages. */
  readonly byType: readonly { readonly type: string; readonly count: number }[]
  readonly first: readonly QueuedMessage[]
  readonly last: readonly QueuedMessage[]
}

export interface QueuedMessage {
  readonly type: string
  readonly kind: MessageKind
  readonly value: Snapshot
  readonly sender: string | null
  readonly ageUs: number
}

const SHOWN = 5
const COUNTED = 1_000
const TYPES = 20

export function readMailbox(process: Proc, bounds: Partial<Bounds>): MailboxFacts {
  const { mailbox } = process
  if (mailbox === null || mailbox.length === 0) {
    return { length: 0, oldestUs: null, byType: [], first: [], last: [] }
  }
  const { head, tail } = mailbox
  const counts = new Map<string, number>()
  for (let seq = head + 1; seq <= tail && seq <= head + COUNTED; seq++) {
    const type = messageType(mailbox.slots[mailbox.at(seq)])
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  const queued = (seq: number): QueuedMessage => {
    const at = mailbox.at(seq)
    const { slots } = mailbox
    return {
      type: messageType(slots[at]),
      kind: kindOf(slots[at + 2]),
      value: capture(slots[at], bounds),
      sender: nameOrPid(slots[at + 1] as Proc | null),
      ageUs: process.node.clock.sinceUs(slots[at + 3] as number),
    }
  }
  const first: QueuedMessage[] = []
  for (let seq = head + 1; seq <= tail && first.length < SHOWN; seq++) first.push(queued(seq))
  const last: QueuedMessage[] = []
  for (let seq = Math.max(head + SHOWN, tail - SHOWN) + 1; seq <= tail; seq++) last.push(queued(seq))
  return {
    length: tail - head,
    oldestUs: first[0]?.ageUs ?? null,
    byType: [...counts]
      .map(([type, count]) => ({ type, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, TYPES),
    first,
    last,
  }
}

/** Oldest first; the last one is fatal where the process died of handling it. */
export function readRecorder(
  process: Proc,
  bounds: Partial<Bounds>,
  isLastFatal: boolean,
): { entries: RecordedMessage[]; overwritten: number } {
  const { mailbox } = process
  if (mailbox === null) return { entries: [], overwritten: 0 }
  const { head, kept } = mailbox
  const entries: RecordedMessage[] = []
  const oldest = Math.max(1, head - kept + 1)
  for (let seq = oldest; seq <= head; seq++) {
    const at = mailbox.at(seq)
    const { slots } = mailbox
    entries.push({
      seq,
      kind: kindOf(slots[at + 2]),
      type: messageType(slots[at]),
      value: capture(slots[at], bounds),
      sender: nameOrPid(slots[at + 1] as Proc | null),
      atUs: Math.max(
        0,
        Math.round(process.node.clock.us - process.node.clock.sinceUs(slots[at + 4] as number)),
      ),
      waitUs: mailbox.waitedUs(seq),
      tookUs: rounded(mailbox.tookUs(seq)),
      isFatal: isLastFatal && seq === head,
      firing: mailbox.firingOf(seq),
    })
  }
  return { entries, overwritten: oldest - 1 }
}

function nameOrPid(process: Proc | null): string | null {
  return process === null ? null : (process.name ?? process.pid.toString())
}

function rounded(us: number | null): number | null {
  return us === null ? null : Math.round(us)
}
