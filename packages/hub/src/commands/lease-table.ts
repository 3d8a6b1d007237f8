/**
 * The leases the hub renews. A lease is the node's own: it ends there by itself when no renewal comes for
 * `LIMITS.leaseMs`. This table only says which ones somebody still wants, so it may be lost without harm. Pure.
 */
import type { Lease } from '@orrery/live/views'
import { LIMITS } from '@orrery/protocol'

export type NewLease = Omit<Lease, 'status' | 'why' | 'endedAtMs'>

export interface LeaseTable {
  request(lease: NewLease): void
  activate(id: string, endsAtMs: number): void
  /** Whether it was not over before. */
  end(id: string, why: string, nowMs: number): boolean
  get(id: string): Lease | undefined
  /** Not over yet, of one node or of all. */
  open(node?: string): Lease[]
  /** Ids to renew now, by node. */
  renewals(): Map<string, string[]>
  lost(node: string, nowMs: number): void
  /** The node is back; in a new life it knows nothing of its leases. Returns whether any ended. */
  back(node: string, isNewLife: boolean, nowMs: number): boolean
  /** Ends what is over by time and forgets what ended long ago. Returns what ended now. */
  tick(nowMs: number): Lease[]
  all(): Record<string, Lease>
}

/** An agent ends a lease by its own clock; this much later the hub stops believing in it. */
const GRACE_MS = 1_000
const KEPT_MS = 300_000
const KEPT = 200

export function createLeaseTable(): LeaseTable {
  const leases = new Map<string, Lease>()
  const lostAtMs = new Map<string, number>()
  const isOpen = (lease: Lease): boolean => lease.status !== 'ended'

  const table: LeaseTable = {
    request: (lease) =>
      void leases.set(lease.id, { ...lease, status: 'requested', why: null, endedAtMs: null }),
    activate(id, endsAtMs) {
      const lease = leases.get(id)
      if (lease?.status === 'requested') leases.set(id, { ...lease, status: 'active', endsAtMs })
    },
    end(id, why, nowMs) {
      const lease = leases.get(id)
      if (!lease || !isOpen(lease)) return false
      leases.set(id, { ...lease, status: 'ended', why, endedAtMs: nowMs })
      return true
    },
    get: (id) => leases.get(id),
    open: (node) => [...leases.values()].filter((l) => isOpen(l) && (node === undefined || l.node === node)),
    renewals() {
      const byNode = new Map<string, string[]>()
      for (const lease of leases.values()) {
        if (lease.status !== 'active' || lostAtMs.has(lease.node)) continue
        byNode.set(lease.node, [...(byNode.get(lease.node) ?? []), lease.id])
      }
      return byNode
    },
    lost: (node, nowMs) => void lostAtMs.set(node, nowMs),
    back(node, isNewLife, nowMs) {
      lostAtMs.delete(node)
      if (!isNewLife) return false
      return table.open(node).filter((lease) => table.end(lease.id, 'target-gone', nowMs)).length > 0
    },
    tick(nowMs) {
      const ended: Lease[] = []
      for (const lease of table.open()) {
        const lostAt = lostAtMs.get(lease.node)
        const isLost = lostAt !== undefined && nowMs - lostAt >= LIMITS.leaseMs
        if (!isLost && nowMs < lease.endsAtMs + GRACE_MS) continue
        table.end(lease.id, isLost ? 'hub-lost' : 'expired', nowMs)
        ended.push(lease)
      }
      let over = leases.size - KEPT
      for (const [id, lease] of leases) {
        if (isOpen(lease)) continue
        if (over-- > 0 || nowMs - (lease.endedAtMs ?? 0) > KEPT_MS) leases.delete(id)
      }
      return ended
    },
    all: () => Object.fromEntries(leases),
  }
  return table
}
