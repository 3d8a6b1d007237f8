/**
 * Leases: whatever changes a node for a time dies by itself, when its time is over, when the hub has been silent for five
 * seconds, or when its target is gone. Timed by the host's own monotonic clock, never by the node's injected one.
 */
import type { LeaseEnded } from '@orrery/protocol'
import { LIMITS } from '@orrery/protocol'
import type { Target } from './source.ts'

export type LeaseKind = 'suspend' | 'crash_next'

export interface Lease {
  readonly id: string
  readonly kind: LeaseKind
  readonly target: Target
  readonly startedAtMs: number
  readonly durationMs: number
  renewedAtMs: number
}

export interface LeaseTable {
  begin(lease: { id: string; kind: LeaseKind; target: Target; durationMs: number }): void
  renew(ids: readonly string[]): void
  /** Whether there was such a lease. */
  end(id: string, why: LeaseEnded['why']): boolean
  endAll(why: LeaseEnded['why']): number
  on(ref: number, kind?: LeaseKind): Lease[]
  readonly size: number
  stop(): void
}

export interface LeaseOptions {
  /** Undoes the lease's effect; not called for a target that is gone. */
  undo: (lease: Lease) => void
  ended: (id: string, why: LeaseEnded['why']) => void
  run: (where: string, work: () => void) => void
  nowMs?: () => number
}

const CHECK_MS = 200

export function createLeases(options: LeaseOptions): LeaseTable {
  const nowMs = options.nowMs ?? (() => performance.now())
  const leases = new Map<string, Lease>()
  let timer: NodeJS.Timeout | null = null

  const end = (id: string, why: LeaseEnded['why']): boolean => {
    const lease = leases.get(id)
    if (!lease) return false
    leases.delete(id)
    if (lease.target.isAlive) options.run('undo of a lease', () => options.undo(lease))
    options.ended(id, why)
    if (leases.size === 0) stop()
    return true
  }

  const check = (): void => {
    const now = nowMs()
    for (const lease of [...leases.values()]) {
      if (!lease.target.isAlive) end(lease.id, 'target-gone')
      else if (now - lease.startedAtMs >= lease.durationMs) end(lease.id, 'expired')
      else if (now - lease.renewedAtMs >= LIMITS.leaseMs) end(lease.id, 'hub-lost')
    }
  }

  const stop = (): void => {
    if (timer) clearInterval(timer)
    timer = null
  }

  return {
    begin(lease) {
      const now = nowMs()
      leases.set(lease.id, { ...lease, startedAtMs: now, renewedAtMs: now })
      timer ??= setInterval(() => options.run('leases', check), CHECK_MS).unref()
    },
    renew(ids) {
      const now = nowMs()
      for (const id of ids) {
        const lease = leases.get(id)
        if (lease) lease.renewedAtMs = now
      }
    },
    end,
    endAll(why) {
      const ids = [...leases.keys()]
      for (const id of ids) end(id, why)
      return ids.length
    },
    on: (ref, kind) =>
      [...leases.values()].filter((lease) => lease.target.ref === ref && (!kind || lease.kind === kind)),
    get size() {
      return leases.size
    },
    stop,
  }
}
