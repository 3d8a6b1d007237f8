/** The lab's sentences: what a button will do, when a fault fires, why it ended. Pure. */
import type { BlastRadius, DryRun, EXPERIMENT_ENDS, Schedule, When } from '@orrery/protocol/faults'
import { count, plural } from '../live/format.ts'
import type { Draft, DraftStep } from './draft.ts'
import type { Kind } from './lab-api.ts'

type End = (typeof EXPERIMENT_ENDS)[number]

const VERBS: Readonly<Record<string, string>> = {
  kill: 'Kill',
  crash_next: 'Crash',
  throw: 'Throw in',
  crash_times: 'Crash',
  slow: 'Slow down',
  busy: 'Busy',
  hang: 'Hang',
  delay: 'Delay messages to',
  drop: 'Drop messages to',
  duplicate: 'Duplicate messages to',
  reorder: 'Reorder messages to',
  corrupt: 'Corrupt messages to',
  flood: 'Flood',
  block: 'Block',
  memory: 'Fill the heap of',
  clock: 'Skew the clock of',
  partition: 'Partition',
  dependency: 'Fail',
  pause: 'Pause',
  node_kill: 'Kill',
  exhaust: 'Exhaust',
}

/** What is hit, in words: `51 processes`, `TrunkLink`, `exchange@kista-1`, `lager on exchange@kista-1`. */
export function objectOf(kind: Kind, step: DraftStep, names: readonly string[], targets: number): string {
  if (kind.scope === 'node') return step.node || 'a node'
  if (kind.scope === 'port') return step.port === '' ? 'a port' : `${step.port} on ${step.node}`
  const one = kind.scope === 'supervisor' ? 'supervisor' : 'process'
  if (targets === 1 && names[0] !== undefined) return names[0]
  return plural(targets, one, one === 'process' ? 'processes' : 'supervisors')
}

/** Of the targets of one step, as their node calls them; where they are many only their module is told, so by key. */
export function targetNames(run: DryRun | null, at: number): string[] {
  return (run?.targets ?? [])
    .filter(({ step }) => step === at)
    .map(({ key, node }) => nameOf(run, key) ?? (key.split('/').at(-1) || node))
}

function nameOf(run: DryRun | null, key: string): string | null {
  for (const { radius } of run?.blast ?? []) {
    const groups = (radius as Partial<BlastRadius> | null)?.groups ?? []
    const own = groups.find(
      ({ effect, keys, count }) => effect === 'targeted' && count === 1 && keys[0] === key,
    )
    if (own) return own.label
  }
  return null
}

/** What has to be typed first: whatever is hit by the faults that reach far; `null` where none does. */
export function typedWords(
  draft: Draft,
  kinds: ReadonlyMap<string, Kind>,
  run: DryRun | null,
): string | null {
  const objects = draft.steps.flatMap((step, at) => {
    const kind = kinds.get(step.kind)
    const names = targetNames(run, at)
    if (!kind?.needsTyping || names.length === 0) return []
    return [names.length === 1 ? (names[0] as string) : objectOf(kind, step, names, names.length)]
  })
  return objects.length === 0 ? null : [...new Set(objects)].join(', ')
}

/** The confirm button states the effect: `Throw in 51 processes for 60 s`. */
export function effectText(
  draft: Draft,
  kinds: ReadonlyMap<string, Kind>,
  object: string,
  lasting: number | null = draft.steps[0]?.durationMs ?? null,
): string {
  const later = laterText(draft.schedule)
  if (draft.steps.length > 1) {
    return `Run ${plural(draft.steps.length, 'fault')}${draft.arrangement === 'sequence' ? ' in sequence' : ''}${later}`
  }
  const kind = kinds.get(draft.steps[0]?.kind ?? '')
  if (kind === undefined) return 'Run'
  const verb = VERBS[kind.kind] ?? kind.title
  const time = kind.life === 'shot' ? '' : lasting === null ? ' until halted' : ` for ${lastingText(lasting)}`
  return `${verb} ${object}${time}${later}`
}

function laterText(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'now':
      return ''
    case 'at':
      return ', later'
    case 'every':
    case 'pattern':
      return `, ${count(schedule.times)} times`
    default: {
      const never: never = schedule
      return never
    }
  }
}

/** A time that was chosen, in the words it was chosen by: `60 s`, `5 min`, `250 ms`. */
export function lastingText(ms: number): string {
  if (ms >= 120_000 && ms % 60_000 === 0) return `${ms / 60_000} min`
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`
}

export function whenText(when: When): string {
  switch (when.kind) {
    case 'always':
      return 'at every message'
    case 'once':
      return 'once'
    case 'times':
      return `${count(when.times)} times, then never again`
    case 'probability':
      return `at ${percent(when.probability)} of messages`
    case 'duty':
      return `${lastingText(when.onMs)} on, ${lastingText(when.offMs)} off`
    default: {
      const never: never = when
      return never
    }
  }
}

/** `2.0 %`, `0.15 %`, `20 %`. */
export function percent(share: number): string {
  const value = share * 100
  return `${value >= 10 ? Math.round(value) : value >= 1 ? value.toFixed(1) : Number(value.toFixed(2))} %`
}

const ENDS: Record<End, string> = {
  done: 'ran to its end',
  stopped: 'stopped',
  halted: 'halted with all others',
  crashes: 'stopped itself: too many crashes',
  intensity: 'stopped itself: restart intensity nearly used up',
  mailbox: 'stopped itself: a mailbox grew too long',
  lost: 'stopped itself: a node was not heard',
  handling: 'stopped itself: handling took too long',
  refused: 'refused',
  hub_restarted: 'ended when the hub was started again',
}

export function endText(end: string | null): string {
  return end !== null && Object.hasOwn(ENDS, end) ? ENDS[end as End] : (end ?? '')
}

export const VERDICT_GLYPH = { absorbed: 'busy', degraded: 'backlog', escalated: 'crashed' } as const
