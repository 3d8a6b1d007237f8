/** Tells a world what an agent would, in frames, on a clock of its own. For tests and benchmarks. */
import type { Frame, Hello, NodeSample, ProcessStarted, WireRecord } from '@orrery/protocol'
import type { FrameOutcome } from '../node.ts'
import { createWorld, type World } from '../world.ts'

export const START_MS = 1_800_000_000_000

export type Child = Partial<Omit<ProcessStarted, 'type' | 'supervisor'>> & {
  ref: number
  supervisor?: SupervisorSpec
}
type SupervisorSpec = NonNullable<ProcessStarted['supervisor']>

export const ONE_FOR_ONE: SupervisorSpec = { strategy: 'one_for_one', intensity: 3, periodMs: 5_000 }
export const ONE_FOR_ALL: SupervisorSpec = { ...ONE_FOR_ONE, strategy: 'one_for_all' }
export const OF_MANY: SupervisorSpec = { ...ONE_FOR_ONE, strategy: 'simple_one_for_one' }

export function helloOf(node: string, incarnation = '00000000-0000-4000-8000-000000000001'): Hello {
  return {
    protocol: { min: 1, max: 1 },
    node,
    incarnation,
    runtime: { kind: 'orrery', name: 'orrery', version: '0.1.0' },
    agentVersion: '0.1.0',
    release: null,
    capabilities: ['tree'],
    absent: {},
    token: null,
    startedAt: new Date(START_MS).toISOString(),
    pid: 1,
    host: 'host',
  }
}

export function started(child: Child, atUs = 0): ProcessStarted {
  const kind = child.supervisor ? 'supervisor' : 'worker'
  return {
    type: 'process.started',
    atUs,
    pid: `<0.${child.ref}.0>`,
    parentRef: 0,
    childId: '',
    slot: 0,
    replaces: 0,
    name: '',
    label: '',
    behaviour: child.supervisor ? 'Supervisor' : 'GenServer',
    module: child.supervisor ? 'Sup' : 'Worker',
    kind,
    isInitialised: true,
    restart: 'permanent',
    shutdown: 5_000,
    restarts: 0,
    ...child,
    supervisor: child.supervisor ?? null,
  }
}

export class Teller {
  readonly world: World
  readonly node: string
  nowMs = START_MS
  #seq = 0
  #handled = 0

  constructor(world = createWorld({ nowMs: START_MS }), node = 'mail@localhost') {
    this.world = world
    this.node = node
    world.hello(helloOf(node), this.nowMs)
  }

  get atUs(): number {
    return (this.nowMs - START_MS) * 1_000
  }

  tell(...records: WireRecord[]): FrameOutcome {
    const drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
    const frame: Frame = { seq: ++this.#seq, atUs: this.atUs, wallMs: this.nowMs, drops, records }
    return this.world.frame(this.node, frame, this.nowMs)
  }

  /** A new incarnation of the node. */
  again(incarnation: string): void {
    this.#seq = 0
    this.world.hello(helloOf(this.node, incarnation), this.nowMs)
  }

  start(...children: Child[]): FrameOutcome {
    return this.tell(...children.map((child) => started(child, this.atUs)))
  }

  snapshot(...children: Child[]): void {
    const { atUs } = this
    const records = children.map((child) => started(child, atUs))
    this.tell({ type: 'snapshot.begin', atUs }, ...records, { type: 'snapshot.end', atUs })
  }

  exit(ref: number, how: { crashId?: string; tag?: string; willRestart?: boolean } = {}): FrameOutcome {
    const { crashId = '', tag = crashId === '' ? 'normal' : 'boom', willRestart = false } = how
    const kind = crashId === '' ? 'normal' : 'throw'
    return this.tell({
      type: 'process.exited',
      atUs: this.atUs,
      ref,
      kind,
      tag,
      text: tag,
      crashId,
      willRestart,
    })
  }

  decide(
    ref: number,
    action: 'restart' | 'leave' | 'give_up',
    how: { crashId?: string; stops?: number[] } = {},
  ): void {
    const { crashId = '', stops = [] } = how
    this.tell({ type: 'supervisor.decided', atUs: this.atUs, ref, crashId, action, stops, restartsUsed: 1 })
  }

  /** A second passes; then the figures, each `[ref, mailbox, received, handled]`, cumulative. */
  second(samples: [number, number, number, number][] = [], node: Partial<NodeSample> = {}): void {
    this.pass(1_000)
    this.figures(samples, node)
    this.world.tick(this.nowMs)
  }

  figures(samples: [number, number, number, number][] = [], node: Partial<NodeSample> = {}): void {
    const column = (i: 0 | 1 | 2 | 3): number[] => samples.map((sample) => sample[i])
    this.#handled += 10
    this.tell(
      {
        type: 'process.samples',
        atUs: this.atUs,
        refs: column(0),
        mailbox: column(1),
        received: column(2),
        handled: column(3),
      },
      {
        type: 'node.sample',
        atUs: this.atUs,
        processes: samples.length,
        sent: this.#handled,
        handled: this.#handled,
        mailbox: 0,
        crashes: 0,
        restarts: 0,
        eventLoopDelayP99Ms: 1,
        utilisation: 0.5,
        rssBytes: 1,
        heapUsedBytes: 1,
        heapLimitBytes: 2,
        deadLetters: 0,
        agent: { cpuMs: 0, spoolBytes: 0, spoolRefused: 0, accepted: 0, acked: 0 },
        ...node,
      },
    )
  }

  pass(ms: number): void {
    this.nowMs += ms
  }

  /** Seconds pass in which the node only says that it lives. */
  quiet(seconds: number): void {
    for (let i = 0; i < seconds; i++) this.second()
  }

  get tree() {
    const tree = this.world.treeView(this.node)
    if (tree === null) throw new Error('no such node')
    return tree
  }

  /** The row of a key; fails where there is none. */
  row(key: string) {
    const row = this.tree.rows[key]
    if (row === undefined) throw new Error(`no row ${key} among ${Object.keys(this.tree.rows).join(', ')}`)
    return row
  }
}
