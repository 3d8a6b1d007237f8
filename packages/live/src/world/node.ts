/** One node as the hub knows it: who it is, whether it is heard, its processes and figures. Fed by frames. */
import { type Drops, type Frame, type Hello, LIMITS, type WireRecord } from '@orrery/protocol'
import type { NodeRow } from '../views/types.ts'
import { Host } from './host.ts'
import { KindRates } from './kind-rates.ts'
import { Lifecycle } from './lifecycle.ts'
import { Marks } from './marks.ts'
import { displayName } from './names.ts'
import { Pasts } from './past.ts'
import { Processes } from './processes.ts'
import { Sampling } from './sampling.ts'
import { NodeSeries } from './seconds.ts'
import { type RecentTimings, Timings } from './timings.ts'

/** What became of a frame. */
export interface FrameOutcome {
  /** It had been applied before, and was not again. */
  isDuplicate: boolean
  /** Frames missing before it, by its number. */
  gap: number
  records: number
  /** Records, or samples in them, about refs nobody has heard of. */
  unknownRefs: number
}

/** Exact counts of crashes alike, also of those whose report was not kept. */
export interface StormTotal {
  total: number
  notStored: number
}

const MAX_STORMS = 1_024

export class NodeState {
  readonly name: string
  hello: Hello
  status: NodeRow['status'] = 'live'
  lastHeardAtMs: number
  startedAtMs: number
  /** Highest frame number applied of this incarnation, 0 for none. */
  lastSeq = 0
  gaps = 0
  drops = 0
  /** The same by kind, and when the last of them was. */
  dropped: Drops = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
  lastDropMs: number | null = null
  processes = new Processes()
  readonly series = new NodeSeries()
  /** Messages by behaviour and module. */
  readonly kinds = new KindRates()
  readonly host = new Host()
  readonly marks: Marks
  readonly pasts = new Pasts()
  storms = new Map<string, StormTotal>()
  sampling: Sampling
  readonly timings: Timings
  lifecycle: Lifecycle
  /** The experiment that has it stand still. */
  pausedBy: string | null = null
  /** Whoever was held still has this long to be heard again. */
  #waitUntilMs = Number.NEGATIVE_INFINITY
  /** Changes of the node itself: its hello, whether it is heard, its leases. */
  version = 0

  constructor(hello: Hello, nowMs: number) {
    this.name = hello.node
    this.hello = hello
    this.lastHeardAtMs = nowMs
    this.startedAtMs = Date.parse(hello.startedAt)
    this.marks = new Marks(hello.node)
    this.sampling = new Sampling(this.processes, this.series, this.kinds)
    this.timings = new Timings(this.processes)
    this.lifecycle = this.#newLifecycle()
  }

  /** The node came back, as the same incarnation or as another, which begins with nothing. */
  greet(hello: Hello, nowMs: number): void {
    const isSame = hello.incarnation === this.hello.incarnation
    this.hello = hello
    this.startedAtMs = Date.parse(hello.startedAt)
    this.#heard(nowMs)
    this.version++
    if (isSame) return
    const { structure, pools } = this.processes
    this.processes = new Processes()
    // The number a reader remembers must not come again.
    this.processes.structure = structure + pools.version + 1
    const { second, version } = this.sampling
    this.sampling = new Sampling(this.processes, this.series, this.kinds)
    this.timings.renew(this.processes)
    this.sampling.second = second
    this.sampling.version = version + 1
    this.storms = new Map()
    this.lastSeq = 0
    this.gaps = 0
    this.drops = 0
    this.dropped = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }
    this.lastDropMs = null
    this.host.begin()
    this.lifecycle = this.#newLifecycle()
  }

  frame(frame: Frame, nowMs: number): FrameOutcome {
    this.#heard(nowMs)
    const outcome: FrameOutcome = { isDuplicate: false, gap: 0, records: 0, unknownRefs: 0 }
    if (frame.seq <= this.lastSeq) return { ...outcome, isDuplicate: true }
    if (this.lastSeq > 0) outcome.gap = frame.seq - this.lastSeq - 1
    this.lastSeq = frame.seq
    this.gaps += outcome.gap
    const { samples, lifecycle, results, crashes } = frame.drops
    const drops = samples + lifecycle + results + crashes
    if (drops > this.drops) this.lastDropMs = nowMs
    this.drops = drops
    this.dropped = frame.drops
    this.processes.allowMoves()
    for (const record of frame.records) {
      outcome.unknownRefs += this.#apply(record, frame, nowMs)
      outcome.records++
    }
    this.sampling.roll(nowMs)
    this.host.roll(nowMs, this.sampling.latest)
    this.processes.pools.settle(nowMs)
    return outcome
  }

  /** Whether anything a reader sees may have changed with time alone. */
  tick(nowMs: number): void {
    if (this.status === 'live' || this.status === 'stale') {
      const silentMs = nowMs - this.lastHeardAtMs
      const isExpected = this.pausedBy !== null || nowMs < this.#waitUntilMs
      if (silentMs >= LIMITS.goneAfterMs && !isExpected) this.setStatus('gone')
      else if (silentMs >= LIMITS.staleAfterMs) this.setStatus('stale')
    }
    // The last picture of a node that is not heard stays as it was.
    if (this.status === 'live') {
      this.lifecycle.tick(nowMs)
      this.processes.pools.settle(nowMs)
    }
    this.marks.prune(nowMs)
  }

  /** It was made to stand still, or is so no more: its silence is no sign of its end. */
  setPause(by: string | null, nowMs: number): void {
    if (this.pausedBy === by) return
    if (by === null) this.#waitUntilMs = nowMs + LIMITS.goneAfterMs
    this.pausedBy = by
    this.version++
  }

  /** What is known of a process's messages of the last five seconds. */
  recentTimings(index: number): RecentTimings | undefined {
    return this.timings.recent(this.sampling.second).get(index)
  }

  setStatus(status: NodeRow['status']): void {
    if (this.status === status) return
    this.status = status
    this.version++
  }

  /** What moves at once, and what moves with the figures. */
  get structure(): number {
    return this.processes.structure + this.processes.pools.version + this.marks.version + this.version
  }

  #heard(nowMs: number): void {
    this.lastHeardAtMs = nowMs
    this.setStatus('live')
  }

  /** Returns how many refs were unknown. */
  #apply(record: WireRecord, frame: Frame, nowMs: number): number {
    const known = (isKnown: boolean): number => (isKnown ? 0 : 1)
    // By the hub's clock: what the frame says of the record's age, taken off the moment it came.
    const at = (atUs: number): number => Math.round(nowMs - Math.max(0, frame.atUs - atUs) / 1_000)
    switch (record.type) {
      case 'snapshot.begin':
        this.lifecycle.snapshotBegins()
        return 0
      case 'snapshot.end':
        this.lifecycle.snapshotEnds()
        return 0
      case 'process.started':
        this.lifecycle.started(record, at(record.atUs), nowMs)
        return 0
      case 'process.initialised':
        return known(this.lifecycle.initialised(record.ref))
      case 'process.exited':
        return known(this.lifecycle.exited(record, at(record.atUs), nowMs))
      case 'process.changed':
        return known(this.lifecycle.changed(record))
      case 'supervisor.decided':
        return known(this.lifecycle.decided(record, at(record.atUs), nowMs))
      case 'process.samples':
        return this.sampling.processes(record)
      case 'message.timings':
        this.timings.add(record, Math.floor(nowMs / 1_000))
        return 0
      case 'node.sample':
        this.sampling.node(record)
        return 0
      case 'node.vitals':
        this.host.take(record)
        return 0
      case 'crash':
        this.#reported(
          record.report.id,
          record.report.identity.key,
          at(record.report.atUs),
          record.report.cause.reason,
        )
        return 0
      case 'crash.amended':
        this.#amended(record.crashId, record.decision)
        return 0
      case 'storm.counts':
        for (const { key, total, notStored } of record.counts) this.#stormed(key, total, notStored)
        return 0
      case 'lease.ended':
        this.#freed(record.id)
        return 0
      case 'command.result':
        return 0
      default:
        record satisfies never
        return 0
    }
  }

  /** A crash nobody's exit told of: its records were given up, the report was not. */
  #reported(id: string, key: string, atMs: number, reason: { tag: string; text: string }): void {
    this.pasts.crashed(key, { id, atMs, tag: reason.tag, text: reason.text, stored: false })
  }

  #amended(
    crashId: string,
    decision: { action: 'restart' | 'leave' | 'give_up'; stopped: unknown[] } | undefined,
  ): void {
    if (decision === undefined) return
    for (const [index, exit] of this.processes.exits) {
      if (exit.crashId !== crashId || exit.action !== null) continue
      exit.action = decision.action
      exit.stopped = decision.stopped.length
      this.processes.touch(index)
    }
  }

  #stormed(key: string, total: number, notStored: number): void {
    const held = this.storms.get(key)
    if (held !== undefined && held.total > total) return
    this.storms.set(key, { total, notStored })
    if (this.storms.size > MAX_STORMS) {
      for (const oldest of this.storms.keys()) {
        this.storms.delete(oldest)
        break
      }
    }
  }

  #freed(lease: string): void {
    for (const [index, id] of this.processes.faults) if (id === lease) this.processes.setFault(index, null)
  }

  #newLifecycle(): Lifecycle {
    const told = {
      crashed: (index: number, atMs: number, exit: { tag: string; text: string; crashId: string }): void => {
        const key = this.processes.keyOf(index)
        const text = exit.text === '' ? exit.tag : exit.text
        const crashId = exit.crashId === '' ? null : exit.crashId
        if (crashId !== null)
          this.pasts.crashed(key, { id: crashId, atMs, tag: exit.tag, text: exit.text, stored: false })
        this.marks.add({ atMs, kind: 'crash', key, name: displayName(this.processes, index), text, crashId })
        this.sampling.crashes.told(Math.floor(atMs / 1_000))
      },
      restarted: (index: number, atMs: number): void => {
        const key = this.processes.keyOf(index)
        const name = displayName(this.processes, index)
        const text = `restarted as ${this.processes.columns.pid[index] ?? ''}`
        this.marks.add({ atMs, kind: 'restart', key, name, text, crashId: null })
        this.sampling.restarts.told(Math.floor(atMs / 1_000))
      },
    }
    return new Lifecycle(this.processes, this.pasts, told)
  }
}
