/**
 * What is looked after every second: leases are renewed, runs that are due begin, a node that was lost or owes its word is waited for only so long, and the
 * conditions to stop are held against what was seen.
 */
import { LIMITS } from '@orrery/protocol'
import { faultNamed } from '@orrery/protocol/faults'
import type { Admission } from './admission.ts'
import type { Course } from './course.ts'
import { type ConductorOptions, DRAWN_MS, type Experiments, SHOWN_ENDED } from './experiments.ts'
import { endLeg, type LiveExperiment, type LiveLeg, openLegs, settleRest, sumUp } from './live-experiment.ts'
import { reasonToStop } from './stop-conditions.ts'
import { secondOf, seenOf } from './watch.ts'

export interface Lookout {
  /** To be called every second. */
  tick(): void
}

/** An agent ends an injection by its own clock; this much later the hub asks. */
const GRACE_MS = 2_000
/** After it was asked, or is back, an agent has this long to say what became of its targets. */
const WORD_MS = 8_000
/** A node that does not come back in this time leaves its targets unverified. */
const RETURN_MS = 45_000
/** How long a killed node has to come back. */
const REBORN_MS = 10_000

export function createLookout(
  options: Pick<ConductorOptions, 'world' | 'agents' | 'moves' | 'clock'>,
  { open, ended }: Pick<Experiments, 'open' | 'ended'>,
  { newSecond }: Pick<Admission, 'newSecond'>,
  { beginAgain, advance, end, askToEnd }: Pick<Course, 'beginAgain' | 'advance' | 'end' | 'askToEnd'>,
): Lookout {
  const { world, agents, moves, clock } = options

  const tick = (): void => {
    const nowMs = clock.nowMs()
    newSecond()
    renew()
    for (const live of [...open.values()]) {
      beginDue(live, nowMs)
      for (const leg of openLegs(live)) look(live, leg, nowMs)
      advance(live)
      watch(live, nowMs)
    }
    for (const live of ended.values()) {
      if (nowMs - (live.record.endedAtMs ?? 0) > DRAWN_MS) live.legs.length = 0
    }
    let over = ended.size - SHOWN_ENDED
    for (const id of ended.keys()) if (over-- > 0) ended.delete(id)
    if (open.size > 0) moves.touch('faults', 'numbers')
  }

  const renew = (): void => {
    const byNode = new Map<string, string[]>()
    for (const live of open.values()) {
      for (const { state, record } of live.legs) {
        if (state === 'active') byNode.set(record.node, [...(byNode.get(record.node) ?? []), record.leaseId])
      }
    }
    for (const [node, leases] of byNode) agents.renew(node, leases)
  }

  const beginDue = (live: LiveExperiment, nowMs: number): void => {
    const { record } = live
    const isIdle = live.legs.every(({ state }) => state === 'ended')
    const dueAtMs = live.due[live.runs]
    if (dueAtMs === undefined || nowMs < dueAtMs || !isIdle || isBeginning.has(live)) return
    if (record.status !== 'scheduled' && record.status !== 'running') return
    isBeginning.add(live)
    void beginAgain(live).finally(() => isBeginning.delete(live))
  }
  const isBeginning = new Set<LiveExperiment>()

  /** A leg whose end is due, or whose node does not say what became of it. */
  const look = (live: LiveExperiment, leg: LiveLeg, nowMs: number): void => {
    const { endsAtMs, node } = leg.record
    const isLife = faultNamed(leg.kind)?.life === 'lease'
    if (
      leg.state === 'active' &&
      isLife &&
      endsAtMs !== null &&
      nowMs > endsAtMs + (leg.kind === 'pause' ? 0 : GRACE_MS)
    ) {
      leg.endingSinceMs = nowMs
      void askToEnd(leg)
    }
    if (
      leg.lostAtMs !== null &&
      leg.state === 'active' &&
      leg.kind !== 'pause' &&
      nowMs - leg.lostAtMs >= LIMITS.leaseMs
    ) {
      leg.state = 'ending'
      leg.endingSinceMs = nowMs
      if (live.record.status === 'running' && leg.kind !== 'node_kill' && live.record.stop.lostMs !== null)
        void end(live, 'lost', `${node} was not heard for ${LIMITS.leaseMs / 1_000} s`)
    }
    if (
      leg.kind === 'node_kill' &&
      leg.startedAtMs !== null &&
      leg.lostAtMs !== null &&
      nowMs - leg.lostAtMs >= REBORN_MS
    ) {
      settleRest(
        live,
        leg,
        'gone',
        { readBack: `no new life of the node was heard within ${REBORN_MS / 1_000} s` },
        nowMs,
      )
      return endLeg(live, leg, nowMs)
    }
    if (leg.endingSinceMs === null) return
    const sinceMs = Math.max(leg.endingSinceMs, leg.heardSinceMs ?? 0)
    const isThere = agents.isConnected(node) && leg.heardSinceMs !== null
    const patienceMs =
      isThere || (agents.isConnected(node) && leg.lostAtMs === null && leg.kind !== 'pause')
        ? WORD_MS
        : RETURN_MS
    if (nowMs - sinceMs < patienceMs) return
    const readBack = isThere
      ? 'the node was heard, and said nothing of it'
      : 'the node did not say what became of it'
    settleRest(live, leg, 'unverified', { readBack }, nowMs)
    endLeg(live, leg, nowMs)
  }

  const watch = (live: LiveExperiment, nowMs: number): void => {
    const { record } = live
    if (record.status !== 'running' && record.status !== 'ending') return
    live.figures?.second(nowMs, secondOf(live, world))
    sumUp(live)
    if (record.status !== 'running') return
    const reason = reasonToStop(record.stop, seenOf(live, world, nowMs))
    if (reason !== null) void end(live, reason.by, reason.why)
  }

  return { tick }
}
