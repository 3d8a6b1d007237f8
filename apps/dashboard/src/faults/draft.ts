/** What is being put together in the composer, and the request it becomes. Pure; the address and a scenario hold the same. */
import type {
  DryRun,
  FormField,
  ScenarioBody,
  Schedule,
  Step,
  StepTarget,
  StopWhen,
  When,
} from '@orrery/protocol/faults'
import type { Asked, Kind } from './lab-api.ts'

export type Value = string | number | boolean

export interface DraftStep {
  kind: string
  /** Of a fault of processes or supervisors: which. */
  query: string
  /** Only messages of senders that match; empty for all. */
  from: string
  /** Of a fault of a node or port. */
  node: string
  port: string
  follow: 'static' | 'dynamic'
  /** Those that were changed; the form has the others. */
  parameters: Record<string, Value>
  /** `null` for the kind’s own. */
  when: When | null
  /** `null`: until halted. */
  durationMs: number | null
  maxFirings: number
}

export interface Draft {
  name: string
  steps: DraftStep[]
  /** The step that is being edited. */
  at: number
  arrangement: 'together' | 'sequence'
  stop: StopWhen
  ifRefused: 'run_rest' | 'stop_all'
  blastPercent: number
  schedule: Schedule
  /** `null`: the hub picks one, and the dry run tells it. */
  seed: number | null
}

export const MAX_STEPS = 16
export const DEFAULT_STOP: StopWhen = {
  crashes: 100,
  intensityPercent: 80,
  mailbox: 10_000,
  lostMs: 2_000,
  handlingP99Ms: null,
}

export function newStep(kind: string): DraftStep {
  return {
    kind,
    query: '',
    from: '',
    node: '',
    port: '',
    follow: 'dynamic',
    parameters: {},
    when: null,
    durationMs: 60_000,
    maxFirings: 10_000,
  }
}

export function newDraft(kind: string): Draft {
  return {
    name: '',
    steps: [newStep(kind)],
    at: 0,
    arrangement: 'together',
    stop: DEFAULT_STOP,
    ifRefused: 'run_rest',
    blastPercent: 25,
    schedule: { kind: 'now' },
    seed: null,
  }
}

export function stepOf(draft: Draft): DraftStep {
  return draft.steps[draft.at] ?? (draft.steps[0] as DraftStep)
}

export function changeStep(draft: Draft, change: Partial<DraftStep>): Draft {
  return { ...draft, steps: draft.steps.map((step, i) => (i === draft.at ? { ...step, ...change } : step)) }
}

/** Another kind of fault in the place of the one that is edited; its target stays where it can, the name of a scenario does not. */
export function withKind(draft: Draft, kind: string): Draft {
  if (stepOf(draft).kind === kind) return draft
  return changeStep({ ...draft, name: '' }, { kind, parameters: {}, when: null })
}

export function addStep(draft: Draft): Draft {
  if (draft.steps.length >= MAX_STEPS) return draft
  const { kind, query, node } = stepOf(draft)
  return { ...draft, steps: [...draft.steps, { ...newStep(kind), query, node }], at: draft.steps.length }
}

export function dropStep(draft: Draft, at: number): Draft {
  if (draft.steps.length === 1) return draft
  const steps = draft.steps.filter((_, i) => i !== at)
  return { ...draft, steps, at: Math.min(draft.at > at ? draft.at - 1 : draft.at, steps.length - 1) }
}

/** Targets of the edited step, those that would be refused among them; of several steps nobody knows whose those are. */
export function takenBy(run: Pick<DryRun, 'targets' | 'refused'> | null, draft: Draft): number | null {
  if (run === null) return null
  const own = run.targets.filter(({ step }) => step === draft.at).length
  if (draft.steps.length === 1) return own + run.refused.length
  return run.refused.length === 0 ? own : null
}

/** The parameter as it stands: changed, or as the form has it. */
export function valueIn(step: DraftStep, field: FormField): Value {
  return step.parameters[field.name] ?? field.default
}

/** What is missing before anything can be asked; `null` where nothing is. */
export function missing(draft: Draft, kinds: ReadonlyMap<string, Kind>): string | null {
  for (const [i, step] of draft.steps.entries()) {
    const kind = kinds.get(step.kind)
    const which = draft.steps.length > 1 ? `Fault ${i + 1}: ` : ''
    if (kind === undefined) return `${which}choose a fault of the catalogue.`
    if (kind.scope === 'port' && (step.node === '' || step.port === '')) return `${which}choose a port.`
    if (kind.scope === 'node' && step.node === '') return `${which}choose a node.`
    if ((kind.scope === 'process' || kind.scope === 'supervisor') && step.query.trim() === '')
      return `${which}say which processes.`
    const { when } = step
    if (when?.kind === 'probability' && !(when.probability > 0 && when.probability <= 1))
      return `${which}the probability is above 0 and at most 100 %.`
  }
  return null
}

function targetOf(step: DraftStep, kind: Kind): StepTarget {
  if (kind.scope === 'port') return { node: step.node, port: step.port }
  if (kind.scope === 'node') return { node: step.node }
  const query = step.query.trim()
  return kind.hasEdges && step.from.trim() !== '' ? { query, from: step.from.trim() } : { query }
}

function requestStep(step: DraftStep, kind: Kind): Step {
  return {
    fault: step.kind,
    target: targetOf(step, kind),
    follow: step.follow,
    parameters: Object.fromEntries(kind.form.map((field) => [field.name, valueIn(step, field)])),
    when: kind.when === null ? null : step.when,
    durationMs: step.durationMs,
    maxFirings: step.maxFirings,
  }
}

/** What a scenario keeps of it: all but the time and the seed. */
export function bodyOf(draft: Draft, kinds: ReadonlyMap<string, Kind>): ScenarioBody {
  const steps = draft.steps.flatMap((step) => {
    const kind = kinds.get(step.kind)
    return kind === undefined ? [] : [requestStep(step, kind)]
  })
  const { name, arrangement, stop, ifRefused, blastPercent } = draft
  return { name, steps, arrangement, stop, ifRefused, blastPercent }
}

export function askedOf(draft: Draft, kinds: ReadonlyMap<string, Kind>): Asked {
  const { schedule, seed } = draft
  return { ...bodyOf(draft, kinds), schedule, ...(seed === null ? {} : { seed }) }
}

/** The draft that would ask for it again: of a scenario, or of an experiment that ran. */
export function draftOf(
  body: Omit<ScenarioBody, 'ifRefused' | 'blastPercent'> & Partial<ScenarioBody>,
): Draft {
  const steps = body.steps.map((step): DraftStep => {
    const { target } = step
    return {
      kind: step.fault,
      query: 'query' in target ? target.query : 'pid' in target ? pidQuery(target.node, target.pid) : '',
      from: 'query' in target ? (target.from ?? '') : '',
      node: 'node' in target ? target.node : '',
      port: 'port' in target ? target.port : '',
      follow: step.follow,
      parameters: plainValues(step.parameters),
      when: step.when,
      durationMs: step.durationMs,
      maxFirings: step.maxFirings,
    }
  })
  const [first] = steps
  if (first === undefined) return newDraft('')
  return {
    ...newDraft(first.kind),
    name: body.name,
    steps,
    arrangement: body.arrangement,
    stop: body.stop,
    ifRefused: body.ifRefused ?? 'run_rest',
    blastPercent: body.blastPercent ?? 25,
  }
}

/** One process in the query language, by logical key or pid. */
export function pidQuery(node: string, key: string): string {
  return `node:${quoted(node)} ${/^<[\d.]+>$/.test(key) ? 'pid' : 'key'}:${quoted(key)}`
}

export function quoted(value: string): string {
  return /^[\w.@<>/#-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

function plainValues(parameters: Record<string, unknown>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, Value] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  )
}
