/** An experiment as a row of the live view. Pure. */
import type { ExperimentRow } from '@orrery/live/views'
import { faultNamed, type Step } from '@orrery/protocol/faults'
import type { ExperimentRecord } from './experiment-store.ts'
import type { LiveExperiment } from './live-experiment.ts'

const SHOWN_KEYS = 50

export function rowOf(record: ExperimentRecord, live: LiveExperiment | null): ExperimentRow {
  const states: Record<string, number> = {}
  for (const { state } of record.targets) states[state] = (states[state] ?? 0) + 1
  const figures = live?.figures ?? null
  const { id, name, by, status, endedBy, endedWhy, steps, nodes, targets, routine } = record
  const { createdAtMs, startedAtMs, endsAtMs, endedAtMs, firings, touched, dropped, crashes, resilience } =
    record
  return {
    ...{ id, name, by, status, endedBy, endedWhy, nodes, routine },
    faults: steps.map(({ fault }) => fault),
    target: record.label,
    detail: steps.length === 1 && steps[0] !== undefined ? detailOf(steps[0]) : '',
    keys: targets.slice(0, SHOWN_KEYS).map(({ node, key }) => ({ node, key })),
    targets: targets.length,
    states,
    ...{ createdAtMs, startedAtMs, endsAtMs, endedAtMs },
    verdict: resilience?.verdict ?? null,
    ...{ firings, touched, dropped, crashes },
    held: live?.legs.reduce((sum, { held }) => sum + held, 0) ?? 0,
    restarts: figures?.restarts ?? resilience?.restarts ?? 0,
    recoveryP50Ms: figures?.recoveryMs(0.5) ?? resilience?.recoveryP50Ms ?? null,
    recoveryP99Ms: figures?.recoveryMs(0.99) ?? resilience?.recoveryP99Ms ?? null,
    throughputPercent: figures?.throughputPercent ?? null,
    chart: figures?.chart ?? null,
  }
}

/** Its numbers with their units, and what was typed or chosen other than by default: `250 ms ± 80`, `window 4`. */
export function detailOf(step: Step): string {
  const kind = faultNamed(step.fault)
  if (kind === undefined) return ''
  const { parameters } = step
  if (step.fault === 'delay') return `${parameters.delayMs} ms ± ${parameters.jitterMs}`
  const parts = kind.form.flatMap((field): string[] => {
    const value = parameters[field.name]
    if (value === undefined || value === '') return []
    if (field.type === 'number')
      return [field.unit === '' ? `${field.label.toLowerCase()} ${value}` : `${value} ${field.unit}`]
    if (value === field.default) return []
    return [field.type === 'switch' ? field.label.toLowerCase() : String(value)]
  })
  const when = step.when === null ? [] : [whenOf(step.when)]
  return [...when, ...parts].join(', ').slice(0, 200)
}

function whenOf(when: NonNullable<Step['when']>): string {
  switch (when.kind) {
    case 'probability':
      return `${Math.round(when.probability * 10_000) / 100} %`
    case 'times':
      return `${when.times}×`
    case 'duty':
      return `${when.onMs / 1_000} s on, ${when.offMs / 1_000} s off`
    default:
      return when.kind
  }
}
