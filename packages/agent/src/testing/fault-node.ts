/** A node on virtual time with faults in it and nothing else of an agent. For tests. */
import type { FaultTouch } from '@orrery/protocol'
import type { FaultName, FaultStatus, Injection } from '@orrery/protocol/faults'
import type { Behaviour, DeadLetter, Node, NodeOptions, Process } from '@orrery/runtime'
import { start } from '@orrery/runtime'
import { virtualTime } from '@orrery/runtime/testing'
import { createAttribution } from '../faults/attribution.ts'
import type { NodeDoors } from '../faults/doors.ts'
import { type Begun, createInjections, type Injections } from '../faults/injections.ts'
import type { FaultTime } from '../faults/kind.ts'
import { runtimeSource } from '../runtime-source.ts'
import type { Source } from '../source.ts'

export interface FaultNode {
  node: Node
  source: Source
  injections: Injections
  statuses: FaultStatus[]
  /** `lease why`, in the order they ended. */
  ended: string[]
  crashes: { key: string; id: string; touches: FaultTouch[] }[]
  letters: DeadLetter[]
  /** What was spun, in milliseconds. */
  spun: number[]
  /** What of the agent's own failed. */
  failures: unknown[]
  nowMs(): number
  settle(): Promise<void>
  /** Moves time in steps of 100 ms; leases are renewed each second unless `isAlone`. */
  advance(ms: number, isAlone?: boolean): Promise<void>
  /** Time passes, and nobody of the agent looks at it. */
  standStill(ms: number): Promise<void>
  /** Lays a fault upon processes by key; what is left out is the kind's own. */
  inject(fault: FaultName, keys: string[], rest?: Partial<Injection> & { leaseId?: string }): Begun
  last(leaseId?: string): FaultStatus
  process(key: string): Process
}

const TICK_MS = 100

export async function faultNode(
  root: Behaviour<undefined, unknown>,
  options: Partial<NodeOptions> = {},
  doors: Partial<NodeDoors> = {},
): Promise<FaultNode> {
  const virtual = virtualTime()
  const node = await start(root, { name: 'test@localhost', ...virtual.options, ...options })
  const source = runtimeSource(node)
  const spun: number[] = []
  const failures: unknown[] = []
  const soon: (() => void)[] = []
  const statuses: FaultStatus[] = []
  const ended: string[] = []
  const crashes: FaultNode['crashes'] = []
  const letters: DeadLetter[] = []
  const time: FaultTime = {
    nowMs: () => virtual.nowMs,
    after(ms, run) {
      const timer = virtual.options.timers.setTimeout(run, ms)
      return () => virtual.options.timers.clearTimeout(timer)
    },
    spin: (ms) => void spun.push(ms),
  }
  const attribution = createAttribution(() => injections)
  const injections = createInjections({
    host: { ...source.faults, ...doors },
    time,
    nowUs: source.nowUs,
    run(where, work) {
      try {
        work()
      } catch (error) {
        failures.push([where, error])
      }
    },
    tell: (status) => void statuses.push(status),
    leaseEnded: (id, why) => void ended.push(`${id} ${why}`),
    claimKill: (pid, laid, firing) =>
      attribution.claimKill(pid, { fault: laid.experiment ?? laid.leaseId, kind: laid.toldAs, firing, laid }),
    soon: (work) => void soon.push(work),
  })
  source.watch({
    happened: () => undefined,
    dying(proof) {
      attribution.dying(proof)
    },
    crashing: () => true,
    crashed(crash) {
      crashes.push({ key: crash.target.key, id: crash.id, touches: attribution.touches(crash.proof) })
    },
    decided: () => undefined,
    outcome: () => undefined,
    failed: (where, error) => void failures.push([where, error]),
  })
  const { hooks } = node
  if (hooks !== null) {
    const { deadLetter } = hooks
    node.hooks = {
      ...hooks,
      deadLetter(letter) {
        letters.push(letter)
        deadLetter?.(letter)
      },
    }
  }
  const doSoon = async (): Promise<void> => {
    await virtual.settle()
    while (soon.length > 0) {
      for (const work of soon.splice(0)) work()
      await virtual.settle()
    }
  }
  let leases = 0
  let renewedAtMs = 0
  const process = (key: string): Process => {
    const found = node.process(key)
    if (found === null) throw new Error(`nobody is ${key}`)
    return found
  }
  await doSoon()
  return {
    node,
    source,
    injections,
    statuses,
    ended,
    crashes,
    letters,
    spun,
    failures,
    nowMs: () => virtual.nowMs,
    settle: doSoon,
    standStill: (ms) => virtual.advance(ms),
    async advance(ms, isAlone = false) {
      const until = virtual.nowMs + ms
      do {
        await virtual.advance(Math.min(TICK_MS, until - virtual.nowMs))
        if (!isAlone && virtual.nowMs - renewedAtMs >= 1_000) {
          renewedAtMs = virtual.nowMs
          injections.renew(Array.from({ length: leases + 1 }, (_, place) => `L${place}`))
        }
        await doSoon()
        injections.tick()
        await doSoon()
      } while (virtual.nowMs < until)
    },
    inject(fault, keys, { leaseId, ...rest } = {}) {
      leases += 1
      const id = leaseId ?? `L${leases}`
      const injection: Injection = {
        fault,
        targets: keys.map((key) => ({ key, pid: String(node.process(key)?.pid ?? '') })),
        senders: null,
        port: null,
        follow: 'dynamic',
        parameters: {},
        when: null,
        seed: 1,
        durationMs: 60_000,
        maxFirings: 10_000,
        ...rest,
      }
      const steps = injections.begin({ leaseId: id, experiment: `F-${id}`, injection })
      for (;;) {
        const step = steps.next()
        if (step.done) return step.value
      }
    },
    last(leaseId) {
      const found = statuses.findLast((status) => leaseId === undefined || status.leaseId === leaseId)
      if (!found) throw new Error('nothing was told')
      return found
    },
    process,
  }
}
