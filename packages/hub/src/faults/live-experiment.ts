/** An experiment while it runs: its legs, and what agents say of them written into its record. Nothing here waits or sends. */
import type { Injected } from '@orrery/live/world'
import { type FaultStatus, faultNamed, type TargetRecord as ToldTarget } from '@orrery/protocol/faults'
import type { ExperimentRecord, LegRecord, TargetRecord } from './experiment-store.ts'
import type { Figures } from './figures.ts'
import type { Leg } from './resolve-targets.ts'

/** `waiting`: for its turn in a sequence; `asking`: sent, not answered. */
export type LegState = 'waiting' | 'asking' | 'active' | 'ending' | 'ended'

export interface LiveLeg {
  readonly record: LegRecord
  readonly leg: Leg
  readonly kind: string
  readonly run: number
  /** Its places among the targets, by key. */
  readonly places: Map<string, number>
  state: LegState
  firings: number
  touched: number
  dropped: number
  held: number
  crashes: number
  startedAtMs: number | null
  endedAtMs: number | null
  /** When it was asked, or expected, to end. */
  endingSinceMs: number | null
  /** The node's connection is gone since. */
  lostAtMs: number | null
  /** The node is there, in the same life, since: its word must come soon. */
  heardSinceMs: number | null
}

export interface LiveExperiment {
  record: ExperimentRecord
  legs: LiveLeg[]
  /** When each run is due, and how many began. */
  due: number[]
  runs: number
  figures: Figures | null
  /** Places that changed since they were written. */
  dirty: Set<number>
}

const FINAL: readonly TargetRecord['state'][] = ['recovered', 'gone', 'refused']

export function isOver({ record }: LiveExperiment): boolean {
  return record.status === 'ended' || record.status === 'refused'
}

export function openLegs(live: LiveExperiment): LiveLeg[] {
  return live.legs.filter(({ state }) => state !== 'ended')
}

export function liveLeg(record: LegRecord, leg: Leg, kind: string, run: number, firstPlace: number): LiveLeg {
  const keys = leg.targets.length > 0 ? leg.targets.map(({ key }) => key) : [keyOfWhole(leg)]
  return {
    ...{ record, leg, kind, run },
    places: new Map(keys.map((key, n) => [key, firstPlace + n])),
    state: 'waiting',
    ...{ firings: 0, touched: 0, dropped: 0, held: 0, crashes: 0 },
    ...{ startedAtMs: null, endedAtMs: null, endingSinceMs: null, lostAtMs: null, heardSinceMs: null },
  }
}

/** The records of a leg's targets, before anything was sent. */
export function intended(leg: Leg, leaseId: string): TargetRecord[] {
  const targets = leg.targets.length > 0 ? leg.targets : [{ key: keyOfWhole(leg), pid: '' }]
  return targets.map(({ key, pid }) => ({
    ...{ step: leg.step, node: leg.node, key, pid, leaseId },
    ...{
      state: 'intended' as const,
      code: '',
      firings: 0,
      injectedAtMs: null,
      recoveredAtMs: null,
      readBack: '',
    },
  }))
}

/** What the agent says of some targets, at once or later. What is final stays as it is. */
export function tellTargets(
  live: LiveExperiment,
  leg: LiveLeg,
  targets: readonly ToldTarget[],
  readBack: string,
  nowMs: number,
): void {
  for (const told of targets) {
    const place =
      leg.places.get(told.key) ??
      (leg.leg.targets.length === 0 ? leg.places.values().next().value : undefined)
    const held = place === undefined ? undefined : live.record.targets[place]
    if (place === undefined || held === undefined) continue
    const isFinal = FINAL.includes(held.state) && leg.state === 'ended'
    if (isFinal) continue
    const hasBegun = told.state !== 'refused'
    live.record.targets[place] = {
      ...held,
      pid: told.pid === '' ? held.pid : told.pid,
      state: told.state,
      code: told.code,
      firings: told.firings,
      injectedAtMs: held.injectedAtMs ?? (hasBegun ? nowMs : null),
      recoveredAtMs:
        told.state === 'recovered' || told.state === 'gone' ? (held.recoveredAtMs ?? nowMs) : null,
      readBack: readBack === '' || !hasBegun ? held.readBack : readBack,
    }
    live.dirty.add(place)
  }
}

/** Every target of a leg that is not over gets this state. */
export function settleRest(
  live: LiveExperiment,
  leg: LiveLeg,
  state: TargetRecord['state'],
  how: { code?: string; readBack?: string },
  nowMs: number,
): void {
  for (const place of leg.places.values()) {
    const held = live.record.targets[place]
    if (held === undefined || FINAL.includes(held.state)) continue
    const isBack = state === 'recovered' || state === 'gone'
    live.record.targets[place] = {
      ...held,
      state,
      code: how.code ?? held.code,
      readBack: how.readBack ?? held.readBack,
      recoveredAtMs: isBack ? nowMs : null,
    }
    live.dirty.add(place)
  }
}

export function endLeg(live: LiveExperiment, leg: LiveLeg, nowMs: number): void {
  leg.state = 'ended'
  leg.held = 0
  leg.endedAtMs = nowMs
  leg.startedAtMs ??= nowMs
  sumUp(live)
}

/** The event `fault`. */
export function tellStatus(live: LiveExperiment, leg: LiveLeg, status: FaultStatus, nowMs: number): void {
  const { firings, touched, dropped, held, crashes, targets, readBack } = status
  Object.assign(leg, { firings, touched, dropped, held, crashes })
  leg.startedAtMs ??= nowMs
  leg.lostAtMs = null
  tellTargets(live, leg, targets, readBack, nowMs)
  if (leg.state === 'asking' || leg.state === 'waiting') leg.state = 'active'
  if (status.state === 'ended') {
    // What it does not name was never laid upon, or is told no more.
    settleRest(
      live,
      leg,
      'unverified',
      { readBack: readBack === '' ? 'the node did not say' : readBack },
      nowMs,
    )
    endLeg(live, leg, nowMs)
  }
  sumUp(live)
}

export function sumUp(live: LiveExperiment): void {
  const { record, legs, figures } = live
  const sum = (of: (leg: LiveLeg) => number): number => legs.reduce((total, leg) => total + of(leg), 0)
  record.firings = Math.max(
    record.firings,
    sum(({ firings }) => firings),
  )
  record.touched = Math.max(
    record.touched,
    sum(({ touched }) => touched),
  )
  record.dropped = Math.max(
    record.dropped,
    sum(({ dropped }) => dropped),
  )
  record.crashes = Math.max(
    record.crashes,
    sum(({ crashes }) => crashes),
    figures?.crashes ?? 0,
  )
}

/** As the world lays it over the nodes: one for each node it is on. */
export function injectedOf(live: LiveExperiment): Injected[] {
  const byNode = new Map<string, LiveLeg[]>()
  for (const leg of live.legs) {
    if (leg.startedAtMs === null) continue
    byNode.set(leg.record.node, [...(byNode.get(leg.record.node) ?? []), leg])
  }
  return [...byNode].map(([node, legs]): Injected => {
    const active = legs.filter(({ state }) => state === 'active' || state === 'ending')
    const drawn = active.length > 0 ? active : legs
    const keys = drawn.flatMap((leg) => keysUnder(live, leg, active.length > 0))
    return {
      id: live.record.id,
      kind: drawn[0]?.kind ?? '',
      node,
      keys: [...new Set(keys)],
      isPause: active.some(({ kind }) => kind === 'pause'),
      startedAtMs: Math.min(...legs.map(({ startedAtMs }) => startedAtMs ?? Number.POSITIVE_INFINITY)),
      endedAtMs: active.length > 0 ? null : Math.max(...legs.map(({ endedAtMs }) => endedAtMs ?? 0)),
    }
  })
}

/** Logical keys of processes a leg lies upon; a dynamic one stays over restarts. */
export function keysUnder(live: LiveExperiment, leg: LiveLeg, isActive = true): string[] {
  if (leg.leg.targets.length === 0) return []
  const step = live.record.steps[leg.record.step]
  const isDynamic = step?.follow === 'dynamic' && faultNamed(leg.kind)?.life === 'lease'
  return [...leg.places].flatMap(([key, place]) => {
    const state = live.record.targets[place]?.state
    if (state === undefined || state === 'refused') return []
    if (!isActive || state === 'injected' || (isDynamic && state === 'gone')) return [key]
    return []
  })
}

function keyOfWhole(leg: Leg): string {
  return leg.port ?? ''
}
