/**
 * The cascade of one crash as lanes on a time axis: who stood where, what the exit did to each, when it was back.
 * Everything here is a fact of the report; what the report does not time is drawn without a time.
 */

import { type CrashReport, fieldValue, type Strategy } from '@orrery/protocol'
import { decodeSegment, shortName } from '@orrery/protocol/text'

export interface Lane {
  id: string
  name: string
  note: string | null
  role: 'supervisor' | 'crashed' | 'stopped' | 'peer'
  strategy: Strategy | null
  /** From this moment it was down; `null` when it stayed up. */
  downFromMs: number | null
  /** Until this moment; `null` while it is still down. */
  downUntilMs: number | null
  /** What the exit signal did to it. */
  effect: string | null
}

export interface CascadeModel {
  lanes: Lane[]
  /** What the supervisor did, in words, over the span it took. */
  decision: { text: string; untilMs: number | null } | null
  /** Time of the restart, in ms after the exit. */
  backMs: number | null
  /** The axis in ms relative to the exit. */
  fromMs: number
  toMs: number
  ticks: number[]
  down: number
  messagesLost: number | null
  supervisorsExited: number
}

const MOST_PEERS = 4

export function cascadeOf(report: CrashReport): CascadeModel {
  const decision = fieldValue(report.decision)
  const outcome = fieldValue(report.outcome)
  const peers = fieldValue(report.peers) ?? []
  const mailbox = fieldValue(report.mailbox)
  const backMs = outcome?.kind === 'restarted' ? outcome.backAfterMs : null
  const stopped = decision?.stopped ?? []
  const supervisorPid = decision?.supervisor.pid

  const lanes: Lane[] = []
  if (decision) {
    lanes.push({
      id: decision.supervisor.key,
      name: decision.supervisor.name ?? shortName(decision.supervisor.key),
      note: null,
      role: 'supervisor',
      strategy: decision.strategy,
      downFromMs: decision.action === 'give_up' ? 0 : null,
      downUntilMs: null,
      effect: null,
    })
  }
  lanes.push({
    id: report.identity.key,
    name: report.identity.name ?? shortName(report.identity.key),
    note: null,
    role: 'crashed',
    strategy: null,
    downFromMs: 0,
    downUntilMs: backMs,
    effect: null,
  })
  for (const sibling of stopped.slice(0, MOST_PEERS)) {
    lanes.push({
      id: sibling.key,
      name: sibling.name ?? shortName(sibling.key),
      note: 'sibling',
      role: 'stopped',
      strategy: null,
      downFromMs: 0,
      downUntilMs: backMs,
      effect: 'stopped',
    })
  }
  const stoppedPids = new Set(stopped.map((sibling) => sibling.pid))
  const others = peers.filter((peer) => peer.pid !== supervisorPid && !stoppedPids.has(peer.pid))
  for (const peer of others.slice(0, MOST_PEERS)) {
    lanes.push({
      id: `${peer.pid} ${peer.relation}`,
      name: peer.name ?? peer.pid,
      note:
        peer.relation === 'link' ? 'linked' : peer.relation === 'monitored-by' ? 'monitor' : peer.relation,
      role: 'peer',
      strategy: null,
      downFromMs: peer.effect === 'exited' ? 0 : null,
      downUntilMs: null,
      effect: peerEffect(peer.relation, peer.effect),
    })
  }

  // The first message may come much later: it would squeeze what the exit did into nothing.
  const span = backMs !== null && backMs > 0 ? backMs : 10
  return {
    lanes,
    decision: decision
      ? { text: decisionText(decision.strategy, decision.action, stopped.length), untilMs: backMs }
      : null,
    backMs,
    fromMs: -span * 0.12,
    toMs: span * 1.14,
    ticks: ticksOf(span),
    down: 1 + stopped.length + peers.filter((peer) => peer.effect === 'exited').length,
    messagesLost: mailbox ? mailbox.length : null,
    supervisorsExited: decision?.action === 'give_up' ? 1 : 0,
  }
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
