/** Which file does which kind of fault. A kind of the catalogue that nobody does is a compile error. */
import type { FaultName } from '@orrery/protocol/faults'
import type { FaultDoer } from './kind.ts'
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

const DOERS: { readonly [N in FaultName]: FaultDoer<N> } = {
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
}

/** Parameters are parsed by the kind's own schema before they come here, so what does it need not be told apart. */
export type AnyDoer = FaultDoer<FaultName>

export function doerOf(kind: string): AnyDoer | null {
  return Object.hasOwn(DOERS, kind) ? ((DOERS as unknown as Record<string, AnyDoer>)[kind] ?? null) : null
}
