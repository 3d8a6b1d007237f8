/** A crash as data: everything the runtime knows at the moment of death, copied once, bounded. */

import { Call, CallError, messageType } from './call.ts'
import { type Bounds, capture, type Snapshot } from './capture.ts'
import { breachOf, type ContractBreach } from './contract.ts'
import { CAST, type Phase } from './driver.ts'
import { type ExitKind, type ExitReason, isError, reasonTag } from './exit-reason.ts'
import { TRAPS_EXIT } from './flags.ts'
import type { Process, ProcessStatus } from './hooks.ts'
import { PortError } from './port.ts'
import type { Proc } from './process.ts'
import { type MailboxFacts, type RecordedMessage, readMailbox, readRecorder } from './recorder.ts'
import { each } from './relations.ts'

export type Mechanism = 'link' | 'one_for_all' | 'rest_for_one' | 'intensity' | 'node-down'

/** Where a crash stands in its cascade; travels with exit signals. */
export interface CrashLink {
  readonly id: string
  /** Id of the crash that began it; its own for a root. */
  readonly rootCrash: string
  readonly parentCrash: string | null
  readonly mechanism: Mechanism | null
  readonly depth: number
  readonly atUs: number
}

export type Via = 'link' | 'exit' | 'shutdown' | 'command'
export type MessageKind = 'call' | 'cast' | 'info' | 'system' | 'init' | 'terminate' | 'continue' | 'timeout'

export interface ProcessName {
  readonly pid: string
  readonly name: string | null
}

/** A process as it was when one it is linked to crashed. */
export interface PeerFacts {
  readonly initialCall: string
  readonly status: ProcessStatus
  readonly trapsExit: boolean
  readonly mailboxLength: number
  readonly messagesHandled: number
  /** Nearest first. */
  readonly ancestors: readonly ProcessName[]
  readonly links: readonly ProcessName[]
}

/** What is known of a crash before anything is copied; read at once, it is not kept. */
export interface CrashNotice {
  readonly id: string
  readonly process: Process
  readonly kind: ExitKind
  /** The atom, the tag, or the error's class. */
  readonly reasonTag: string
  /** Of the message being handled, empty for none. */
  readonly messageType: string
  readonly cascade: CrashLink
  /** What was thrown, its stack not formatted. */
  readonly error: Error | null
  /** How the exit signal came that ended it; `null` where it died by its own hand. */
  readonly via: Via | null
  /** Ids of the injected faults that led to it, each proven. */
  firings(): readonly string[]
}

export interface RawCrash {
  readonly id: string
  readonly atUs: number
  readonly wallMs: number
  /** The dying process; its plain facts stay readable. */
  readonly process: Process
  readonly identity: {
    readonly pid: string
    readonly key: string
    readonly name: string | null
    readonly label: string | null
    readonly behaviour: string
    readonly module: string
    readonly initialCall: string
    readonly version: string | null
    /** Nearest first. */
    readonly ancestors: readonly ProcessName[]
    readonly startedAtUs: number
    readonly uptimeUs: number
    readonly messagesHandled: number
    readonly trapsExit: boolean
  }
  readonly kind: ExitKind
  /** The live reason; `reasonTerm` is its snapshot. */
  readonly reason: ExitReason
  readonly reasonTerm: Snapshot
  /** The error that was thrown, its stack not yet formatted; `null` where nothing was thrown. */
  readonly error: Error | null
  /** Who sent the exit signal, where the process did not die by its own hand. */
  readonly killer: (ProcessName & { readonly via: Via }) | null
  readonly message: {
    readonly seq: number
    readonly kind: MessageKind
    readonly type: string
    readonly value: Snapshot
    readonly sender: ProcessName | null
    readonly queuedUs: number | null
    /** Time in the handler. */
    readonly handlerUs: number | null
    /** Set where it, or its answer, broke a contract. */
    readonly breach?: Pick<ContractBreach, 'contract' | 'side' | 'what' | 'why'>
  } | null
  /** Who waits for an answer: the caller of the message being handled, else the latest one. */
  readonly caller: (ProcessName & { isAlive: boolean; pendingCall: string; waitingUs: number }) | null
  readonly mailbox: MailboxFacts & { readonly fate: 'lost' | 'kept' }
  readonly flightRecorder: { readonly entries: readonly RecordedMessage[]; readonly overwritten: number }
  /** What the failing handler was given, as it left it. */
  readonly state: Snapshot
  /**
   * What the last handled message was given, where its handler returned another value: what that message changed is the
   * difference. `null` where it returned the very value it was given, or where nothing was handled or is kept.
   */
  readonly previousState: Snapshot | null
  /** The state is not frozen, so the failing handler may have changed it in place before it failed. */
  readonly isStateUncertain: boolean
  /** Sends of the failing handler before it failed. */
  readonly sends: {
    readonly items: readonly { readonly to: string; readonly type: string; readonly value: Snapshot }[]
    readonly more: number
  }
  readonly peers: readonly (ProcessName & {
    readonly relation: 'link' | 'monitor' | 'monitored-by' | 'parent'
    readonly effect: 'trapped' | 'exited' | 'unaffected' | 'notified'
    /** Of the first few that end with it: OTP's neighbours. */
    readonly facts?: PeerFacts
  })[]
  readonly cascade: CrashLink
  /** Ids of the injected faults that led to it, each proven: it threw, touched the message, or kept a call from its answer. */
  readonly firings: readonly string[]
}

/** What the one catch place knows about a failure. */
export interface Failure {
  readonly link: CrashLink
  readonly kind: ExitKind
  readonly reason: ExitReason
  readonly error: Error | null
  readonly killer: { readonly process: Proc | null; readonly via: Via } | null
  readonly phase: Phase | null
  readonly startedUs: number | null
}

const VALUE: Partial<Bounds> = { depth: 6, breadth: 32, text: 1_000, nodes: 400 }
export const STATE: Partial<Bounds> = { depth: 8, breadth: 64, text: 2_000, nodes: 2_000 }
const SMALL: Partial<Bounds> = { depth: 4, breadth: 16, text: 256, nodes: 64 }
const PEERS = 64
/** Peers whose own facts are copied, and how many names each of them gives. */
const NEIGHBOURS = 8

/** The few facts by which an observer decides whether it wants the rest. */
export function crashNotice(process: Proc, failure: Failure): CrashNotice {
  return {
    id: failure.link.id,
    process,
    kind: failure.kind,
    reasonTag: reasonTag(failure.reason),
    messageType: typeOfMessage(process, failure.phase),
    cascade: failure.link,
    error: failure.error,
    via: failure.killer?.via ?? null,
    firings: () => firingsOf(process, failure),
  }
}

/** Copies the facts of a dying process. */
export function rawCrash(process: Proc, failure: Failure): RawCrash {
  const { node } = process
  const atUs = failure.link.atUs
  return {
    id: failure.link.id,
    atUs,
    // As its observers count, so that a clock put out does not misplace the report.
    wallMs: node.clock.hostWallMs(),
    process,
    identity: {
      pid: process.pid.toString(),
      key: process.key,
      name: process.name,
      label: process.label,
      behaviour: process.behaviour,
      module: process.module,
      initialCall: process.initialCall,
      version: process.version,
      ancestors: ancestorsOf(process),
      startedAtUs: process.startedAtUs,
      uptimeUs: Math.max(0, atUs - process.startedAtUs),
      messagesHandled: process.handled,
      trapsExit: (process.flags & TRAPS_EXIT) !== 0,
    },
    kind: failure.kind,
    reason: failure.reason,
    reasonTerm: capture(failure.reason, VALUE),
    error: failure.error,
    killer:
      failure.killer === null ? null : { ...processName(failure.killer.process), via: failure.killer.via },
    message: messageOf(process, failure, atUs),
    caller: callerOf(process, failure),
    mailbox: { ...readMailbox(process, SMALL), fate: 'lost' },
    flightRecorder: readRecorder(process, SMALL, failure.phase === 'message'),
    state: capture(
      guarded(() => process.driver.formatState(process)),
      STATE,
    ),
    previousState: previousOf(process),
    isStateUncertain: !isFrozenThrough(process.state, 4),
    sends: sendsOf(process),
    peers: peersOf(process, failure.reason),
    cascade: failure.link,
    firings: firingsOf(process, failure),
  }
}

function firingsOf(process: Proc, { error, phase }: Failure): string[] {
  const firings = new Set<string>()
  for (const thrown of causesOf(error)) {
    if ((thrown instanceof CallError || thrown instanceof PortError) && thrown.firing !== null)
      firings.add(thrown.firing)
  }
  const { mailbox } = process
  const isHandling = phase === 'message' || phase === 'run'
  if (mailbox !== null && isHandling)
    for (const firing of mailbox.firingsOf(mailbox.head)) firings.add(firing)
  return [...firings]
}

/** An error and what it names as its causes. */
function* causesOf(error: unknown): Iterable<Error> {
  let at = error
  for (let steps = 0; isError(at) && steps < 8; steps++) {
    yield at
    at = Object.getOwnPropertyDescriptor(at, 'cause')?.value
  }
}

export function processName(process: Proc | null): ProcessName {
  return process === null
    ? { pid: 'outside', name: null }
    : { pid: process.pid.toString(), name: process.name }
}

export function ancestorsOf(process: Proc): ProcessName[] {
  const ancestors: ProcessName[] = []
  for (let at = process.parent; at !== null && ancestors.length < 64; at = at.parent) {
    ancestors.push(processName(at))
  }
  return ancestors
}

/** What kind of message the meta slot marks. */
export function kindOf(meta: unknown): MessageKind {
  if (meta === undefined) return 'info'
  if (meta === CAST) return 'cast'
  return meta instanceof Call && !meta.isSystem ? 'call' : 'system'
}

function messageOf(process: Proc, failure: Failure, atUs: number): RawCrash['message'] {
  const { mailbox } = process
  const { phase } = failure
  if (phase === null) return null
  const type = typeOfMessage(process, phase)
  const handlerUs = failure.startedUs === null ? null : Math.max(0, Math.round(atUs - failure.startedUs))
  if (phase !== 'message' && phase !== 'run') {
    const value = phase === 'continue' ? capture(process.cold?.nextValue, VALUE) : null
    return { seq: process.handled, kind: phase, type, value, sender: null, queuedUs: null, handlerUs }
  }
  const at = handled(process)
  if (mailbox === null || at === null) return null
  const sender = mailbox.slots[at + 1] as Proc | null
  return {
    seq: mailbox.head,
    kind: kindOf(mailbox.slots[at + 2]),
    type,
    value: capture(mailbox.slots[at], VALUE),
    sender: sender === null ? null : processName(sender),
    queuedUs: mailbox.waitedUs(mailbox.head),
    handlerUs,
    ...breachShown(process),
  }
}

function breachShown(process: Proc): Pick<NonNullable<RawCrash['message']>, 'breach'> {
  const breach = breachOf(process)
  if (breach === null) return {}
  const { contract, side, what, why } = breach
  return { breach: { contract, side, what, why } }
}

function typeOfMessage(process: Proc, phase: Phase | null): string {
  if (phase !== null && phase !== 'message' && phase !== 'run') return phase
  const at = phase === null ? null : handled(process)
  return at === null ? '' : messageType(process.mailbox?.slots[at])
}

/** Where the message being handled stands in its mailbox. */
function handled({ mailbox }: Proc): number | null {
  return mailbox === null || mailbox.head === 0 || mailbox.kept === 0 ? null : mailbox.at(mailbox.head)
}

function callerOf(process: Proc, failure: Failure): RawCrash['caller'] {
  const { mailbox } = process
  let call = process.callers
  if (failure.phase === 'message' && mailbox !== null && mailbox.head > 0) {
    const meta = mailbox.slots[mailbox.at(mailbox.head) + 2]
    if (meta instanceof Call) call = meta
  }
  if (call === null) return null
  return {
    ...processName(call.caller),
    isAlive: call.caller === null || call.caller.status !== 'exited',
    pendingCall: messageType(call.message),
    waitingUs: call.waitingUs(),
  }
}

function sendsOf(process: Proc): RawCrash['sends'] {
  const sends = process.sends()
  return {
    items: sends.items.map(({ to, message }) => ({
      to: to.name ?? to.pid.toString(),
      type: messageType(message),
      value: capture(message, SMALL),
    })),
    more: sends.more,
  }
}

function peersOf(process: Proc, reason: ExitReason): RawCrash['peers'] {
  const peers: RawCrash['peers'][number][] = []
  let neighbours = 0
  each(process.links, (peer) => {
    if (peers.length >= PEERS) return
    const isTrapping = (peer.flags & TRAPS_EXIT) !== 0
    const effect = isTrapping ? 'trapped' : reason === 'normal' ? 'unaffected' : 'exited'
    const isNeighbour = effect === 'exited' && neighbours < NEIGHBOURS
    if (isNeighbour) neighbours += 1
    peers.push({
      ...processName(peer),
      relation: peer === process.parent ? 'parent' : 'link',
      effect,
      ...(isNeighbour ? { facts: factsOf(peer) } : {}),
    })
  })
  for (const monitor of process.monitoredBy ?? []) {
    if (peers.length >= PEERS) break
    peers.push({ ...processName(monitor.watcher), relation: 'monitored-by', effect: 'notified' })
  }
  for (const monitor of process.monitors ?? []) {
    if (peers.length >= PEERS) break
    peers.push({ ...processName(monitor.target), relation: 'monitor', effect: 'unaffected' })
  }
  return peers
}

function factsOf(peer: Proc): PeerFacts {
  const links: ProcessName[] = []
  each(peer.links, (other) => {
    if (links.length < NEIGHBOURS) links.push(processName(other))
  })
  return {
    initialCall: peer.initialCall,
    status: peer.status,
    trapsExit: (peer.flags & TRAPS_EXIT) !== 0,
    mailboxLength: peer.mailboxLength,
    messagesHandled: peer.handled,
    ancestors: ancestorsOf(peer).slice(0, NEIGHBOURS),
    links,
  }
}

function previousOf(process: Proc): Snapshot | null {
  const previous = process.mailbox?.previous
  if (previous === undefined || previous === process.state) return null
  return capture(
    guarded(() => process.driver.formatPrevious?.(process)),
    STATE,
  )
}

function isFrozenThrough(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  try {
    if (depth === 0 || !Object.isFrozen(value) || value instanceof Map || value instanceof Set) return false
    return Reflect.ownKeys(value).every((key) =>
      isFrozenThrough(Object.getOwnPropertyDescriptor(value, key)?.value, depth - 1),
    )
  } catch {
    return false
  }
}

/** The value, or what went wrong getting it: `formatStatus` is the user's. */
export function guarded(get: () => unknown): unknown {
  try {
    return get()
  } catch (error) {
    return error
  }
}
