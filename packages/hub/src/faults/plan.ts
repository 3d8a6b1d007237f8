/** What somebody asks for, read into a plan: every fault known, its parameters whole, its targets of the sort it is laid upon. Pure. */
import type { CommandErrorCode } from '@orrery/protocol'
import { COMMAND_ERRORS } from '@orrery/protocol'
import {
  FAULTS,
  type FaultKind,
  faultNamed,
  faultRequest,
  parseTarget,
  type ScenarioBody,
  type Schedule,
  type Step,
  scenarioBody,
} from '@orrery/protocol/faults'
import type { z, z as zod } from 'zod'
import type { ScenarioLookup } from './faults.ts'

export interface Plan extends ScenarioBody {
  /** Of the request. */
  id: string | null
  schedule: Schedule
  seed: number
}

export type Refused = { ok: false; code: CommandErrorCode; message: string }
export type ReadPlan = { ok: true; plan: Plan } | Refused

const [short, long, saved] = faultRequest.options

/** @param newSeed for a request that names none, so that it can be played again */
export async function readPlan(
  body: unknown,
  scenarioOf: ScenarioLookup,
  newSeed: () => number,
): Promise<ReadPlan> {
  if (hasKey(body, 'scenario')) {
    const read = saved.safeParse(body)
    if (!read.success) return malformed(read.error)
    const { scenario, id, schedule, seed } = read.data
    const found = await scenarioOf(scenario)
    if (found === null) return refuse('scenario.unknown')
    return checked(found, { id: id ?? null, schedule, seed: seed ?? newSeed() })
  }
  if (hasKey(body, 'steps')) {
    const read = long.safeParse(body)
    if (!read.success) return malformed(read.error)
    const { id, schedule, seed, ...whole } = read.data
    return checked(whole, { id: id ?? null, schedule, seed: seed ?? newSeed() })
  }
  const read = short.safeParse(body)
  if (!read.success) return malformed(read.error)
  const { id, schedule, seed, name, stop, ifRefused, blastPercent, ...step } = read.data
  const whole = { name, stop, ifRefused, blastPercent, steps: [step], arrangement: 'together' as const }
  return checked(whole, { id: id ?? null, schedule, seed: seed ?? newSeed() })
}

/** A scenario to be saved: checked as a request is. */
export function readScenario(body: unknown): { ok: true; body: ScenarioBody } | Refused {
  const read = scenarioBody.safeParse(body)
  if (!read.success) return malformed(read.error)
  const plan = checked(read.data, { id: null, schedule: { kind: 'now' }, seed: 0 })
  return plan.ok ? { ok: true, body: read.data } : plan
}

/** The first sentence of what is wrong; a value beyond its limit is told apart. */
export function malformed(error: zod.ZodError, at = ''): Refused {
  const issue = deepest(error.issues[0])
  const where = [at, ...(issue?.path ?? []).map(String)].filter((part) => part !== '').join('.')
  const isOver = issue?.code === 'too_big' || issue?.code === 'too_small'
  const words = issue?.message ?? 'not understood'
  return refuse(isOver ? 'fault.over_limit' : 'fault.malformed', where === '' ? words : `${where}: ${words}`)
}

export function refuse(code: CommandErrorCode, message: string = COMMAND_ERRORS[code]): Refused {
  return { ok: false, code, message: message.slice(0, 1_024) }
}

function checked(whole: ScenarioBody, how: Pick<Plan, 'id' | 'schedule' | 'seed'>): ReadPlan {
  const steps: Step[] = []
  for (const [index, step] of whole.steps.entries()) {
    const read = readStep(step, whole.steps.length > 1 ? `steps.${index}` : '')
    if (!read.ok) return read
    steps.push(read.step)
  }
  const endless = steps.findIndex(({ durationMs }, index) => durationMs === null && isLease(steps, index))
  if (endless >= 0) {
    if (whole.arrangement === 'sequence' && endless < steps.length - 1)
      return refuse(
        'fault.malformed',
        `steps.${endless}: only the last one of a sequence may last until it is ended`,
      )
    if (how.schedule.kind === 'every' || how.schedule.kind === 'pattern')
      return refuse('fault.malformed', 'durationMs: what runs again and again has to end by itself')
  }
  if (how.schedule.kind === 'pattern' && how.schedule.minGapMs > how.schedule.maxGapMs)
    return refuse('fault.malformed', 'schedule.minGapMs: is above maxGapMs')
  return { ok: true, plan: { ...whole, ...how, steps } }
}

function isLease(steps: readonly Step[], index: number): boolean {
  return faultNamed(steps[index]?.fault ?? '')?.life === 'lease'
}

function readStep(step: Step, at: string): { ok: true; step: Step } | Refused {
  const kind = faultNamed(step.fault)
  const where = (field: string): string => (at === '' ? field : `${at}.${field}`)
  if (kind === undefined)
    return refuse(
      'fault.unknown',
      `${where('fault')}: no fault ${step.fault} is known; there are ${Object.keys(FAULTS).join(', ')}`,
    )
  const parameters = kind.parameters.safeParse(step.parameters)
  if (!parameters.success) return malformed(parameters.error, where('parameters'))
  if (step.when !== null && kind.when === null)
    return refuse('fault.malformed', `${where('when')}: ${kind.kind} is done once and takes no when`)
  const wrong = wrongTarget(step.target, kind)
  if (wrong !== null) return refuse('fault.malformed', `${where('target')}: ${wrong}`)
  return { ok: true, step: { ...step, parameters: parameters.data } }
}

function wrongTarget(target: Step['target'], kind: FaultKind): string | null {
  const isOfProcesses = kind.scope === 'process' || kind.scope === 'supervisor'
  if ('query' in target) {
    if (!isOfProcesses) return `${kind.kind} is laid upon a ${kind.scope}, not upon processes`
    if (target.from !== undefined && !kind.hasEdges) return `${kind.kind} cannot be laid on an edge`
    for (const text of [target.query, target.from ?? '']) {
      const parsed = parseTarget(text)
      if (!parsed.ok) return parsed.message
    }
    return null
  }
  if ('pid' in target)
    return isOfProcesses ? null : `${kind.kind} is laid upon a ${kind.scope}, not upon a process`
  if ('port' in target)
    return kind.scope === 'port' ? null : `${kind.kind} is laid upon a ${kind.scope}, not upon a port`
  return kind.scope === 'node'
    ? null
    : `${kind.kind} is laid upon a ${kind.scope}, not upon a node as a whole`
}

type Issue = z.core.$ZodIssue

/** Of a union what is wrong with the member that came nearest. */
function deepest(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const nearest = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]))
  const best = nearest.sort((a, b) => b.path.length - a.path.length)[0]
  if (best === undefined) return issue
  const inner = deepest(best)
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

function hasKey(body: unknown, key: string): boolean {
  return typeof body === 'object' && body !== null && key in body
}
