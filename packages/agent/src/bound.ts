/** Makes a report fit `LIMITS.crashReportBytes`: parts are trimmed, each says so, and none goes without a word. */
import { type CrashReport, type Field, LIMITS, type Term, truncated, unavailable } from '@orrery/protocol'
import { mapField } from './render-crash.ts'

/** Bytes a part may take once the whole is too large; together they are below the limit. */
const SHARES = {
  state: 80_000,
  message: 36_000,
  entry: 4_000,
  queued: 2_000,
  sent: 1_500,
  reason: 12_000,
  text: 12_000,
} as const
const WHY = 'the report was too large'

/** The report as JSON of at most `limit` bytes. */
export function boundReport(report: CrashReport, limit: number = LIMITS.crashReportBytes): Buffer {
  const whole = Buffer.from(JSON.stringify(report), 'utf8')
  if (whole.length <= limit) return whole
  const trimmed = trim(report)
  const json = Buffer.from(JSON.stringify(trimmed), 'utf8')
  return json.length <= limit ? json : withoutLargest(trimmed, limit)
}

/** The term in at most about `bytes` of JSON: what is far down or far behind goes first. */
export function boundTerm(term: Term, bytes: number): Term {
  return fits(term, bytes) ? term : shrink(term, { left: bytes })
}

function trim(report: CrashReport): CrashReport {
  const { cause } = report
  return {
    ...report,
    cause: {
      ...cause,
      reason: { ...cause.reason, term: boundTerm(cause.reason.term, SHARES.reason) },
      stack: part(cause.stack, (stack) => ({
        ...stack,
        frames: stack.frames.slice(0, 20),
        raw: stack.raw.slice(0, SHARES.text),
      })),
      chain: cause.chain.slice(0, 8).map(({ name, message }) => ({ name, message: message.slice(0, 1_000) })),
    },
    message: part(report.message, (message) => ({
      ...message,
      value: boundTerm(message.value, SHARES.message),
    })),
    mailbox: part(report.mailbox, (mailbox) => ({
      ...mailbox,
      first: mailbox.first.map((value) => boundTerm(value, SHARES.queued)),
      last: mailbox.last.map((value) => boundTerm(value, SHARES.queued)),
    })),
    flightRecorder: part(report.flightRecorder, (recorder) => ({
      ...recorder,
      entries: recorder.entries
        .slice(-8)
        .map((entry) => ({ ...entry, value: boundTerm(entry.value, SHARES.entry) })),
    })),
    state: part(report.state, (state) => ({
      ...state,
      before: boundTerm(state.before, SHARES.state),
      changed: state.changed.slice(0, 8).map((change) => ({
        path: change.path,
        before: boundTerm(change.before, SHARES.queued),
        after: boundTerm(change.after, SHARES.queued),
      })),
    })),
    sends: part(report.sends, (sends) => ({
      ...sends,
      items: sends.items.slice(0, 16).map((sent) => ({ ...sent, value: boundTerm(sent.value, SHARES.sent) })),
    })),
    peers: part(report.peers, (peers) => peers.slice(0, 16)),
    decision: mapField(report.decision, (decision) => ({
      ...decision,
      stopped: decision.stopped.slice(0, 8),
    })),
  }
}

/** A part with a smaller value says that it was trimmed. */
function part<T>(field: Field<T>, smaller: (value: T) => T): Field<T> {
  if (field.status !== 'captured' && field.status !== 'truncated') return field
  const value = smaller(field.value)
  if (JSON.stringify(value).length === JSON.stringify(field.value).length) return field
  return truncated(value, field.status === 'truncated' ? `${field.why}; ${WHY}` : WHY)
}

const PARTS = [
  'state',
  'flightRecorder',
  'mailbox',
  'sends',
  'peers',
  'message',
  'decision',
  'causalChain',
  'surroundings',
  'faults',
] as const

/** The last resort: whole parts go, largest first, until it fits. */
function withoutLargest(report: CrashReport, limit: number): Buffer {
  const out: CrashReport = { ...report }
  const bySize = [...PARTS].sort((a, b) => sizeOf(report[b]) - sizeOf(report[a]))
  for (const name of bySize) {
    Object.assign(out, { [name]: unavailable(WHY) })
    const json = Buffer.from(JSON.stringify(out), 'utf8')
    if (json.length <= limit) return json
  }
  out.cause = {
    ...out.cause,
    stack: unavailable(WHY),
    chain: [],
    reason: { ...out.cause.reason, term: null },
  }
  out.identity = { ...out.identity, ancestors: [] }
  return Buffer.from(JSON.stringify(out), 'utf8')
}

function shrink(term: Term, budget: { left: number }): Term {
  if (budget.left <= 0) return { $: 'truncated', why: 'size' }
  if (term === null || typeof term === 'boolean' || typeof term === 'number') {
    budget.left -= 8
    return term
  }
  if (typeof term === 'string') return shrinkText(term, term.length, budget)
  budget.left -= 40
  switch (term.$) {
    case 'object': {
      const entries = takeWhile(term.entries, budget, ([key, value]): [string, Term] => {
        budget.left -= Buffer.byteLength(key) + 6
        return [key, shrink(value, budget)]
      })
      return withMore({ ...term, entries }, term.entries.length - entries.length)
    }
    case 'array':
    case 'set': {
      const items = takeWhile(term.items, budget, (item) => shrink(item, budget))
      return withMore({ ...term, items }, term.items.length - items.length)
    }
    case 'map': {
      const entries = takeWhile(term.entries, budget, ([key, value]): [Term, Term] => [
        shrink(key, budget),
        shrink(value, budget),
      ])
      return withMore({ ...term, entries }, term.entries.length - entries.length)
    }
    case 'error': {
      const message = shrink(term.message, budget)
      const cause = term.cause === undefined ? {} : { cause: shrink(term.cause, budget) }
      return { $: 'error', name: term.name.slice(0, 255), message, ...cause }
    }
    case 'text':
      return shrinkText(term.text, term.length, budget)
    default:
      budget.left -= Buffer.byteLength(JSON.stringify(term))
      return budget.left < -200 ? { $: 'truncated', why: 'size' } : term
  }
}

function shrinkText(text: string, length: number, budget: { left: number }): Term {
  const bytes = Buffer.byteLength(JSON.stringify(text))
  if (bytes <= budget.left && length === text.length) {
    budget.left -= bytes
    return text
  }
  // JSON may take six bytes for one unit, so the cut is on the safe side.
  const kept = text.slice(0, Math.max(0, Math.floor(budget.left / 6))).toWellFormed()
  budget.left -= Buffer.byteLength(JSON.stringify(kept)) + 40
  return { $: 'text', text: kept, length }
}

function takeWhile<T, U>(list: readonly T[], budget: { left: number }, take: (item: T) => U): U[] {
  const out: U[] = []
  for (const item of list) {
    if (budget.left <= 0) break
    out.push(take(item))
  }
  return out
}

function withMore<T extends { more?: number }>(term: T, left: number): T {
  return left === 0 ? term : { ...term, more: (term.more ?? 0) + left }
}

function fits(value: unknown, bytes: number): boolean {
  return sizeOf(value) <= bytes
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8')
}
