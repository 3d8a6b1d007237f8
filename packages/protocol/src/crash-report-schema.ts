/**
 * Schemas of what an agent tells about a crash: the report, and the decision and outcome that follow it. A key that is
 * not known is dropped; a part that is missing or out of bounds refuses the whole with `record.malformed`.
 */
import { z } from 'zod'
import { fieldOf, term } from './term-schema.ts'

/** Names, tags, pids, paths. */
const name = z.string().max(1_024)
/** A logical key is a path of names. */
const key = z.string().max(4_096)
const line = z.string().max(4_096)
const text = z.string().max(65_536)
const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const time = z.iso.datetime()
const someone = z.object({ pid: name, name: name.nullable() })
const keyed = z.object({ pid: name, name: name.nullable(), key })
const histogram = z.array(z.object({ type: name, count })).max(256)
export const messageKind = z.enum([
  'call',
  'cast',
  'info',
  'system',
  'init',
  'terminate',
  'continue',
  'timeout',
])

const exitKind = z.enum([
  'normal',
  'throw',
  'rejection',
  'exit',
  'kill',
  'timeout',
  'out-of-memory',
  'node-down',
])

const identity = z.object({
  node: name,
  incarnation: name,
  pid: name,
  key,
  name: name.nullable(),
  label: line.nullable(),
  behaviour: name,
  module: name,
  initialCall: name,
  ancestors: z.array(someone).max(256),
  startedAt: time,
  uptimeMs: ms,
  messagesHandled: count,
  trapsExit: z.boolean().exactOptional(),
  release: name.nullable(),
  agentVersion: name,
})

const stackFrame = z.object({
  fn: line.nullable(),
  file: line.nullable(),
  line: count.nullable(),
  column: count.nullable(),
  owner: z.enum(['app', 'vendor', 'runtime', 'node']),
  context: z
    .array(z.tuple([count, line]))
    .max(64)
    .exactOptional(),
})

const bundle = z.object({
  file: line,
  sha256: name.nullable(),
  debugId: name.nullable(),
  map: z
    .discriminatedUnion('from', [
      z.object({ from: z.literal('node'), file: line.nullable() }),
      z.object({ from: z.literal('hub'), id: name, by: name, at: time }),
    ])
    .nullable(),
  why: line.exactOptional(),
})

const cause = z.object({
  kind: exitKind,
  reason: z.object({ kind: exitKind, tag: name, text: line, term }),
  stack: fieldOf(
    z.object({
      frames: z.array(stackFrame).max(256),
      raw: text,
      bundles: z.array(bundle).max(16).exactOptional(),
    }),
  ),
  chain: z.array(z.object({ name, message: text })).max(64),
  killer: fieldOf(someone.extend({ via: z.enum(['link', 'exit', 'shutdown', 'command']) })),
})

const handledMessage = z.object({
  seq: count,
  kind: messageKind,
  type: name,
  value: term,
  sender: someone.nullable(),
  queuedMs: ms.nullable(),
  handlerMs: ms.nullable(),
  breach: z
    .object({ contract: name, side: z.enum(['client', 'server']), what: name, why: line })
    .exactOptional(),
})

const caller = someone.extend({ isAlive: z.boolean(), pendingCall: name, waitingMs: ms })

const mailbox = z.object({
  length: count,
  oldestMs: ms.nullable(),
  byType: histogram,
  first: z.array(term).max(64),
  last: z.array(term).max(64),
  fate: z.enum(['lost', 'kept', 'dead-lettered']),
})

export const flightRecorder = z.object({
  entries: z
    .array(
      z.object({
        seq: count,
        kind: messageKind,
        type: name,
        value: term,
        sender: name.nullable(),
        beforeMs: ms,
        waitMs: ms.nullable(),
        tookMs: ms.nullable(),
        isFatal: z.boolean(),
      }),
    )
    .max(256),
  overwritten: count,
})

const state = z.object({
  before: term,
  sizeBytes: count.nullable(),
  changed: z.array(z.object({ path: line, before: term, after: term })).max(256),
})

const sends = z.object({
  items: z.array(z.object({ to: key, type: name, value: term })).max(256),
  more: count,
})

const peerFacts = z.object({
  initialCall: name,
  status: name,
  trapsExit: z.boolean(),
  mailboxLength: count,
  messagesHandled: count,
  ancestors: z.array(someone).max(64),
  links: z.array(someone).max(64),
})

const peer = someone.extend({
  relation: z.enum(['link', 'monitor', 'monitored-by', 'parent']),
  effect: z.enum(['trapped', 'exited', 'unaffected', 'notified']),
  facts: peerFacts.exactOptional(),
})

const cascade = z.object({
  rootCrash: name,
  parentCrash: name.nullable(),
  mechanism: z.enum(['link', 'one_for_all', 'rest_for_one', 'intensity', 'node-down']).nullable(),
  depth: count,
})

const childSpec = z.object({
  id: name,
  restart: z.enum(['permanent', 'transient', 'temporary']),
  shutdown: z.union([ms, z.literal('brutal_kill'), z.literal('infinity')]),
  kind: z.enum(['supervisor', 'worker']),
  module: name,
  significant: z.boolean().exactOptional(),
  args: term.exactOptional(),
})

export const decision = z.object({
  supervisor: keyed,
  strategy: z.enum(['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one']),
  childSpec,
  action: z.enum(['restart', 'leave', 'give_up']),
  intensity: count,
  periodMs: ms,
  restartsInWindow: z.array(ms).max(1_024),
  headroom: z.int(),
  stopped: z.array(keyed).max(1_024),
})

export const outcome = z.object({
  kind: z.enum(['restarted', 'not_restarted', 'given_up', 'pending']),
  newPid: name.nullable(),
  backAfterMs: ms.nullable(),
  firstHandledAfterMs: ms.nullable(),
  crashedAgain: z.boolean(),
  escalatedTo: name.nullable(),
})

const causalHop = someone.extend({ type: name })

const faultTouch = z.object({
  fault: name,
  kind: name,
  role: z.enum(['direct', 'upstream', 'silent']),
  firing: name.nullable(),
})

const surroundings = z.object({
  processes: count,
  eventLoopDelayMs: ms.nullable(),
  heapUsedBytes: count,
  heapTotalBytes: count.nullable(),
  rssBytes: count,
  fullestMailboxes: z.array(someone.extend({ length: count })).max(64),
})

const group = z.object({
  fingerprint: name,
  version: count,
  contributed: z.array(line).max(64),
  firstSeen: time,
  occurrence: count,
})

const losses = z.object({
  similarNotStored: count,
  similarPruned: count.exactOptional(),
  stormKey: line.exactOptional(),
})

/**
 * A crash report as an agent sends it.
 *
 * ```ts
 * const parsed = crashReport.safeParse(record.report)
 * if (!parsed.success) refuse('record.malformed')
 * ```
 */
export const crashReport = z.object({
  id: z.uuid(),
  at: time,
  atUs: ms,
  identity,
  cause,
  message: fieldOf(handledMessage),
  caller: fieldOf(caller),
  mailbox: fieldOf(mailbox),
  flightRecorder: fieldOf(flightRecorder),
  state: fieldOf(state),
  sends: fieldOf(sends),
  peers: fieldOf(z.array(peer).max(1_024)),
  cascade: fieldOf(cascade),
  decision: fieldOf(decision),
  outcome: fieldOf(outcome),
  causalChain: fieldOf(z.array(causalHop).max(256)),
  faults: fieldOf(z.array(faultTouch).max(256)),
  surroundings: fieldOf(surroundings),
  group: fieldOf(group),
  losses,
})
