/** What of the lab stands in the address: the fault that is put together, whole. Pure. */
import { type Draft, type DraftStep, MAX_STEPS, newDraft, newStep, stepOf, type Value } from './draft.ts'

export interface LabAddress {
  draft: Draft
}

const FIRST_KIND = 'throw'

/** Kind and target are plain words, so that other screens can link here; the rest is one value, where there is a rest. */
export function readLabAddress(params: Pick<URLSearchParams, 'get'>): LabAddress {
  const kind = params.get('kind') ?? FIRST_KIND
  const plain: DraftStep = {
    ...newStep(kind),
    query: params.get('q') ?? '',
    from: params.get('from') ?? '',
    node: params.get('node') ?? '',
    port: params.get('port') ?? '',
  }
  const draft = { ...newDraft(kind), steps: [plain] }
  const rest = params.get('d')
  return { draft: rest === null ? draft : restored(rest, draft) }
}

export function writeLabAddress({ draft }: LabAddress): string {
  const params = new URLSearchParams()
  const { kind, query, from, node, port } = stepOf(draft)
  params.set('kind', kind)
  for (const [name, value] of [
    ['q', query],
    ['from', from],
    ['node', node],
    ['port', port],
  ] as const) {
    if (value !== '') params.set(name, value)
  }
  const plain = { ...newDraft(kind), steps: [{ ...newStep(kind), query, from, node, port }] }
  if (JSON.stringify(plain) !== JSON.stringify(draft)) params.set('d', JSON.stringify(draft))
  return params.toString()
}

/** The lab, with that fault and target. */
export function labPath(asked: { kind?: string; q?: string; node?: string } = {}): string {
  const params = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))
  const text = params.toString()
  return text ? `/faults?${text}` : '/faults'
}

/** The lab, with a whole draft: to run something again. */
export function draftPath(draft: Draft): string {
  return `/faults?${writeLabAddress({ draft })}`
}

/** Whoever wrote the address: what is not of the right shape is as it comes. */
function restored(text: string, plain: Draft): Draft {
  const value = parsed(text)
  if (!isObject(value) || !Array.isArray(value.steps)) return plain
  const steps = value.steps.filter(isObject).slice(0, MAX_STEPS).map(restoredStep)
  if (steps.length === 0) return plain
  const at = number(value.at, 0)
  return {
    ...plain,
    name: string(value.name, ''),
    steps,
    at: Number.isInteger(at) && at >= 0 && at < steps.length ? at : 0,
    arrangement: value.arrangement === 'sequence' ? 'sequence' : 'together',
    stop: isObject(value.stop) ? restoredStop(value.stop, plain.stop) : plain.stop,
    ifRefused: value.ifRefused === 'stop_all' ? 'stop_all' : 'run_rest',
    blastPercent: number(value.blastPercent, plain.blastPercent),
    schedule: isObject(value.schedule) ? restoredSchedule(value.schedule) : plain.schedule,
    seed: typeof value.seed === 'number' ? value.seed : null,
  }
}

function restoredStep(value: Record<string, unknown>): DraftStep {
  const plain = newStep(string(value.kind, FIRST_KIND))
  const parameters = Object.entries(isObject(value.parameters) ? value.parameters : {}).filter(
    (entry): entry is [string, Value] => ['string', 'number', 'boolean'].includes(typeof entry[1]),
  )
  return {
    ...plain,
    query: string(value.query, ''),
    from: string(value.from, ''),
    node: string(value.node, ''),
    port: string(value.port, ''),
    follow: value.follow === 'static' ? 'static' : 'dynamic',
    parameters: Object.fromEntries(parameters),
    when: isObject(value.when) ? restoredWhen(value.when) : null,
    durationMs: value.durationMs === null ? null : number(value.durationMs, 60_000),
    maxFirings: number(value.maxFirings, plain.maxFirings),
  }
}

function restoredWhen(value: Record<string, unknown>): DraftStep['when'] {
  switch (value.kind) {
    case 'always':
    case 'once':
      return { kind: value.kind }
    case 'times':
      return { kind: 'times', times: number(value.times, 3) }
    case 'probability':
      return { kind: 'probability', probability: number(value.probability, 0.02) }
    case 'duty':
      return { kind: 'duty', onMs: number(value.onMs, 1_000), offMs: number(value.offMs, 1_000) }
    default:
      return null
  }
}

function restoredSchedule(value: Record<string, unknown>): Draft['schedule'] {
  const times = number(value.times, 3)
  switch (value.kind) {
    case 'at':
      return { kind: 'at', at: string(value.at, '') }
    case 'every':
      return { kind: 'every', everyMs: number(value.everyMs, 60_000), times }
    case 'pattern':
      return {
        kind: 'pattern',
        times,
        minGapMs: number(value.minGapMs, 10_000),
        maxGapMs: number(value.maxGapMs, 60_000),
      }
    default:
      return { kind: 'now' }
  }
}

function restoredStop(value: Record<string, unknown>, plain: Draft['stop']): Draft['stop'] {
  const limit = <K extends keyof Draft['stop']>(name: K) =>
    value[name] === null || typeof value[name] === 'number' ? (value[name] as number | null) : plain[name]
  return {
    crashes: limit('crashes'),
    intensityPercent: limit('intensityPercent'),
    mailbox: limit('mailbox'),
    lostMs: limit('lostMs'),
    handlingP99Ms: limit('handlingP99Ms'),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function string(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback
}

function number(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}
