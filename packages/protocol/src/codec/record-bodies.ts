/** The body of each record type, written and read. `SPEC.md` "Records" draws the same layouts; an order here is for good. */
import type { CrashReport, Decision, Outcome } from '../crash-report.ts'
import type { ExitKind } from '../exit.ts'
import { LIMITS } from '../handshake.ts'
import type { ProcessKind, Restart, Shutdown, Strategy } from '../process.ts'
import type {
  CommandResult,
  CrashAmended,
  LeaseEnded,
  MessageTimings,
  NodeSample,
  ProcessChanged,
  ProcessExited,
  ProcessSamples,
  ProcessStarted,
  StormCounts,
  SupervisorDecided,
  WireRecord,
} from '../records.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { readVitals, writeVitals } from './vitals-body.ts'

/** A record's first byte is its place in this list, counted from 1. */
export const RECORD_TYPES = [
  'snapshot.begin',
  'snapshot.end',
  'process.started',
  'process.initialised',
  'process.exited',
  'process.changed',
  'supervisor.decided',
  'process.samples',
  'node.sample',
  'crash',
  'crash.amended',
  'storm.counts',
  'command.result',
  'lease.ended',
  'message.timings',
  'node.vitals',
] as const satisfies readonly WireRecord['type'][]

const RESTARTS: readonly Restart[] = ['permanent', 'transient', 'temporary']
const KINDS: readonly ProcessKind[] = ['supervisor', 'worker']
/** `null` for a process that is no supervisor. */
const STRATEGIES: readonly (Strategy | null)[] = [
  null,
  'one_for_one',
  'one_for_all',
  'rest_for_one',
  'simple_one_for_one',
]
const EXIT_KINDS: readonly ExitKind[] = [
  'normal',
  'throw',
  'rejection',
  'exit',
  'kill',
  'timeout',
  'out-of-memory',
  'node-down',
]
const ACTIONS: readonly Decision['action'][] = ['restart', 'leave', 'give_up']
const LEASE_ENDS: readonly LeaseEnded['why'][] = [
  'expired',
  'released',
  'hub-lost',
  'target-gone',
  'fired',
  'halted',
]

const HAS_NAME = 1
const HAS_LABEL = 2
const HAS_SUSPENDED = 4
const IS_SUSPENDED = 8

/** Bytes a body may take. */
export function bodyLimit(type: WireRecord['type']): number {
  return type === 'crash' || type === 'crash.amended' ? LIMITS.crashReportBytes : LIMITS.recordBytes
}

/** `unencodable`: the record holds what cannot be put into bytes, like a cycle in a command's result. */
export type Written = 'ok' | 'too_large' | 'unencodable'

/** Writes the body; whether it found room is the writer's to say. */
export function writeBody(to: ByteWriter, record: WireRecord): Written {
  switch (record.type) {
    case 'snapshot.begin':
    case 'snapshot.end':
      to.uint(record.atUs)
      return 'ok'
    case 'process.initialised':
      to.uint(record.atUs)
      to.uint(record.ref)
      return 'ok'
    case 'process.started':
      return writeStarted(to, record)
    case 'process.exited':
      return writeExited(to, record)
    case 'process.changed':
      return writeChanged(to, record)
    case 'supervisor.decided':
      return writeDecided(to, record)
    case 'process.samples':
      return writeSamples(to, record)
    case 'node.sample':
      return writeNodeSample(to, record)
    case 'node.vitals':
      return writeVitals(to, record)
    case 'crash':
      return writeJson(to, record.type, record.report)
    case 'crash.amended':
      return writeJson(to, record.type, amendment(record))
    case 'storm.counts':
      return writeStorm(to, record)
    case 'command.result':
      return writeJson(to, record.type, { id: record.id, result: record.result })
    case 'lease.ended':
      to.uint(record.atUs)
      to.text(record.id)
      to.choice(LEASE_ENDS, record.why)
      return 'ok'
    case 'message.timings':
      return writeTimings(to, record)
    default:
      return unknownRecord(record)
  }
}

/** Reads a body of this type; the reader `isBroken` when it was none, and what is returned is then worthless. */
export function readBody(from: ByteReader, type: WireRecord['type']): WireRecord {
  switch (type) {
    case 'snapshot.begin':
    case 'snapshot.end':
      return { type, atUs: from.uint() }
    case 'process.initialised':
      return { type, atUs: from.uint(), ref: from.ref() }
    case 'process.started':
      return readStarted(from)
    case 'process.exited':
      return readExited(from)
    case 'process.changed':
      return readChanged(from)
    case 'supervisor.decided':
      return readDecided(from)
    case 'process.samples':
      return readSamples(from)
    case 'node.sample':
      return readNodeSample(from)
    case 'node.vitals':
      return readVitals(from)
    case 'crash': {
      const report = readObject(from)
      if (typeof report.id !== 'string') from.broken()
      return { type, report: report as unknown as CrashReport }
    }
    case 'crash.amended':
      return readAmended(from)
    case 'storm.counts':
      return readStorm(from)
    case 'command.result':
      return readResult(from)
    case 'lease.ended':
      return { type, atUs: from.uint(), id: from.text(), why: from.choice(LEASE_ENDS) }
    case 'message.timings':
      return readTimings(from)
    default:
      return type satisfies never
  }
}

function writeStarted(to: ByteWriter, record: ProcessStarted): Written {
  to.uint(record.atUs)
  to.uint(record.ref)
  to.uint(record.parentRef)
  to.uint(record.slot)
  to.uint(record.replaces)
  to.uint(record.restarts)
  to.choice(KINDS, record.kind)
  to.flag(record.isInitialised)
  to.choice(RESTARTS, record.restart)
  to.uint(shutdownCode(record.shutdown))
  to.choice(STRATEGIES, record.supervisor?.strategy ?? null)
  if (record.supervisor !== null) {
    to.uint(record.supervisor.intensity)
    to.uint(record.supervisor.periodMs)
  }
  to.text(record.pid)
  to.text(record.childId)
  to.text(record.name)
  to.text(record.label)
  to.text(record.behaviour)
  to.text(record.module)
  return 'ok'
}

function readStarted(from: ByteReader): ProcessStarted {
  const atUs = from.uint()
  const ref = from.ref()
  // 0 stands for no process, and none can be it.
  if (ref === 0) from.broken()
  const parentRef = from.ref()
  const slot = from.uint()
  const replaces = from.ref()
  const restarts = from.uint()
  const kind = from.choice(KINDS)
  const isInitialised = from.flag()
  const restart = from.choice(RESTARTS)
  const shutdown = shutdownOf(from.uint())
  const strategy = from.choice(STRATEGIES)
  const supervisor = strategy === null ? null : { strategy, intensity: from.uint(), periodMs: from.uint() }
  return {
    type: 'process.started',
    atUs,
    ref,
    pid: from.text(),
    parentRef,
    childId: from.text(),
    slot,
    replaces,
    name: from.text(),
    label: from.text(),
    behaviour: from.text(),
    module: from.text(),
    kind,
    isInitialised,
    supervisor,
    restart,
    shutdown,
    restarts,
  }
}

function writeExited(to: ByteWriter, record: ProcessExited): Written {
  to.uint(record.atUs)
  to.uint(record.ref)
  to.choice(EXIT_KINDS, record.kind)
  to.flag(record.willRestart)
  to.text(record.tag)
  to.text(record.text)
  to.text(record.crashId)
  return 'ok'
}

function readExited(from: ByteReader): ProcessExited {
  const atUs = from.uint()
  const ref = from.ref()
  const kind = from.choice(EXIT_KINDS)
  const willRestart = from.flag()
  return {
    type: 'process.exited',
    atUs,
    ref,
    kind,
    tag: from.text(),
    text: from.text(),
    crashId: from.text(),
    willRestart,
  }
}

function writeChanged(to: ByteWriter, record: ProcessChanged): Written {
  to.uint(record.atUs)
  to.uint(record.ref)
  to.byte(
    (record.name === undefined ? 0 : HAS_NAME) |
      (record.label === undefined ? 0 : HAS_LABEL) |
      (record.isSuspended === undefined ? 0 : HAS_SUSPENDED) |
      (record.isSuspended ? IS_SUSPENDED : 0),
  )
  if (record.name !== undefined) to.text(record.name)
  if (record.label !== undefined) to.text(record.label)
  return 'ok'
}

function readChanged(from: ByteReader): ProcessChanged {
  const record: ProcessChanged = { type: 'process.changed', atUs: from.uint(), ref: from.ref() }
  const flags = from.byte()
  if (flags & HAS_NAME) record.name = from.text()
  if (flags & HAS_LABEL) record.label = from.text()
  if (flags & HAS_SUSPENDED) record.isSuspended = (flags & IS_SUSPENDED) !== 0
  return record
}

function writeDecided(to: ByteWriter, record: SupervisorDecided): Written {
  to.uint(record.atUs)
  to.uint(record.ref)
  to.text(record.crashId)
  to.choice(ACTIONS, record.action)
  to.uint(record.restartsUsed)
  to.uint(record.stops.length)
  to.refs(record.stops)
  return 'ok'
}

function readDecided(from: ByteReader): SupervisorDecided {
  const atUs = from.uint()
  const ref = from.ref()
  const crashId = from.text()
  const action = from.choice(ACTIONS)
  const restartsUsed = from.uint()
  return {
    type: 'supervisor.decided',
    atUs,
    ref,
    crashId,
    action,
    stops: from.refs(from.count(1)),
    restartsUsed,
  }
}

function writeSamples(to: ByteWriter, record: ProcessSamples): Written {
  const count = record.refs.length
  if (record.mailbox.length !== count || record.received.length !== count || record.handled.length !== count)
    return 'unencodable'
  to.uint(record.atUs)
  to.uint(count)
  to.refs(record.refs)
  to.uints(record.mailbox)
  to.uints(record.received)
  to.uints(record.handled)
  return 'ok'
}

function readSamples(from: ByteReader): ProcessSamples {
  const atUs = from.uint()
  const count = from.count(4)
  return {
    type: 'process.samples',
    atUs,
    refs: from.refs(count),
    mailbox: from.uints(count),
    received: from.uints(count),
    handled: from.uints(count),
  }
}

function writeNodeSample(to: ByteWriter, record: NodeSample): Written {
  to.uint(record.atUs)
  to.uint(record.processes)
  to.uint(record.sent)
  to.uint(record.handled)
  to.uint(record.mailbox)
  to.uint(record.crashes)
  to.uint(record.restarts)
  to.float(record.eventLoopDelayP99Ms)
  to.float(record.utilisation)
  to.uint(record.rssBytes)
  to.uint(record.heapUsedBytes)
  to.uint(record.heapLimitBytes)
  to.uint(record.deadLetters)
  to.float(record.agent.cpuMs)
  to.uint(record.agent.spoolBytes)
  to.uint(record.agent.spoolRefused)
  to.uint(record.agent.accepted)
  to.uint(record.agent.acked)
  return 'ok'
}

function readNodeSample(from: ByteReader): NodeSample {
  return {
    type: 'node.sample',
    atUs: from.uint(),
    processes: from.uint(),
    sent: from.uint(),
    handled: from.uint(),
    mailbox: from.uint(),
    crashes: from.uint(),
    restarts: from.uint(),
    eventLoopDelayP99Ms: from.float(),
    utilisation: from.float(),
    rssBytes: from.uint(),
    heapUsedBytes: from.uint(),
    heapLimitBytes: from.uint(),
    deadLetters: from.uint(),
    agent: {
      cpuMs: from.float(),
      spoolBytes: from.uint(),
      spoolRefused: from.uint(),
      accepted: from.uint(),
      acked: from.uint(),
    },
  }
}

function writeTimings(to: ByteWriter, record: MessageTimings): Written {
  const { kinds, refs, kind, waitedUs, ranUs, awaitedUs, weights } = record
  const columns = [kind, waitedUs, ranUs, awaitedUs, weights]
  if (columns.some((column) => column.length !== refs.length)) return 'unencodable'
  to.uint(record.atUs)
  to.uint(kinds.length)
  for (const { behaviour, module } of kinds) {
    to.text(behaviour)
    to.text(module)
  }
  to.uint(refs.length)
  to.refs(refs)
  for (const column of columns) to.uints(column)
  return 'ok'
}

function readTimings(from: ByteReader): MessageTimings {
  const atUs = from.uint()
  const kinds: MessageTimings['kinds'] = []
  for (let left = from.count(2); left > 0 && !from.isBroken; left--)
    kinds.push({ behaviour: from.text(), module: from.text() })
  const count = from.count(6)
  return {
    type: 'message.timings',
    atUs,
    kinds,
    refs: from.refs(count),
    kind: from.uints(count),
    waitedUs: from.uints(count),
    ranUs: from.uints(count),
    awaitedUs: from.uints(count),
    weights: from.uints(count),
  }
}

function writeStorm(to: ByteWriter, record: StormCounts): Written {
  to.uint(record.counts.length)
  for (const { key, total, notStored } of record.counts) {
    to.text(key)
    to.uint(total)
    to.uint(notStored)
  }
  return 'ok'
}

function readStorm(from: ByteReader): StormCounts {
  const counts: StormCounts['counts'] = []
  for (let left = from.count(3); left > 0 && !from.isBroken; left--)
    counts.push({ key: from.text(), total: from.uint(), notStored: from.uint() })
  return { type: 'storm.counts', counts }
}

function amendment({ crashId, decision, outcome }: CrashAmended): Record<string, unknown> {
  return {
    crashId,
    ...(decision === undefined ? {} : { decision }),
    ...(outcome === undefined ? {} : { outcome }),
  }
}

function readAmended(from: ByteReader): CrashAmended {
  const { crashId, decision, outcome } = readObject(from)
  if (typeof crashId !== 'string' || !isObjectOrAbsent(decision) || !isObjectOrAbsent(outcome)) from.broken()
  return {
    type: 'crash.amended',
    crashId: crashId as string,
    ...(decision === undefined ? {} : { decision: decision as Decision }),
    ...(outcome === undefined ? {} : { outcome: outcome as Outcome }),
  }
}

function readResult(from: ByteReader): CommandResult {
  const { id, result } = readObject(from)
  if (typeof id !== 'string' || !isResult(result)) from.broken()
  return { type: 'command.result', id: id as string, result: result as CommandResult['result'] }
}

function isResult(value: unknown): boolean {
  if (!isObject(value)) return false
  if (value.ok === true) return true
  return value.ok === false && typeof value.code === 'string' && typeof value.message === 'string'
}

function writeJson(to: ByteWriter, type: WireRecord['type'], value: unknown): Written {
  let text: string
  try {
    text = JSON.stringify(value)
  } catch {
    // A cycle or a BigInt: the record's fault, never an exception of the writer's caller.
    return 'unencodable'
  }
  const limit = bodyLimit(type)
  return text.length > limit || to.json(text) > limit ? 'too_large' : 'ok'
}

function readObject(from: ByteReader): Record<string, unknown> {
  const value = from.json()
  if (isObject(value)) return value
  from.broken()
  return {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isObjectOrAbsent(value: unknown): boolean {
  return value === undefined || isObject(value)
}

function shutdownCode(shutdown: Shutdown): number {
  if (shutdown === 'brutal_kill') return 0
  return shutdown === 'infinity' ? 1 : shutdown + 2
}

function shutdownOf(code: number): Shutdown {
  if (code === 0) return 'brutal_kill'
  return code === 1 ? 'infinity' : code - 2
}

/** The types rule it out; a caller without them is told rather than thrown at. */
function unknownRecord(_record: never): Written {
  return 'unencodable'
}
