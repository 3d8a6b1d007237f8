/**
 * From what a plan is about to whom exactly: processes in the order of node and key, some of them picked by the seed, on nodes that are there, armed and
 * able; ports and nodes by their names. Pure over what it is given.
 */
import type { Found } from '@orrery/live/world'
import type { CommandErrorCode } from '@orrery/protocol'
import {
  faultNamed,
  MAX_TARGETS,
  parseTarget,
  pick,
  type Step,
  type StepTarget,
  sampleSize,
} from '@orrery/protocol/faults'
import type { Query } from '@orrery/protocol/query'
import { type Refused, refuse } from './plan.ts'

/** One fault to be laid upon one node under one lease. */
export interface Leg {
  step: number
  node: string
  targets: { key: string; pid: string }[]
  senders: string[] | null
  port: string | null
}

export interface RefusedTarget {
  node: string
  /** Empty where all of the node is meant. */
  key: string
  code: CommandErrorCode
  message: string
}

export interface Chosen {
  legs: Leg[]
  refused: RefusedTarget[]
  /** Processes that match, before any were picked. */
  matching: number
  /** In words, one for each step. */
  labels: string[]
}

export interface TargetSources {
  find(query: Query): Found[]
  found(node: string, keyOrPid: string): Found | null
  /** Why this node cannot take this kind; `null` where it can. */
  refusal(node: string, kind: string): Refused | null
}

/** An injection is one message, and so is what is told of it: neither may be too long for the line. */
const LEG_TARGETS = 2_000
const LEG_BYTES = 400_000
const MAX_SENDERS = 1_000
/** Told one by one. */
const MAX_REFUSED = 1_000

export function resolveTargets(
  steps: readonly Step[],
  sources: TargetSources,
  seed: number,
): { ok: true; chosen: Chosen } | Refused {
  const chosen: Chosen = { legs: [], refused: [], matching: 0, labels: [] }
  let targets = 0
  for (const [index, step] of steps.entries()) {
    const kind = faultNamed(step.fault)
    if (kind === undefined) return refuse('fault.unknown')
    const refusal =
      kind.scope === 'process' || kind.scope === 'supervisor'
        ? ofProcesses(step, index, kind.scope === 'supervisor', sources, seed, chosen)
        : ofNode(step.target, step.fault, index, sources, chosen)
    if (refusal !== null) return refusal
    targets = chosen.legs.reduce((sum, leg) => sum + Math.max(1, leg.targets.length), 0)
    if (targets > MAX_TARGETS)
      return refuse('fault.too_many', `${targets} targets; one experiment may have ${MAX_TARGETS}`)
  }
  return { ok: true, chosen }
}

function ofNode(
  target: StepTarget,
  fault: string,
  step: number,
  sources: TargetSources,
  chosen: Chosen,
): Refused | null {
  if (!('node' in target) || 'pid' in target) return refuse('fault.malformed')
  const port = 'port' in target ? target.port : null
  const refusal = sources.refusal(target.node, fault)
  if (refusal !== null) return refusal
  chosen.legs.push({ step, node: target.node, targets: [], senders: null, port })
  chosen.labels.push(port === null ? target.node : `${port} of ${target.node}`)
  return null
}

function ofProcesses(
  step: Step,
  index: number,
  isOfSupervisors: boolean,
  sources: TargetSources,
  seed: number,
  chosen: Chosen,
): Refused | null {
  const { target } = step
  if ('pid' in target) {
    const refusal = sources.refusal(target.node, step.fault)
    if (refusal !== null) return refusal
    const found = sources.found(target.node, target.pid)
    if (found === null)
      return refuse('process.unknown', `${target.node} has no living process ${target.pid.slice(0, 255)}`)
    if (isOfSupervisors && !found.isSupervisor)
      return refuse('fault.no_target', `${found.name} is no supervisor`)
    chosen.matching++
    chosen.labels.push(found.name)
    chosen.legs.push(...legsOf(index, [found], () => null))
    return null
  }
  if (!('query' in target)) return refuse('fault.malformed')
  const parsed = parseTarget(target.query)
  if (!parsed.ok) return refuse('fault.malformed', parsed.message)
  const matching = sources.find(parsed.query).filter(({ isSupervisor }) => !isOfSupervisors || isSupervisor)
  if (matching.length === 0)
    return refuse(
      'fault.no_target',
      `no ${isOfSupervisors ? 'supervisor' : 'process'} matches "${target.query}"`,
    )
  const able = withoutRefused(matching, step.fault, sources, chosen)
  const senders = sendersOf(target.from, sources)
  if (!senders.ok) return senders
  const reachable = senders.byNode === null ? able : able.filter(({ node }) => senders.byNode?.has(node))
  if (reachable.length < able.length) {
    const lonely = new Set(able.map(({ node }) => node).filter((node) => !senders.byNode?.has(node)))
    for (const node of lonely)
      chosen.refused.push({
        node,
        key: '',
        code: 'fault.no_target',
        message: `no sender matches "${target.from}" there`,
      })
  }
  const picked = pick(reachable, sampleSize(parsed.sample, reachable.length), (seed + index) >>> 0)
  chosen.matching += matching.length
  const edge = target.from === undefined ? '' : `${senders.label} → `
  chosen.labels.push(`${edge}${labelOf(picked.length > 0 ? picked : matching)}`)
  if (picked.length > MAX_TARGETS)
    return refuse('fault.too_many', `${picked.length} targets; one experiment may have ${MAX_TARGETS}`)
  chosen.legs.push(...legsOf(index, picked, (node) => senders.byNode?.get(node) ?? null))
  return null
}

/** Those on nodes that can take it; the others are told, one by one where they are few. */
function withoutRefused(
  matching: readonly Found[],
  fault: string,
  sources: TargetSources,
  chosen: Chosen,
): Found[] {
  const refusals = new Map<string, Refused | null>()
  return matching.filter(({ node, key }) => {
    let refusal = refusals.get(node)
    if (refusal === undefined) {
      refusal = sources.refusal(node, fault)
      refusals.set(node, refusal)
    }
    if (refusal === null) return true
    const { code, message } = refusal
    if (chosen.refused.length < MAX_REFUSED) chosen.refused.push({ node, key, code, message })
    return false
  })
}

type Senders = { ok: true; byNode: Map<string, string[]> | null; label: string } | Refused

/** Senders are known by their keys on the receiver's own node. */
function sendersOf(from: string | undefined, sources: TargetSources): Senders {
  if (from === undefined) return { ok: true, byNode: null, label: '' }
  const parsed = parseTarget(from)
  if (!parsed.ok) return refuse('fault.malformed', parsed.message)
  const found = sources.find(parsed.query)
  if (found.length === 0) return refuse('fault.no_target', `no sender matches "${from}"`)
  const byNode = new Map<string, string[]>()
  for (const { node, key } of found) byNode.set(node, [...(byNode.get(node) ?? []), key])
  for (const [node, keys] of byNode) {
    if (keys.length > MAX_SENDERS)
      return refuse(
        'fault.too_many',
        `${keys.length} senders match on ${node}; an edge may have ${MAX_SENDERS}`,
      )
  }
  return { ok: true, byNode, label: labelOf(found) }
}

function legsOf(step: number, picked: readonly Found[], sendersOn: (node: string) => string[] | null): Leg[] {
  const legs: Leg[] = []
  let bytes = 0
  for (const { node, key, pid } of picked) {
    let leg = legs.at(-1)
    const size = Buffer.byteLength(key) + pid.length + 24
    if (leg?.node !== node || leg.targets.length >= LEG_TARGETS || bytes + size > LEG_BYTES) {
      leg = { step, node, targets: [], senders: sendersOn(node), port: null }
      legs.push(leg)
      bytes = 0
    }
    leg.targets.push({ key, pid })
    bytes += size
  }
  return legs
}

/** Of all steps: `Framer, then TrunkLink`, `Framer and TrunkLink`; neighbours of one name are named once. */
export function labelOfSteps(labels: readonly string[], arrangement: 'together' | 'sequence'): string {
  const told = labels.filter((label, i) => label !== labels[i - 1])
  return told.join(arrangement === 'sequence' ? ', then ' : ' and ').slice(0, 255)
}

/** Like `TrunkLink`, `Call × 51`, `12 processes`. */
export function labelOf(found: readonly Pick<Found, 'name' | 'module'>[]): string {
  const [first] = found
  if (first === undefined) return 'nothing'
  if (found.length === 1) return first.name
  if (first.module !== '' && found.every(({ module }) => module === first.module))
    return `${first.module} × ${found.length}`
  return `${found.length} processes`
}
