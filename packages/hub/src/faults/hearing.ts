/** What nodes say of experiments, and that they come and go: written into the legs they are about, and into what was seen. Sends nothing by itself. */
import type { CrashReport, Outcome } from '@orrery/protocol'
import type { FaultStatus } from '@orrery/protocol/faults'
import { revived } from './births.ts'
import type { Course } from './course.ts'
import { type ConductorOptions, type Experiments, KEPT_IDS } from './experiments.ts'
import { endLeg, type LiveExperiment, openLegs, settleRest, sumUp, tellStatus } from './live-experiment.ts'
import type { Showing } from './showing.ts'

export interface Hearing {
  /** Of an agent. Resolves when it is durable, so that it can be acknowledged. */
  status(node: string, status: FaultStatus): Promise<void>
  connected(node: string): void
  disconnected(node: string): void
  crashed(report: CrashReport): void
  amended(crashId: string, outcome: Outcome): void
}

export function createHearing(
  options: Pick<ConductorOptions, 'store' | 'agents' | 'moves' | 'clock'>,
  { open, ended, writer }: Pick<Experiments, 'open' | 'ended' | 'writer'>,
  { moved }: Pick<Showing, 'moved'>,
  { advance }: Pick<Course, 'advance'>,
): Hearing {
  const { store, agents, moves, clock } = options
  const causes = new Map<string, LiveExperiment>()

  const status = async (node: string, told: FaultStatus): Promise<void> => {
    const live = open.get(told.experiment) ?? ended.get(told.experiment) ?? (await fromStore(told.experiment))
    const leg = live?.legs.find(({ record }) => record.leaseId === told.leaseId)
    // Of another hub's, or of one that was forgotten: nobody waits for it.
    if (live === null || live === undefined || leg === undefined || leg.record.node !== node) return
    const before = leg.state
    if (before === 'ended' && told.state === 'active') return
    tellStatus(live, leg, told, clock.nowMs())
    const hasEnded = leg.state === 'ended' && before !== 'ended'
    if (hasEnded) advance(live)
    if (hasEnded || before !== leg.state || told.targets.length > 0) moved()
    else moves.touch('faults', 'numbers')
    if (told.state === 'ended' || told.targets.length > 0) await writer.save(live)
  }

  /** One that was over before this hub began, of which a node still tells. */
  const fromStore = async (id: string): Promise<LiveExperiment | null> => {
    const record = await store.get(id)
    return record === null ? null : revived(record, clock.nowMs())
  }

  const crashed = (report: CrashReport): void => {
    const touches = 'value' in report.faults ? report.faults.value : []
    for (const { fault, role } of touches) {
      const live = role === 'silent' ? undefined : (open.get(fault) ?? ended.get(fault))
      if (!live?.figures) continue
      live.figures.crashed(report.id, Date.parse(report.at))
      causes.set(report.id, live)
      if (causes.size > KEPT_IDS) for (const oldest of causes.keys()) if (causes.delete(oldest)) break
      sumUp(live)
      moves.touch('faults', 'numbers')
    }
  }

  const connected = (node: string): void => {
    const incarnation = agents.hello(node)?.incarnation ?? ''
    const nowMs = clock.nowMs()
    for (const live of open.values()) {
      for (const leg of openLegs(live)) {
        if (leg.record.node !== node || leg.state === 'waiting') continue
        if (leg.record.incarnation === incarnation) {
          leg.lostAtMs = null
          leg.heardSinceMs = nowMs
          continue
        }
        const afterMs = leg.startedAtMs === null ? 0 : nowMs - leg.startedAtMs
        const readBack =
          leg.kind === 'node_kill'
            ? `a new life of the node was heard after ${(afterMs / 1_000).toFixed(1)} s`
            : 'the node has ended, and everything in it'
        settleRest(live, leg, 'gone', { readBack }, nowMs)
        endLeg(live, leg, nowMs)
      }
      advance(live)
      void writer.save(live)
    }
    moved()
  }

  const disconnected = (node: string): void => {
    for (const live of open.values()) {
      for (const leg of openLegs(live)) {
        if (leg.record.node !== node) continue
        leg.lostAtMs ??= clock.nowMs()
        leg.heardSinceMs = null
      }
    }
  }

  return {
    status,
    connected,
    disconnected,
    crashed,
    amended(crashId, outcome) {
      const afterMs = outcome.firstHandledAfterMs ?? outcome.backAfterMs
      if (afterMs !== null && afterMs !== undefined) causes.get(crashId)?.figures?.cameBack(crashId, afterMs)
    },
  }
}
