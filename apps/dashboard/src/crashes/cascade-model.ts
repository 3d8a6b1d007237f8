/**
 * A cascade as lanes on a time axis: who stood where, what took each down and by which mechanism, what the supervisors
 * decided, when each was back. Everything here is a fact of the reports; what they do not time is drawn without a time.
 */

import type { CascadeMember, CrashView } from '@orrery/live/views'
import { type CrashReport, fieldValue, type Strategy } from '@orrery/protocol'
import { decodeSegment, isOfNode, shortName } from '@orrery/protocol/text'

export interface Lane {
  /** The pid; of what never had one of its own, its name. */
  id: string
  name: string
  note: string | null
  role: 'supervisor' | 'crashed' | 'stopped' | 'peer'
  strategy: Strategy | null
  /** From this moment it was down; `null` when it stayed up. */
  downFromMs: number | null
  /** Until this moment; `null` while it is still down. */
  downUntilMs: number | null
  /** What happened to it, in words. */
  effect: string | null
  /** Its own report, where that is another. */
  crashId: string | null
}

/** What went from one lane to another. */
export interface CascadeLink {
  from: string
  to: string
  atMs: number
  /** Towards who decides about it, or towards who suffers of it. */
  kind: 'exit' | 'effect'
}

export interface DecisionBar {
  lane: string
  text: string
  fromMs: number
  /** `null` where nothing came of it, or it is not known yet. */
  untilMs: number | null
}

export interface CascadeModel {
  lanes: Lane[]
  links: CascadeLink[]
  /** What each supervisor did, in words, over the span it took. */
  decisions: DecisionBar[]
  /** The lane of the report itself. */
  own: string
  /** When it was back, or all that were down where all were, in ms after the root's exit. */
  backMs: number | null
  isAllBack: boolean
  /** The axis in ms relative to the root's exit. */
  fromMs: number
  toMs: number
  ticks: number[]
  down: number
  messagesLost: number | null
  supervisorsExited: number
  /** Lanes there is no room for. */
  hidden: number
  /** The root, where the report is not of it. */
  root: { id: string; name: string; mechanism: string } | null
}

const MOST_MEMBERS = 10
const MOST_STOPPED = 6
const MOST_PEERS = 4

const ALONE: CrashView['cascade'] = { members: [], more: 0 }

/** `cascade`: the members there are reports of; without them the report alone is told. */
export function cascadeOf(report: CrashReport, cascade = ALONE): CascadeModel {
  const members = cascade.members.some(({ id }) => id === report.id) ? cascade.members : [memberOf(report)]
  const own = members.find(({ id }) => id === report.id) ?? memberOf(report)
  const lanes = isOfNode(report) ? nodeLanes(report, own) : lanesOf(report, members, own)
  const kept = keep(lanes)
  const isKept = new Set(kept.map(({ id }) => id))
  const down = lanes.filter(({ downFromMs }) => downFromMs !== null)
  const isAllBack = down.every(({ downUntilMs }) => downUntilMs !== null)
  const ownBackMs = lanes.find(({ id }) => id === own.pid)?.downUntilMs ?? null
  const backMs = isAllBack ? Math.max(...down.map(({ downUntilMs }) => downUntilMs ?? 0)) : ownBackMs
  const moments = lanes.flatMap(({ downFromMs, downUntilMs }) => [downFromMs ?? 0, downUntilMs ?? 0])
  // The first message may come much later: it would squeeze what the exit did into nothing.
  const latestMs = Math.max(...moments)
  const spanMs = latestMs > 0 ? latestMs : 10
  return {
    lanes: kept,
    links: linksOf(members, own, lanes).filter(({ from, to }) => isKept.has(from) && isKept.has(to)),
    decisions: members
      .flatMap((member) => decisionOf(member, members))
      .filter(({ lane }) => isKept.has(lane)),
    own: own.pid,
    backMs,
    isAllBack,
    fromMs: -spanMs * 0.12,
    toMs: spanMs * 1.14,
    ticks: ticksOf(spanMs),
    down: processesDown(report, down.length) + cascade.more,
    messagesLost: fieldValue(report.mailbox)?.length ?? null,
    supervisorsExited: new Set(
      members.flatMap((one) => (isGivenUp(one) ? [one.decision?.supervisor.pid] : [])),
    ).size,
    hidden: lanes.length - kept.length + cascade.more,
    root: rootOf(own, members),
  }
}

/** A report on its own, as a member of the cascade it is in. */
function memberOf(report: CrashReport): CascadeMember {
  const { key, pid, name } = report.identity
  const cascade = fieldValue(report.cascade)
  const decision = fieldValue(report.decision)
  const outcome = fieldValue(report.outcome)
  return {
    id: report.id,
    key,
    pid,
    name,
    reason: report.cause.reason.tag,
    afterMs: 0,
    parentId: cascade?.parentCrash ?? null,
    mechanism: cascade?.mechanism ?? null,
    depth: cascade?.depth ?? 0,
    decision: decision ? { ...decision, restart: decision.childSpec.restart } : null,
    outcome: outcome ?? null,
  }
}

/** Supervisors from the outermost in, what crashed in its order, who was stopped, then who only heard of it. */
function lanesOf(report: CrashReport, members: readonly CascadeMember[], own: CascadeMember): Lane[] {
  const lanes = new Map<string, Lane>()
  const supervisors = members.flatMap((member) => (member.decision ? [{ member, of: member.decision }] : []))
  for (const { of } of supervisors.sort(
    (a, b) =>
      depthOf(a.of.supervisor.key) - depthOf(b.of.supervisor.key) || a.member.afterMs - b.member.afterMs,
  )) {
    const { pid, key, name } = of.supervisor
    if (lanes.has(pid)) continue
    const crashed = members.find((other) => other.pid === pid)
    // One that gave up exits, also where its own report is not here.
    const gaveUp = members.find((other) => other.decision?.supervisor.pid === pid && isGivenUp(other))
    lanes.set(pid, {
      ...lane(pid, name ?? shortName(key), 'supervisor'),
      strategy: of.strategy,
      ...(crashed ? crashedLane(crashed, members, own) : gaveUp ? { downFromMs: gaveUp.afterMs } : {}),
      // The bar of its decision says it.
      ...(gaveUp ? { effect: null } : {}),
    })
  }
  for (const member of members) {
    if (lanes.has(member.pid)) continue
    const name = member.name ?? shortName(member.key)
    lanes.set(member.pid, { ...lane(member.pid, name, 'crashed'), ...crashedLane(member, members, own) })
  }
  for (const { member, of } of supervisors) {
    for (const sibling of of.stopped) {
      if (lanes.has(sibling.pid)) continue
      lanes.set(sibling.pid, {
        ...lane(sibling.pid, sibling.name ?? shortName(sibling.key), 'stopped'),
        note: 'sibling',
        downFromMs: member.afterMs,
        downUntilMs: backOf(member, members),
        effect: of.strategy === 'one_for_one' ? 'stopped' : `${of.strategy}: stopped`,
      })
    }
  }
  for (const { pid, name, relation, effect } of fieldValue(report.peers) ?? []) {
    if (lanes.has(pid)) continue
    lanes.set(pid, {
      ...lane(pid, name ?? pid, 'peer'),
      note: relation === 'link' ? 'linked' : relation === 'monitored-by' ? 'monitor' : relation,
      downFromMs: effect === 'exited' ? own.afterMs : null,
      effect: peerEffect(relation, effect),
    })
  }
  return [...lanes.values()]
}

/** A node takes all its processes with it; how many they were is told by its last sample. */
function nodeLanes(report: CrashReport, own: CascadeMember): Lane[] {
  const processes = fieldValue(report.surroundings)?.processes
  const backMs = backOf(own, [own])
  const node: Lane = {
    ...lane(own.pid, own.name ?? own.pid, 'crashed'),
    downFromMs: 0,
    downUntilMs: backMs,
  }
  if (processes === undefined) return [node]
  const all: Lane = {
    ...lane(ALL, `${processes} processes`, 'stopped'),
    downFromMs: 0,
    // A new life has processes of its own.
    downUntilMs: backMs,
    effect: 'node-down: gone with the node',
  }
  return [node, all]
}

const ALL = 'all its processes'

function lane(id: string, name: string, role: Lane['role']): Lane {
  return {
    id,
    name,
    note: null,
    role,
    strategy: null,
    downFromMs: null,
    downUntilMs: null,
    effect: null,
    crashId: null,
  }
}

function crashedLane(
  member: CascadeMember,
  members: readonly CascadeMember[],
  own: CascadeMember,
): Pick<Lane, 'downFromMs' | 'downUntilMs' | 'effect' | 'crashId'> {
  return {
    downFromMs: member.afterMs,
    downUntilMs: backOf(member, members),
    effect: member.parentId === null ? null : mechanismWords(member),
    crashId: member.id === own.id ? null : member.id,
  }
}

/**
 * When it ran again. A child whose supervisor gave up comes back with that supervisor, which has initialised when its
 * children have; not so a temporary one, or one that was started by hand.
 */
function backOf(member: CascadeMember, members: readonly CascadeMember[], depth = 0): number | null {
  const { outcome, decision } = member
  if (outcome?.kind === 'restarted')
    return outcome.backAfterMs === null ? null : member.afterMs + outcome.backAfterMs
  if (!isGivenUp(member) || !decision || depth > members.length) return null
  if (decision.restart === 'temporary' || decision.strategy === 'simple_one_for_one') return null
  const supervisor = members.find(({ pid }) => pid === decision.supervisor.pid)
  return supervisor ? backOf(supervisor, members, depth + 1) : null
}

function isGivenUp({ decision }: CascadeMember): boolean {
  return decision?.action === 'give_up'
}

function linksOf(
  members: readonly CascadeMember[],
  own: CascadeMember,
  lanes: readonly Lane[],
): CascadeLink[] {
  const links: CascadeLink[] = []
  for (const member of members) {
    const parent = members.find(({ id }) => id === member.parentId)
    const isGivingUp = parent?.decision?.supervisor.pid === member.pid
    // That a supervisor gave up is drawn on its own lane; what went there before is the exit it could not take.
    if (parent && !isGivingUp)
      links.push({ from: parent.pid, to: member.pid, atMs: member.afterMs, kind: 'effect' })
    const supervisor = member.decision?.supervisor.pid
    if (supervisor) {
      links.push({ from: member.pid, to: supervisor, atMs: member.afterMs, kind: 'exit' })
    }
    for (const { pid } of member.decision?.stopped ?? []) {
      if (lanes.find(({ id }) => id === pid)?.role !== 'stopped') continue
      links.push({ from: member.pid, to: pid, atMs: member.afterMs, kind: 'effect' })
    }
  }
  for (const { id, role } of lanes) {
    if (role === 'peer' || id === ALL)
      links.push({ from: own.pid, to: id, atMs: own.afterMs, kind: 'effect' })
  }
  return links
}

function decisionOf(member: CascadeMember, members: readonly CascadeMember[]): DecisionBar[] {
  const { decision, afterMs } = member
  if (!decision) return []
  const text = decisionText(decision.strategy, decision.action, decision.stopped.length)
  const supervisor = members.find(({ pid }) => pid === decision.supervisor.pid)
  const untilMs = decision.action === 'give_up' ? (supervisor?.afterMs ?? afterMs) : backOf(member, members)
  return [{ lane: decision.supervisor.pid, text, fromMs: afterMs, untilMs }]
}

/** The first of each kind. */
function keep(lanes: readonly Lane[]): Lane[] {
  const room = { supervisor: MOST_MEMBERS, crashed: MOST_MEMBERS, stopped: MOST_STOPPED, peer: MOST_PEERS }
  return lanes.filter(({ role }) => room[role]-- > 0)
}

function processesDown(report: CrashReport, lanes: number): number {
  return isOfNode(report) ? (fieldValue(report.surroundings)?.processes ?? lanes) : lanes
}

function rootOf(own: CascadeMember, members: readonly CascadeMember[]): CascadeModel['root'] {
  const root = members.find(({ parentId, depth }) => parentId === null && depth === 0)
  if (own.depth === 0 || !root || root.id === own.id) return null
  return { id: root.id, name: root.name ?? shortName(root.key), mechanism: own.mechanism ?? 'exit' }
}

function mechanismWords({ mechanism }: CascadeMember): string {
  switch (mechanism) {
    case 'link':
      return 'link: exited too'
    case 'intensity':
      return 'intensity: exited'
    case 'one_for_all':
    case 'rest_for_one':
      return `${mechanism}: stopped`
    case 'node-down':
      return 'node-down: exited'
    case null:
      return 'exited'
    default:
      return mechanism satisfies never
  }
}

function depthOf(key: string): number {
  return key.split('/').length
}

/** Ancestors from the root down; one without a registered name goes by its part of the logical key. */
export function ancestorsOf({ key, ancestors }: CrashReport['identity']): { pid: string; name: string }[] {
  const above = key.split('/').slice(0, -1)
  return ancestors
    .map(({ pid, name }, i) => ({ pid, name: name ?? decodeSegment(above.at(-1 - i) ?? pid) }))
    .reverse()
}

/** Round steps, at most seven, from 0 on. */
export function ticksOf(spanMs: number): number[] {
  const rough = spanMs / 6
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10)
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

function peerEffect(relation: string, effect: 'trapped' | 'exited' | 'unaffected' | 'notified'): string {
  switch (effect) {
    case 'trapped':
      return 'EXIT trapped'
    case 'exited':
      return 'EXIT, exited too'
    case 'notified':
      return 'DOWN'
    case 'unaffected':
      return relation === 'link' ? 'EXIT ignored' : 'unaffected'
    default:
      return effect satisfies never
  }
}

function decisionText(strategy: Strategy, action: 'restart' | 'leave' | 'give_up', stopped: number): string {
  if (action === 'give_up') return `${strategy}: gave up, restart intensity reached`
  if (action === 'leave') return `${strategy}: not restarted`
  const siblings =
    stopped === 0
      ? 'restarts it alone'
      : `stops ${stopped} ${stopped === 1 ? 'sibling' : 'siblings'}, then restarts`
  return `${strategy}: ${siblings}`
}

/** The ticks whose words have room, the first always. */
export function spaced(ticks: readonly number[], x: (atMs: number) => number, roomPx: number): number[] {
  const kept: number[] = []
  for (const at of ticks) {
    const last = kept.at(-1)
    if (last === undefined || x(at) - x(last) >= roomPx) kept.push(at)
  }
  return kept
}
