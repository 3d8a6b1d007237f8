/** What a plan would hit: targets from the world, blast radius from the nodes themselves, and whether the limits allow it. Changes nothing. */
import { randomUUID } from 'node:crypto'
import type { World } from '@orrery/live/world'
import type { CommandErrorCode, Hello } from '@orrery/protocol'
import { COMMAND_ERRORS } from '@orrery/protocol'
import { type BlastRadius, type DryRun, faultNamed, type Injection } from '@orrery/protocol/faults'
import type { AgentCalls } from '../commands/agent-calls.ts'
import { readRadius } from './blast.ts'
import { createTally, type Hit, overBlast, sharePercent } from './limits.ts'
import { refusalOf } from './offers.ts'
import { type Plan, type Refused, refuse } from './plan.ts'
import { type Leg, type RefusedTarget, resolveTargets } from './resolve-targets.ts'
import { seedOfRun } from './schedule.ts'
import { warningsOf } from './warnings.ts'

export interface Prepared {
  /** Without the targets that their node refused. */
  legs: Leg[]
  refused: RefusedTarget[]
  matching: number
  labels: string[]
  radii: { step: number; node: string; radius: BlastRadius }[]
  sharePercent: number
  warnings: string[]
}

export interface DryRunSources {
  world: Pick<World, 'find' | 'found' | 'node' | 'nodes'>
  calls: Pick<AgentCalls, 'call'>
  hello(node: string): Hello | null
}

const PREVIEW_MS = 3_000

/** Chooses and asks; refused where nothing is left, or more would be hit than the plan allows. */
export async function prepare(
  plan: Plan,
  run: number,
  sources: DryRunSources,
): Promise<{ ok: true; prepared: Prepared } | (Refused & { prepared: Prepared | null })> {
  const known = new Set(sources.world.nodes())
  const resolved = resolveTargets(
    plan.steps,
    {
      find: (query) => sources.world.find(query),
      found: (node, keyOrPid) => sources.world.found(node, keyOrPid),
      refusal: (node, kind) => refusalOf(node, kind, known.has(node), sources.hello(node)),
    },
    seedOfRun(plan.seed, run),
  )
  if (!resolved.ok) return { ...resolved, prepared: null }
  const { chosen } = resolved
  const asked = await Promise.all(chosen.legs.map((leg) => preview(leg, plan, run, sources)))
  const legs: Leg[] = []
  const refused = [...chosen.refused]
  const radii: Prepared['radii'] = []
  const tally = createTally()
  for (const { leg, radius, refusal } of asked) {
    if (refusal !== null) {
      refused.push({ node: leg.node, key: '', ...refusal })
      continue
    }
    const no = new Map((radius?.refused ?? []).map(({ key, code }) => [key, code]))
    for (const [key, code] of no) refused.push({ node: leg.node, key, ...wordsOf(code) })
    const targets = leg.targets.filter(({ key }) => !no.has(key))
    if (leg.targets.length > 0 && targets.length === 0) continue
    legs.push({ ...leg, targets })
    if (radius !== null) radii.push({ step: leg.step, node: leg.node, radius })
    if (isShareOfNode(leg, plan))
      tally.add(leg.node, sources.world.node(leg.node)?.processes ?? 0, targets, radius)
  }
  const hits = tally.hits()
  const prepared: Prepared = {
    ...{ legs, refused, radii, matching: chosen.matching, labels: chosen.labels },
    sharePercent: Math.max(0, ...hits.map(sharePercent)),
    warnings: warningsOf(plan, radii),
  }
  const refusal = refusalOfWhole(plan, prepared, hits)
  return refusal === null ? { ok: true, prepared } : { ...refusal, prepared }
}

export function presentDryRun(plan: Plan, prepared: Prepared | null, refusal: Refused | null): DryRun {
  const legs = prepared?.legs ?? []
  return {
    matching: prepared?.matching ?? 0,
    targets: legs.flatMap(({ step, node, targets, port }) =>
      (targets.length > 0 ? targets : [{ key: port ?? '', pid: '' }]).map(({ key, pid }) => ({
        step,
        node,
        key,
        pid,
      })),
    ),
    refused: prepared?.refused ?? [],
    blast: prepared?.radii ?? [],
    sharePercent: Math.round((prepared?.sharePercent ?? 0) * 10) / 10,
    warnings: prepared?.warnings ?? [],
    refusal: refusal === null ? null : { code: refusal.code, message: refusal.message },
    seed: plan.seed,
  }
}

/** As it is sent to an agent. */
export function injectionOf(leg: Leg, plan: Pick<Plan, 'steps' | 'seed'>, run: number): Injection {
  const step = plan.steps[leg.step]
  if (step === undefined) throw new RangeError(`no step ${leg.step}`)
  return {
    fault: step.fault,
    targets: leg.targets,
    senders: leg.senders,
    port: leg.port,
    follow: step.follow,
    // Parsed by the kind's own schema: JSON, all of it.
    parameters: step.parameters as Injection['parameters'],
    when: step.when,
    seed: seedOfRun(plan.seed, run),
    durationMs: step.durationMs,
    maxFirings: step.maxFirings,
  }
}

function refusalOfWhole(plan: Plan, prepared: Prepared, hits: Hit[]): Refused | null {
  const [first] = prepared.refused
  if (first !== undefined && (prepared.legs.length === 0 || plan.ifRefused === 'stop_all'))
    return refuse(first.code, first.message)
  if (prepared.legs.length === 0) return refuse('fault.no_target')
  return overBlast(hits, plan.blastPercent)
}

interface Previewed {
  leg: Leg
  radius: BlastRadius | null
  refusal: { code: CommandErrorCode; message: string } | null
}

/** A node that does not answer in time is judged by its targets alone. */
async function preview(leg: Leg, plan: Plan, run: number, { calls }: DryRunSources): Promise<Previewed> {
  const command = { op: 'fault.preview', id: randomUUID(), injection: injectionOf(leg, plan, run) } as const
  const result = await calls.call(leg.node, command, PREVIEW_MS)
  if (result.ok) return { leg, radius: readRadius(result.value), refusal: null }
  // Of an agent that knows no preview, or is too busy for one, nothing is known but its targets.
  const isSilent = !/^(fault|port|process)\./.test(result.code) && result.code !== 'node.gone'
  return {
    leg,
    radius: null,
    refusal: isSilent ? null : { ...wordsOf(result.code), message: `${leg.node}: ${result.message}` },
  }
}

/** A fault of a port or a whole node is not a share of it. */
function isShareOfNode(leg: Leg, plan: Plan): boolean {
  const scope = faultNamed(plan.steps[leg.step]?.fault ?? '')?.scope
  return scope === 'process' || scope === 'supervisor'
}

/** Codes of a newer agent are not ours to know. */
export function wordsOf(code: string): { code: CommandErrorCode; message: string } {
  const known = code in COMMAND_ERRORS ? (code as CommandErrorCode) : 'node.unsupported'
  return {
    code: known,
    message: known === code ? COMMAND_ERRORS[known] : `refused with ${code.slice(0, 64)}`,
  }
}
