/** A node with one supervisor of many calls, as most tests want it. */
import type { Lease } from '../../views/fault-types.ts'
import { type Child, OF_MANY, ONE_FOR_ONE, Teller } from './teller.ts'

export const ROOT = { ref: 1, name: 'root', supervisor: ONE_FOR_ONE }
export const POOL = { ref: 2, parentRef: 1, childId: 'calls', supervisor: OF_MANY }
export const POOL_KEY = 'root/calls/#pool:Call:GenServer:temporary:5000'

export function call(slot: number): Child {
  return { ref: 10 + slot, parentRef: 2, childId: 'call', slot, module: 'Call', restart: 'temporary' }
}

export function calls(count: number): Teller {
  const t = new Teller()
  t.start(ROOT, POOL, ...Array.from({ length: count }, (_, slot) => call(slot)))
  return t
}

export const suspend = (t: Teller, slot: number, isSuspended = true) =>
  t.tell({ type: 'process.changed', atUs: t.atUs, ref: 10 + slot, isSuspended })

export function lease(id: string, key: string, t: Teller): Lease {
  return {
    id,
    kind: 'suspend',
    node: t.node,
    key,
    pid: '',
    name: '',
    by: 'somebody',
    startedAtMs: t.nowMs,
    endsAtMs: t.nowMs + 5_000,
    status: 'active',
    why: null,
    endedAtMs: null,
  }
}
