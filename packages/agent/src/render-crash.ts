/**
 * From the runtime's copy of a dying process to the seventeen parts of a report. Nothing here is in the dying path, and
 * nothing reads the process again but for facts that no longer change.
 */
import {
  type CrashReport,
  captured,
  type Decision,
  type Field,
  type Outcome,
  type PeerFacts,
  type StackAtExit,
  type Term,
  truncated,
  unavailable,
} from '@orrery/protocol'
import { diffTerms } from '@orrery/protocol/text'
import {
  capture,
  type Process,
  type RawCrash,
  type RawDecision,
  type RawOutcome,
  type PeerFacts as RawPeerFacts,
} from '@orrery/runtime'
import { oneLine, termLine } from './reason-text.ts'
import type { Clean, SourceIdentity } from './source.ts'
import { AGENT_VERSION } from './version.ts'

const NAME = 255
/** Of the arguments of a child. */
const ARGS = { depth: 4, breadth: 16, text: 256, nodes: 64 }

/** Builds the report; faults, surroundings, group and losses are left for those who know them. */
export function renderCrash(
  raw: RawCrash,
  node: SourceIdentity,
  stack: StackAtExit | { why: string },
  clean: Clean,
): CrashReport {
  return {
    id: raw.id,
    at: new Date(raw.wallMs).toISOString(),
    atUs: Math.round(raw.atUs),
    identity: identityOf(raw, node),
    cause: causeOf(raw, stack, clean),
    message: messageOf(raw),
    caller: callerOf(raw),
    mailbox: mailboxOf(raw),
    flightRecorder: recorderOf(raw),
    state: stateOf(raw, clean),
    sends: sendsOf(raw),
    peers: captured(
      raw.peers.map((peer) => ({
        ...named(peer),
        relation: peer.relation,
        effect: peer.effect,
        ...(peer.facts === undefined ? {} : { facts: factsOf(peer.facts) }),
      })),
    ),
    cascade: captured({
      rootCrash: raw.cascade.rootCrash,
      parentCrash: raw.cascade.parentCrash,
      mechanism: raw.cascade.mechanism,
      depth: raw.cascade.depth,
    }),
    decision: unavailable(
      raw.process.childSpec === null ? 'it has no supervisor' : 'its supervisor has not decided yet',
    ),
    outcome: captured<Outcome>({
      kind: 'pending',
      newPid: null,
      backAfterMs: null,
      firstHandledAfterMs: null,
      crashedAgain: false,
      escalatedTo: null,
    }),
    causalChain: unavailable('tracing was off'),
    faults: captured([]),
    surroundings: unavailable('no sample was taken yet'),
    group: unavailable('the hub groups reports'),
    losses: { similarNotStored: 0 },
  }
}

export function renderDecision(raw: RawDecision): Decision {
  return {
    supervisor: keyed(raw.supervisor),
    strategy: raw.strategy,
    childSpec: {
      id: cut(raw.childSpec.id),
      restart: raw.childSpec.restart,
      shutdown: raw.childSpec.shutdown,
      kind: raw.childSpec.kind,
      module: cut(raw.childSpec.module),
      significant: raw.childSpec.significant,
      ...(raw.childSpec.args === undefined ? {} : { args: capture(raw.childSpec.args, ARGS) }),
    },
    action: raw.action,
    intensity: raw.intensity,
    periodMs: raw.periodMs,
    restartsInWindow: raw.restartsInWindow.slice(-256).map((atUs) => ms(Math.max(0, raw.atUs - atUs))),
    headroom: raw.intensity - raw.restartsInWindow.length,
    stopped: raw.stops.slice(0, 256).map(keyed),
  }
}

export function renderOutcome(raw: RawOutcome): Outcome {
  return {
    kind: raw.kind,
    newPid: raw.newProcess === null ? null : String(raw.newProcess.pid),
    backAfterMs: msOrNull(raw.backAfterUs),
    firstHandledAfterMs: null,
    crashedAgain: false,
    escalatedTo: raw.escalatedTo === null ? null : cut(raw.escalatedTo.name ?? String(raw.escalatedTo.pid)),
  }
}

function identityOf(raw: RawCrash, node: SourceIdentity): CrashReport['identity'] {
  const { identity } = raw
  return {
    node: node.node,
    incarnation: node.incarnation,
    pid: identity.pid,
    key: identity.key.slice(0, 4_096),
    name: identity.name === null ? null : cut(identity.name),
    label: identity.label === null ? null : cut(identity.label),
    behaviour: cut(identity.behaviour),
    module: cut(identity.module),
    initialCall: cut(identity.initialCall),
    ancestors: identity.ancestors.slice(0, 64).map(named),
    startedAt: new Date(node.startedAt.getTime() + identity.startedAtUs / 1_000).toISOString(),
    uptimeMs: ms(identity.uptimeUs),
    messagesHandled: identity.messagesHandled,
    trapsExit: identity.trapsExit,
    release: node.release,
    agentVersion: AGENT_VERSION,
  }
}

function causeOf(raw: RawCrash, stack: StackAtExit | { why: string }, clean: Clean): CrashReport['cause'] {
  const reason = clean.term(raw.reasonTerm)
  return {
    kind: raw.kind,
    reason: { kind: raw.kind, tag: tagOf(raw.reasonTerm), text: termLine(reason), term: reason },
    stack: 'why' in stack ? unavailable(stack.why) : captured(stack),
    chain: chainOf(reason),
    killer:
      raw.killer === null
        ? unavailable('it died by its own hand')
        : captured({ ...named(raw.killer), via: raw.killer.via }),
  }
}

/** OTP's atom, the reason's own tag, or the class of what was thrown. */
export function tagOf(reason: Term): string {
  if (typeof reason === 'string') return oneLine(reason)
  if (reason === null || typeof reason !== 'object') return 'nocatch'
  if (reason.$ === 'error') return oneLine(reason.name)
  if (reason.$ !== 'object') return reason.$
  const tag = reason.entries.find(([key]) => key === 'tag')?.[1]
  if (typeof tag === 'string') return oneLine(tag)
  return reason.entries.some(([key]) => key === 'shutdown') ? 'shutdown' : 'object'
}

export function chainOf(reason: Term): { name: string; message: string }[] {
  const chain: { name: string; message: string }[] = []
  let at: Term | undefined = reason
  while (at !== null && typeof at === 'object' && at.$ === 'error' && chain.length < 16) {
    at = at.cause
    if (at === undefined) break
    chain.push(
      at !== null && typeof at === 'object' && at.$ === 'error'
        ? { name: cut(at.name), message: termLine(at.message, 4_000) }
        : { name: 'value', message: termLine(at, 4_000) },
    )
  }
  return chain
}

function messageOf(raw: RawCrash): CrashReport['message'] {
  const { message } = raw
  if (message === null) return unavailable('it was not handling a message')
  return captured({
    seq: message.seq,
    kind: message.kind,
    type: cut(message.type),
    value: message.value,
    sender: message.sender === null ? null : named(message.sender),
    queuedMs: msOrNull(message.queuedUs),
    handlerMs: msOrNull(message.handlerUs),
    ...(message.breach === undefined
      ? {}
      : {
          breach: {
            contract: cut(message.breach.contract),
            side: message.breach.side,
            what: message.breach.what,
            why: cut(message.breach.why),
          },
        }),
  })
}

function callerOf(raw: RawCrash): CrashReport['caller'] {
  const { caller } = raw
  if (caller === null) return unavailable('nobody waited for an answer')
  return captured({
    ...named(caller),
    isAlive: caller.isAlive,
    pendingCall: cut(caller.pendingCall),
    waitingMs: ms(caller.waitingUs),
  })
}

function mailboxOf(raw: RawCrash): CrashReport['mailbox'] {
  const { mailbox } = raw
  return captured({
    length: mailbox.length,
    oldestMs: msOrNull(mailbox.oldestUs),
    byType: mailbox.byType.map(({ type, count }) => ({ type: cut(type), count })),
    first: mailbox.first.map(({ value }) => value),
    last: mailbox.last.map(({ value }) => value),
    fate: mailbox.fate,
  })
}

function recorderOf(raw: RawCrash): CrashReport['flightRecorder'] {
  return captured({
    entries: raw.flightRecorder.entries.map((entry) => ({
      seq: entry.seq,
      kind: entry.kind,
      type: cut(entry.type),
      value: entry.value,
      sender: entry.sender === null ? null : cut(entry.sender),
      beforeMs: ms(Math.max(0, raw.atUs - entry.atUs)),
      waitMs: ms(entry.waitUs),
      tookMs: msOrNull(entry.tookUs),
      isFatal: entry.isFatal,
    })),
    overwritten: raw.flightRecorder.overwritten,
  })
}

/** Paths of a state that are told to have changed. */
const CHANGES = 32

function stateOf(raw: RawCrash, clean: Clean): CrashReport['state'] {
  const { state } = raw
  if (state !== null && typeof state === 'object' && state.$ === 'undefined') {
    return unavailable(raw.message?.kind === 'init' ? 'init had not returned one' : 'it has none')
  }
  const value = { before: state, sizeBytes: null, changed: changesOf(raw, clean) }
  // The copy is taken at the failure. A handler that writes into the state it was given leaves no earlier picture, and
  // a reader must not take this one for it.
  return raw.isStateUncertain
    ? truncated(
        value,
        raw.previousState === null
          ? 'unavailable (mutated): its handlers return the state they are given, or none had run; this is the state at the failure, perhaps changed in place'
          : 'this is the state at the failure: nothing kept its handlers from changing in place what they are given',
      )
    : captured(value)
}

/** What the last handled message changed. Redacted before it is compared: a value alone does not say that it is a secret. */
function changesOf(raw: RawCrash, clean: Clean): { path: string; before: Term; after: Term }[] {
  if (raw.previousState === null) return []
  const { changes } = diffTerms(clean.term(raw.previousState), clean.term(raw.state), CHANGES)
  return changes.map(({ path, left, right }) => ({
    path: path.slice(0, 1_024),
    before: left === undefined ? { $: 'undefined' } : left,
    after: right === undefined ? { $: 'undefined' } : right,
  }))
}

function sendsOf(raw: RawCrash): CrashReport['sends'] {
  const items = raw.sends.items.map(({ to, type, value }) => ({ to: cut(to), type: cut(type), value }))
  const sends = { items, more: raw.sends.more }
  return raw.sends.more > 0 ? truncated(sends, `${raw.sends.more} more were sent`) : captured(sends)
}

/** A field of a report with another value, its status kept. */
export function mapField<T, U>(field: Field<T>, to: (value: T) => U): Field<U> {
  return field.status === 'captured' || field.status === 'truncated'
    ? { ...field, value: to(field.value) }
    : field
}

function factsOf(facts: RawPeerFacts): PeerFacts {
  return {
    initialCall: cut(facts.initialCall),
    status: facts.status,
    trapsExit: facts.trapsExit,
    mailboxLength: facts.mailboxLength,
    messagesHandled: facts.messagesHandled,
    ancestors: facts.ancestors.map(named),
    links: facts.links.map(named),
  }
}

function keyed(process: Process): { pid: string; name: string | null; key: string } {
  return { ...named({ pid: String(process.pid), name: process.name }), key: process.key.slice(0, 4_096) }
}

function named(who: { readonly pid: string; readonly name: string | null }): {
  pid: string
  name: string | null
} {
  return { pid: cut(who.pid), name: who.name === null ? null : cut(who.name) }
}

export function cut(text: string): string {
  return (text.length <= NAME ? text : `${text.slice(0, NAME - 1)}…`).toWellFormed()
}

function ms(us: number): number {
  return Math.max(0, Math.round(us)) / 1_000
}

function msOrNull(us: number | null): number | null {
  return us === null ? null : ms(us)
}
