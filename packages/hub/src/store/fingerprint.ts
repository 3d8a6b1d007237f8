/**
 * Which crashes are one issue. The fingerprint is made of what stays when the same bug strikes again: behaviour, kind,
 * error class, the application's function that failed, the type of the message. Never of pids, numbers, lines or arguments, and not
 * of the way that led to the function: one bug is reached by many, and a stack shows the last few steps of a deep one only.
 *
 * The algorithm has a version, stored with every group: changing anything here means raising it.
 */
import { createHash } from 'node:crypto'
import { type CrashReport, fieldValue, type StackFrame } from '@orrery/protocol'

export const FINGERPRINT_VERSION = 2

/** Functions that fail on behalf of whoever called them: an assertion that does not hold is its caller's issue. */
const GUARD = /^(?:assert|ensure|expect|fail|invariant|must|panic|raise|require|throw|unreachable)(?![a-z])/

export interface Fingerprint {
  /** 32 hexadecimal digits. */
  fingerprint: string
  version: number
  /** What went into it, in words, in order. */
  contributed: string[]
}

/** The fingerprint of a report by its own facts. A casualty's group is its root's: the caller sees to that. */
export function fingerprint(report: CrashReport): Fingerprint {
  const { identity, cause } = report
  const origin = identity.behaviour === 'Process' ? identity.initialCall : identity.module
  const message = fieldValue(report.message)
  const stack = fieldValue(cause.stack)
  const parts: [word: string, value: string][] = [
    [identity.behaviour, steady(origin)],
    ['kind', cause.kind],
    ['reason', steady(cause.reason.tag)],
  ]
  const failed = failedFunction(stack?.frames ?? [])
  if (failed !== null) parts.push(['function', failed])
  // The name is the same whoever read the map; whoever wonders about the group is told.
  const isByHub = stack?.bundles?.some(({ map }) => map?.from === 'hub') ?? false
  const named = isByHub ? ' (by a source map that was uploaded)' : ''
  if (message) parts.push(['message', steady(message.type)])
  return printOf(parts, named)
}

/**
 * What version 1 put into a fingerprint, by its words, as a fingerprint of this version: the behaviour, kind, reason, the three
 * topmost functions and the message hold all that goes into it. `null` for words version 1 did not write.
 */
export function fromVersion1(contributed: readonly string[]): Fingerprint | null {
  const words = contributed.map((text): [word: string, value: string] => {
    const space = text.indexOf(' ')
    return [text.slice(0, Math.max(0, space)), text.slice(space + 1)]
  })
  const [origin, kind, reason, ...rest] = words
  if (!origin || kind?.[0] !== 'kind' || reason?.[0] !== 'reason') return null
  const failed = notGuard(rest.filter(([word]) => word === 'function').map(([, name]) => name))
  const message = rest.filter(([word]) => word === 'message')
  return printOf([
    origin,
    kind,
    reason,
    ...(failed === null ? [] : [['function', failed] as [string, string]]),
    ...message,
  ])
}

function printOf(parts: readonly [word: string, value: string][], named = ''): Fingerprint {
  return {
    fingerprint: createHash('sha256')
      .update(JSON.stringify([FINGERPRINT_VERSION, ...parts]))
      .digest('hex')
      .slice(0, 32),
    version: FINGERPRINT_VERSION,
    contributed: parts.map(([word, value]) => `${word} ${value}${word === 'function' ? named : ''}`),
  }
}

/**
 * The application's function that failed: the topmost with a name, so that recursion of any depth reads the same. A guard is
 * passed over where it has a caller.
 */
export function failedFunction(frames: readonly StackFrame[]): string | null {
  const names = frames.map(({ owner, fn }) => (owner !== 'app' || fn === null ? '' : functionName(fn)))
  return notGuard(names.filter((name) => name !== ''))
}

function notGuard(names: readonly string[]): string | null {
  let guard: string | null = null
  for (const name of names) {
    if (!GUARD.test(name.slice(name.lastIndexOf('.') + 1))) return name
    guard ??= name
  }
  return guard
}

/** `async Object.handleCall [as call]` and `handleCall` are one function. */
function functionName(fn: string): string {
  const bare = fn
    .replace(/\s*\[as [^\]]*\]$/, '')
    .replace(/^(?:(?:async|new|get|set)\s+)+/, '')
    .replace(/^(?:Object|Module|process|global|globalThis|exports)\./, '')
    .replace(/(?:^|\.)<anonymous>$/, '')
  return steady(bare)
}

/** Text without what differs from one crash to the next: pids, identifiers, numbers. */
function steady(text: string): string {
  return text
    .slice(0, 512)
    .replace(/<\d+(?:\.\d+)+>/g, '<pid>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b/gi, '#')
    .replace(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>')
    .replace(/\d+/g, '#')
}
