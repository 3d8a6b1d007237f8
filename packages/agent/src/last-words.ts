/**
 * The last words of a node: what nobody caught, outside of every process. Node.js ends the program for it, so there is no
 * later slice: the report is made, redacted and written to the spool before this returns, and the program ends as it
 * would have without us.
 */
import {
  type CrashReport,
  captured,
  nodeEndId,
  nodeEndReport,
  type Surroundings,
  type Term,
  truncated,
  unavailable,
} from '@orrery/protocol'
import { capture } from '@orrery/runtime'
import { boundReport } from './bound.ts'
import { termLine } from './reason-text.ts'
import type { Redactor } from './redact.ts'
import { chainOf, tagOf } from './render-crash.ts'
import type { Source } from './source.ts'
import type { Sources } from './sources.ts'
import { parseStack, stackText } from './stack.ts'
import { AGENT_VERSION } from './version.ts'

export interface Uncaught {
  error: unknown
  origin: 'uncaughtException' | 'unhandledRejection'
  atMs: number
  atUs: number
}

export interface LastWords {
  id: string
  json: Buffer
  /** One redacted line. */
  text: string
}

export interface LastWordsOptions {
  source: Source
  sources: Sources
  redactor: Redactor
  surroundings: () => Surroundings | null
}

/** The report of the end that `uncaught` brings, bounded and redacted. */
export function lastWords(uncaught: Uncaught, options: LastWordsOptions): LastWords {
  const { source, redactor } = options
  const { identity, counters } = source
  const surroundings = options.surroundings()
  const plain = nodeEndReport(
    {
      ...identity,
      pid: process.pid,
      agentVersion: AGENT_VERSION,
      startedAt: identity.startedAt.toISOString(),
      uptimeMs: uncaught.atUs / 1_000,
      messagesHandled: counters.handled,
      atMs: uncaught.atMs,
      atUs: uncaught.atUs,
    },
    causeOf(uncaught, options),
  )
  const waiting = {
    length: source.mailboxTotal,
    oldestMs: null,
    byType: [],
    first: [],
    last: [],
    fate: 'lost' as const,
  }
  const report = redactor.deep({
    ...plain,
    mailbox: truncated(waiting, 'of all processes together, as they were last counted'),
    ...(surroundings ? { surroundings: captured(surroundings) } : {}),
  })
  return { id: nodeEndId(identity.incarnation), json: boundReport(report), text: report.cause.reason.text }
}

function causeOf({ error, origin }: Uncaught, { sources, redactor }: LastWordsOptions): CrashReport['cause'] {
  const kind = origin === 'unhandledRejection' ? 'rejection' : 'throw'
  const term = capture(error)
  const reason = redactor.term(term)
  return {
    kind,
    reason: { kind, tag: tagOf(term), text: termLine(reason), term: reason },
    stack: stackOf(error, term, sources),
    chain: chainOf(reason),
    killer: unavailable('nobody ended it: nothing caught what was thrown'),
  }
}

function stackOf(error: unknown, term: Term, sources: Sources): CrashReport['cause']['stack'] {
  const stack = stackText(error)
  if (!stack.ok) return unavailable(stack.why)
  const message = term !== null && typeof term === 'object' && term.$ === 'error' ? term.message : undefined
  const frames = parseStack(stack.text, typeof message === 'string' ? message : undefined)
  sources.loadNow(frames)
  return captured({ raw: stack.text, ...sources.resolve(frames) })
}
