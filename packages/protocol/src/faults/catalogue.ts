/** The catalogue: every kind of fault our own runtime offers. A new one is a file in `kinds/` and a line here, and its counterpart in the agent. */
import type { z } from 'zod'
import type { FaultKind } from './fault.ts'
import { block } from './kinds/block.ts'
import { busy } from './kinds/busy.ts'
import { clock } from './kinds/clock.ts'
import { corrupt } from './kinds/corrupt.ts'
import { crashNext } from './kinds/crash-next.ts'
import { crashTimes } from './kinds/crash-times.ts'
import { delay } from './kinds/delay.ts'
import { dependency } from './kinds/dependency.ts'
import { drop } from './kinds/drop.ts'
import { duplicate } from './kinds/duplicate.ts'
import { exhaust } from './kinds/exhaust.ts'
import { flood } from './kinds/flood.ts'
import { hang } from './kinds/hang.ts'
import { kill } from './kinds/kill.ts'
import { memory } from './kinds/memory.ts'
import { nodeKill } from './kinds/node-kill.ts'
import { partition } from './kinds/partition.ts'
import { pause } from './kinds/pause.ts'
import { reorder } from './kinds/reorder.ts'
import { slow } from './kinds/slow.ts'
import { throwFault } from './kinds/throw.ts'

/** In the order the lab lists them. */
export const FAULTS = {
  kill,
  crash_next: crashNext,
  throw: throwFault,
  crash_times: crashTimes,
  slow,
  busy,
  hang,
  delay,
  drop,
  duplicate,
  reorder,
  corrupt,
  flood,
  block,
  memory,
  clock,
  partition,
  dependency,
  pause,
  node_kill: nodeKill,
  exhaust,
} as const satisfies Record<string, FaultKind>
export type FaultName = keyof typeof FAULTS
export type FaultParameters<N extends FaultName> = z.infer<(typeof FAULTS)[N]['parameters']>

export function faultNamed(kind: string): FaultKind | undefined {
  return Object.hasOwn(FAULTS, kind) ? (FAULTS as Record<string, FaultKind>)[kind] : undefined
}
