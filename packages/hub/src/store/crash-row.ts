/**
 * What is extracted from a report when it is stored: the columns that lists sort, filter and count by. Bounded, and
 * free of what Postgres cannot hold, whatever the report says.
 */
import {
  type CrashReport,
  type Decision,
  type Field,
  fieldValue,
  type Outcome,
  type StackFrame,
} from '@orrery/protocol'
import { type Fingerprint, fingerprint } from './fingerprint.ts'
import { searchText } from './search-text.ts'

export interface CrashRow {
  id: string
  at: string
  at_us: number
  node: string
  incarnation: string
  key: string
  pid: string
  name: string | null
  label: string | null
  behaviour: string
  module: string
  release: string | null
  kind: string
  reason: string
  reason_text: string
  top_frame: string | null
  message_type: string | null
  mailbox_length: number | null
  uptime_ms: number
  restarts: number | null
  action: string | null
  outcome: string
  back_after_ms: number | null
  root_id: string
  is_root: boolean
  is_injected: boolean
  faults: string[]
  search_text: string
  stack: string
  size_bytes: number
  report: CrashReport
}

export interface Extracted {
  row: CrashRow
  print: Fingerprint
  stormKey: string | null
}

/** An entry of a B-tree holds 2,704 bytes: the key beside a node's name and a time. */
export const KEY_BYTES = 2_000

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Reads a report's columns, or `null` when it is no report at all. */
export function extract(report: CrashReport): Extracted | null {
  try {
    return read(report)
  } catch (error) {
    // A missing part throws a TypeError here; anything else would be our own fault.
    if (error instanceof TypeError || error instanceof RangeError) return null
    throw error
  }
}

function read(report: CrashReport): Extracted | null {
  const { identity, cause } = report
  const at = new Date(report.at)
  if (!UUID.test(report.id) || Number.isNaN(at.getTime()) || !Number.isFinite(report.atUs)) return null
  const decision = fieldValue(report.decision)
  const outcome = fieldValue(report.outcome)
  const cascade = fieldValue(report.cascade)
  const message = fieldValue(report.message)
  const faults = (fieldValue(report.faults) ?? []).filter((fault) => fault.role !== 'silent')
  const frames = fieldValue(cause.stack)?.frames ?? []
  const rootId =
    cascade && UUID.test(cascade.rootCrash) ? cascade.rootCrash.toLowerCase() : report.id.toLowerCase()
  const top = frames.find((frame) => frame.owner === 'app') ?? frames[0]
  const row: CrashRow = {
    id: report.id.toLowerCase(),
    at: at.toISOString(),
    at_us: Math.round(report.atUs),
    node: cut(identity.node, 255),
    incarnation: cut(identity.incarnation, 64),
    key: cutBytes(identity.key, KEY_BYTES),
    pid: cut(identity.pid, 64),
    name: orNull(identity.name, 255),
    label: orNull(identity.label, 255),
    behaviour: cut(identity.behaviour, 255),
    module: cut(identity.module, 255),
    release: orNull(identity.release, 128),
    kind: cut(cause.kind, 32),
    reason: cut(cause.reason.tag, 255),
    reason_text: cut(cause.reason.text, 1_024),
    top_frame: top ? cut(frameText(top), 255) : null,
    message_type: message ? cut(message.type, 255) : null,
    mailbox_length: integer(fieldValue(report.mailbox)?.length),
    uptime_ms: identity.uptimeMs,
    ...decisionColumns(decision),
    ...outcomeColumns(outcome),
    root_id: rootId,
    is_root: rootId === report.id.toLowerCase(),
    is_injected: isInjected(report),
    faults: faults.slice(0, 32).map((fault) => cut(fault.fault, 64)),
    search_text: '',
    stack: cut(stackText(frames), 2_048),
    size_bytes: 0,
    report,
  }
  row.search_text = searchText(texts(row, report))
  return { row, print: fingerprint(report), stormKey: report.losses.stormKey ?? null }
}

export function decisionColumns(decision: Decision | undefined): Pick<CrashRow, 'restarts' | 'action'> {
  return {
    restarts: decision ? decision.restartsInWindow.length : null,
    action: decision ? cut(decision.action, 32) : null,
  }
}

export function outcomeColumns(outcome: Outcome | undefined): Pick<CrashRow, 'outcome' | 'back_after_ms'> {
  return {
    outcome: outcome ? cut(outcome.kind, 32) : 'pending',
    back_after_ms: outcome?.backAfterMs ?? null,
  }
}

/** Whether a fault is proven to have led to it. */
export function isInjected(report: CrashReport): boolean {
  return (fieldValue(report.faults) ?? []).some((fault) => fault.role === 'direct')
}

/** `FrameBuffer.push  frame-buffer.ts:88`, as a list shows it. */
export function frameText(frame: StackFrame): string {
  const file = frame.file?.split('/').at(-1)
  const place = file ? (frame.line === null ? file : `${file}:${frame.line}`) : null
  return [frame.fn ?? '(anonymous)', place].filter((part) => part !== null).join('  ')
}

/** The application's frames first: they are what is searched for, should the others not fit. */
function stackText(frames: readonly StackFrame[]): string {
  const isApp = (frame: StackFrame) => frame.owner === 'app'
  const ordered = [
    ...frames.filter(isApp),
    ...frames.filter((frame) => !isApp(frame) && frame.owner !== 'node'),
  ]
  return ordered.map(frameText).join('\n')
}

/**
 * A value as JSON that `jsonb` takes: NUL becomes its picture and half a surrogate pair the replacement character.
 * The pattern walks whole escapes, so that an escaped backslash before a `u` is left alone.
 */
export function toJsonb(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:\\|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})/g, (found) =>
    found === '\\\\' ? found : found === '\\u0000' ? '\u2400' : '\ufffd',
  )
}

export function fieldOf<T>(value: T): Field<T> {
  return { status: 'captured', value }
}

function texts(row: CrashRow, report: CrashReport): string[] {
  return [
    row.module,
    row.name,
    row.label,
    row.reason,
    row.reason_text,
    row.message_type,
    row.key,
    row.node,
    row.top_frame,
    ...report.cause.chain.map((link) => `${link.name} ${link.message}`),
    row.stack,
    row.pid,
  ].filter((text) => text !== null)
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length)
}

/** Cut so that it fits an index, whatever script it is written in. */
export function cutBytes(text: string, bytes: number): string {
  return Buffer.byteLength(text) <= bytes
    ? text
    : Buffer.from(text)
        .subarray(0, bytes)
        .toString()
        .replace(/\ufffd+$/, '')
}

function orNull(text: string | null, length: number): string | null {
  return text === null ? null : cut(text, length)
}

function integer(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.min(Math.round(value), 2_147_483_647)
}
