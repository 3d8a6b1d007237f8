/** How an experiment comes to the conductor: asked for now, or found in the store after an earlier start of the hub. Pure. */
import type { Actor } from '../commands/commands.ts'
import type { Prepared } from './dry-run.ts'
import type { ExperimentRecord } from './experiment-store.ts'
import { type LiveExperiment, liveLeg } from './live-experiment.ts'
import type { Plan } from './plan.ts'
import { labelOfSteps } from './resolve-targets.ts'

/** Asked for, and not begun. */
export function liveOf(
  plan: Plan,
  actor: Actor,
  routine: string | null,
  prepared: Prepared,
  due: number[],
  nowMs: number,
): LiveExperiment {
  const { name, steps, arrangement, stop: stopWhen, ifRefused, blastPercent, schedule, seed } = plan
  return {
    record: {
      ...{
        id: '',
        name,
        by: actor.who,
        status: 'scheduled',
        endedBy: null,
        endedWhy: '',
        steps,
        arrangement,
      },
      ...{ stop: stopWhen, schedule, seed, ifRefused, blastPercent, routine },
      ...{ createdAtMs: nowMs, startedAtMs: null, endsAtMs: null, endedAtMs: null },
      nodes: [...new Set(prepared.legs.map(({ node }) => node))],
      label: labelOfSteps(prepared.labels, arrangement),
      ...{ legs: [], firings: 0, touched: 0, dropped: 0, crashes: 0, resilience: null, targets: [] },
    },
    ...{ legs: [], due, runs: 0, figures: null, dirty: new Set() },
  }
}

/** As it was written; its legs are waited for, not renewed. */
export function revived(record: ExperimentRecord, nowMs: number): LiveExperiment {
  const legs = record.legs.map((legRecord) => {
    const places = [...record.targets.entries()].filter(([, { leaseId }]) => leaseId === legRecord.leaseId)
    const isWhole = places.length === 1 && places[0]?.[1].pid === ''
    const leg = {
      ...{ step: legRecord.step, node: legRecord.node, senders: null },
      targets: isWhole ? [] : places.map(([, { key, pid }]) => ({ key, pid })),
      port: isWhole ? places[0]?.[1].key || null : null,
    }
    const kind = record.steps[legRecord.step]?.fault ?? ''
    const revivedLeg = liveLeg(legRecord, leg, kind, 0, 0)
    revivedLeg.places.clear()
    for (const [place, { key }] of places) revivedLeg.places.set(key, place)
    revivedLeg.startedAtMs = record.startedAtMs
    const isSettled = places.every(
      ([, { state }]) => state === 'recovered' || state === 'gone' || state === 'refused',
    )
    revivedLeg.state = isSettled || isOverRecord(record) ? 'ended' : 'ending'
    revivedLeg.endedAtMs = revivedLeg.state === 'ended' ? record.endedAtMs : null
    revivedLeg.endingSinceMs = nowMs
    revivedLeg.lostAtMs = nowMs
    return revivedLeg
  })
  return { record, legs, due: [], runs: 0, figures: null, dirty: new Set() }
}

export function isOverRecord({ status }: ExperimentRecord): boolean {
  return status === 'ended' || status === 'refused'
}
