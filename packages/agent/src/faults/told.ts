/** Telling the hub of injections: the last word of each is kept until the hub has it, and said again on every new connection. */
import type { FaultStatus } from '@orrery/protocol/faults'

export interface Told {
  tell(status: FaultStatus, isLast: boolean): void
  /** There is a new connection. */
  again(): void
  /** Last words the hub does not have. */
  readonly kept: number
  /** Injections whose last words were given up because too many waited. */
  readonly lost: number
}

export interface ToldOptions {
  /** Whether it was handed over; `acked` is called when the hub has it. */
  send: (status: FaultStatus, acked: () => void) => boolean
}

/** Injections whose last words are kept. */
const KEPT = 256

export function createTold({ send }: ToldOptions): Told {
  /** By lease, in the order they ended; one that has many targets says it in parts. */
  const kept = new Map<string, Set<FaultStatus>>()
  let lost = 0

  const keep = (status: FaultStatus): void => {
    const parts = kept.get(status.leaseId) ?? new Set()
    parts.add(status)
    kept.set(status.leaseId, parts)
    if (kept.size <= KEPT) return
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      lost += 1
      break
    }
  }

  const sendLast = (status: FaultStatus): void => {
    send(status, () => {
      const parts = kept.get(status.leaseId)
      parts?.delete(status)
      if (parts?.size === 0) kept.delete(status.leaseId)
    })
  }

  return {
    tell(status, isLast) {
      if (!isLast) {
        send(status, () => undefined)
        return
      }
      keep(status)
      sendLast(status)
    },
    again() {
      for (const parts of [...kept.values()]) for (const status of parts) sendLast(status)
    },
    get kept() {
      return kept.size
    },
    get lost() {
      return lost
    },
  }
}
