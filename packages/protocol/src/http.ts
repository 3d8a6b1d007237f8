/**
 * The public HTTP API, as schemas: what `/api/v1` takes and answers. The hub checks requests by them, writes the OpenAPI
 * document from them, and clients read answers with them.
 *
 * Lists answer `{ items, nextCursor }`. Times are ISO 8601 with milliseconds, durations end in `Ms`, sizes in `Bytes`,
 * rates are per second, ids are strings.
 */
import { z } from 'zod'
import { exitReason } from './commands.ts'
import type { CrashReport } from './crash-report.ts'
import { STATUSES } from './process.ts'

const time = z.iso.datetime()
const name = z.string().nullable()
const count = z.int().nonnegative()
const rate = z.number()
/** Any JSON. Not `z.json()`, whose recursion no OpenAPI document can name. */
const json = z.unknown()

/** Any list. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null on the last.'),
  })
}

/** RFC 9457, as `application/problem+json`. `code` is for programs, `detail` for people. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    from: z.int().optional().describe('Of a query that does not parse: where the wrong part begins.'),
    to: z.int().optional().describe('Where it ends, exclusive.'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    auditId: z.string().nullable().optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>

const status = z.enum(STATUSES)
const strategy = z.enum(['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'])

export const node = z
  .object({
    node: z.string(),
    runtime: z.object({ kind: z.string(), name: z.string(), version: z.string() }),
    agentVersion: z.string(),
    release: name,
    capabilities: z.array(z.string()),
    absent: z.record(z.string(), z.string()).describe('Why a capability is absent.'),
    incarnation: z.string(),
    status: z.enum(['live', 'stale', 'gone', 'stopped']),
    worst: status.describe('Worst status of its processes.'),
    startedAt: time,
    lastHeardAt: time,
    host: z.string(),
    processes: count,
    messagesPerS: rate,
    mailboxLength: count.describe('Sum over its processes.'),
    mailboxGrowthPerS: rate,
    utilisation: z.number().describe('0 to 1.'),
    eventLoopDelayP99Ms: z.number(),
    rssBytes: z.number(),
    heapUsedBytes: z.number(),
    heapLimitBytes: z.number(),
    crashes5m: count,
    restarts5m: count,
    faults: count,
    pausedBy: name.describe('The experiment that has it stand still right now.'),
    agent: z.object({
      cpuPercent: z.number(),
      spoolBytes: z.number(),
      spoolRefused: count,
      drops: count,
      gaps: count,
    }),
  })
  .meta({ id: 'Node' })
export type HttpNode = z.infer<typeof node>

export const process = z
  .object({
    node: z.string(),
    pid: z.string(),
    key: z.string().describe('Logical key: the path of child ids and slots, kept over restarts.'),
    name: z.string(),
    label: name,
    behaviour: z.string(),
    module: z.string(),
    parent: name.describe('Logical key of its supervisor.'),
    status,
    mailboxLength: count,
    receivedPerS: rate,
    handledPerS: rate,
    restarts: count,
    startedAt: time,
    fault: name.describe('Id of the fault it is under.'),
  })
  .meta({ id: 'Process' })
export type HttpProcess = z.infer<typeof process>

export const intensity = z.object({
  allowed: count,
  periodMs: z.number(),
  restartsAt: z.array(time).describe('Restarts inside the window.'),
})

const treeFacts = process.extend({
  kind: z.enum(['supervisor', 'worker', 'pool']),
  strategy: strategy.nullable(),
  intensity: intensity.nullable(),
  pool: z
    .object({ count, counts: z.partialRecord(status, count) })
    .nullable()
    .describe('Eight and more siblings of one module stand together; ask for processes to see each.'),
  childCount: count,
})
/** A process and all below it. */
export type HttpTreeNode = z.infer<typeof treeFacts> & { children: HttpTreeNode[] }
export const treeNode: z.ZodType<HttpTreeNode> = treeFacts
  .extend({
    get children() {
      return z.array(treeNode)
    },
  })
  .meta({ id: 'TreeNode' })

export const tree = z
  .object({
    node: z.string(),
    status: node.shape.status,
    processes: count,
    roots: z.array(treeNode),
  })
  .meta({ id: 'Tree' })

/** A value of a node, JSON: tagged as `@orrery/protocol/term` says. */
const term = json
const peer = z.object({ pid: z.string(), key: z.string(), name })
const part = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('captured'), value }),
    z.object({ status: z.literal('truncated'), value, why: z.string() }),
    z.object({ status: z.literal('redacted'), why: z.string() }),
    z.object({ status: z.literal('unavailable'), why: z.string() }),
  ])

/** What only the node itself knows, asked for when somebody looks. */
export const inspection = z
  .looseObject({
    state: part(term),
    stateSizeBytes: z.number().nullable(),
    mailbox: z.looseObject({
      length: count,
      oldestMs: z.number().nullable(),
      byType: z.array(z.object({ type: z.string(), count })),
      first: z.array(z.looseObject({ type: z.string(), kind: z.string(), value: term, sender: name })),
    }),
    links: z.array(peer),
    monitors: z.array(peer),
    monitoredBy: z.array(peer),
    messages: z.looseObject({ entries: z.array(z.looseObject({})), overwritten: count }),
    initialCall: z.string(),
    ancestors: z.array(z.object({ pid: z.string(), name })),
    trapsExit: z.boolean(),
    version: name.optional(),
    isolation: name.optional(),
  })
  .meta({ id: 'Inspection' })

export const processDetail = process
  .extend({
    kind: z.enum(['supervisor', 'worker', 'pool']),
    strategy: strategy.nullable(),
    intensity: intensity.nullable(),
    supervisor: z
      .object({
        pid: z.string(),
        key: z.string(),
        name: z.string(),
        strategy,
        allowed: count,
        periodMs: z.number(),
      })
      .nullable(),
    childSpec: z.object({ restart: z.string(), shutdown: z.union([z.number(), z.string()]) }).nullable(),
    inspection: inspection.nullable(),
    inspectionError: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the node could not be asked.'),
    crashes: z.array(
      z.object({ id: z.string(), at: time, reason: z.string(), text: z.string(), stored: z.boolean() }),
    ),
    incarnations: z.array(
      z.object({ pid: z.string(), startedAt: time, exitedAt: time.nullable(), exit: z.string().nullable() }),
    ),
  })
  .meta({ id: 'ProcessDetail' })
export type HttpProcessDetail = z.infer<typeof processDetail>

const commandId = z
  .string()
  .regex(/^[\w.:-]{1,64}$/)
  .optional()
  .describe('Yours, so that sending twice does once.')
const durationMs = z.int().min(100).max(3_600_000).optional()

/** Body of `POST /nodes/:node/processes/:pid/commands`. */
export const commandBody = z.discriminatedUnion('command', [
  z.object({ command: z.literal('kill'), id: commandId, reason: exitReason.optional() }),
  z.object({ command: z.literal('suspend'), id: commandId, durationMs }),
  z.object({ command: z.literal('resume'), id: commandId }),
  z.object({
    command: z.literal('crash_next'),
    id: commandId,
    durationMs,
    reason: z.string().min(1).max(255).optional(),
  }),
  z.object({ command: z.literal('send'), id: commandId, message: json }),
])
export type CommandBody = z.infer<typeof commandBody>

export const commandAnswer = z
  .object({
    id: z.string(),
    status: z.literal('applied'),
    leaseId: z.string().optional(),
    value: json.optional(),
    auditId: z.string(),
  })
  .meta({ id: 'CommandAnswer' })
export type CommandAnswer = z.infer<typeof commandAnswer>

export const auditEntry = z
  .object({
    id: z.string(),
    at: time,
    who: z.string(),
    role: z.enum(['viewer', 'operator']),
    action: z.string(),
    node: name,
    key: name.describe('Logical key of the process.'),
    pid: name,
    parameters: z.record(z.string(), json),
    result: z
      .discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), at: time, detail: z.string().optional() }),
        z.object({ ok: z.literal(false), at: time, code: z.string(), message: z.string() }),
      ])
      .nullable()
      .describe('Null while it is under way.'),
  })
  .meta({ id: 'AuditEntry' })
export type HttpAuditEntry = z.infer<typeof auditEntry>

export const METRICS = ['messages', 'processes', 'mailbox', 'utilisation', 'memory', 'crashes'] as const

/** Held for one process, for a minute. */
export const PROCESS_METRICS = ['received', 'handled', 'mailbox'] as const

export const series = z
  .object({
    metric: z.string(),
    stepMs: z.int(),
    from: time.describe('Of the first value.'),
    to: time,
    heldFrom: time.nullable().describe('Nothing before this is held.'),
    lines: z.array(z.object({ node: z.string(), values: z.array(z.number().nullable()) })),
  })
  .meta({ id: 'Series' })
export type HttpSeries = z.infer<typeof series>

export const crashSummary = z
  .object({
    id: z.string(),
    at: time,
    atUs: z.number(),
    node: z.string(),
    incarnation: z.string(),
    key: z.string(),
    pid: z.string(),
    name,
    behaviour: z.string(),
    module: z.string(),
    kind: z.string(),
    reason: z.string(),
    reasonText: z.string(),
    topFrame: name,
    messageType: name,
    mailboxLength: count.nullable(),
    outcome: z.string(),
    backAfterMs: z.number().nullable(),
    group: z.string(),
    isRoot: z.boolean(),
    isInjected: z.boolean(),
  })
  .meta({ id: 'CrashSummary' })
export type HttpCrashSummary = z.infer<typeof crashSummary>

const anyPart = part(json)
/** A whole report: seventeen parts beside `id` and `at`. `CrashReport` is its exact type. */
export const crashReport = z
  .looseObject({
    id: z.string(),
    at: time,
    atUs: z.number(),
    identity: z.looseObject({
      node: z.string(),
      incarnation: z.string(),
      pid: z.string(),
      key: z.string(),
      name,
      label: name,
      behaviour: z.string(),
      module: z.string(),
      initialCall: z.string(),
      ancestors: z.array(z.object({ pid: z.string(), name })),
      startedAt: z.string(),
      uptimeMs: z.number(),
      messagesHandled: z.number(),
      trapsExit: z.boolean().optional(),
      release: name,
      agentVersion: z.string(),
    }),
    cause: z.looseObject({
      kind: z.string(),
      reason: z.looseObject({ kind: z.string(), tag: z.string(), text: z.string(), term }),
      stack: anyPart,
      chain: z.array(z.object({ name: z.string(), message: z.string() })),
      killer: anyPart,
    }),
    message: anyPart,
    caller: anyPart,
    mailbox: anyPart,
    flightRecorder: anyPart,
    state: anyPart,
    sends: anyPart,
    peers: anyPart,
    cascade: anyPart,
    decision: anyPart,
    outcome: anyPart,
    causalChain: anyPart,
    faults: anyPart,
    surroundings: anyPart,
    group: anyPart,
    losses: z.looseObject({ similarNotStored: z.number() }),
  })
  .meta({ id: 'CrashReport' })
export type HttpCrashReport = CrashReport

/** What became of a report that was imported: `held` where it was here already. */
export const crashImport = z
  .object({ id: z.string(), status: z.enum(['stored', 'held']), auditId: z.string() })
  .meta({ id: 'CrashImport' })
export type HttpCrashImport = z.infer<typeof crashImport>

export const crashGroup = z
  .object({
    id: z.string(),
    fingerprint: z.string(),
    version: z.int().describe('Of the algorithm.'),
    contributed: z.array(z.string()).describe('What went into the fingerprint, in words.'),
    name: z.string(),
    module: z.string(),
    kind: z.string(),
    reason: z.string(),
    reasonText: z.string(),
    topFrame: name,
    count: count.describe('Root crashes, those counted in a storm and not stored included.'),
    casualties: count.describe('Processes that went down with them.'),
    notStored: count,
    firstSeen: time,
    lastSeen: time,
    nodes: z.array(z.string()),
    lastCrash: name.describe('Id of the newest root crash.'),
    status: z
      .enum(['new', 'regressed', 'ongoing', 'resolved', 'ignored'])
      .describe(
        '`new` for 24 h after it was first seen; `regressed` since it crashed again after it was resolved.',
      ),
    statusAt: time.nullable().describe('Since when somebody has it resolved or ignored, or opened it again.'),
    statusBy: name,
    resolvedIn: name.describe('The newest release that had crashed when it was resolved.'),
    regressedAt: time.nullable(),
    merged: z.array(z.string()).describe('Fingerprints of groups that were merged into this one.'),
  })
  .meta({ id: 'CrashGroup' })
export type HttpCrashGroup = z.infer<typeof crashGroup>

/** Who wrote or did what to a group, and when. */
export const crashGroupNote = z
  .object({
    id: z.string(),
    at: time,
    who: z.string(),
    change: z
      .enum(['resolved', 'ignored', 'opened', 'merged', 'unmerged'])
      .nullable()
      .describe('What was done; null for words alone.'),
    text: z.string(),
  })
  .meta({ id: 'CrashGroupNote' })

export const crashGroupDetail = crashGroup
  .extend({
    mergedGroups: z.array(
      z.object({ fingerprint: z.string(), name: z.string(), reasonText: z.string(), count }),
    ),
    notes: z.array(crashGroupNote).describe('The newest 50, newest first.'),
    auditId: z.string().optional().describe('Of the change that was asked for.'),
  })
  .meta({ id: 'CrashGroupDetail' })
export type HttpCrashGroupDetail = z.infer<typeof crashGroupDetail>

/** At least one of both. `open` ends a resolution or an ignoring. */
export const crashGroupPatch = z
  .object({
    status: z.enum(['open', 'resolved', 'ignored']).optional(),
    note: z.string().trim().min(1).max(4_000).optional(),
  })
  .refine(({ status, note }) => status !== undefined || note !== undefined, {
    message: 'a status or a note is needed',
  })
  .meta({ id: 'CrashGroupPatch' })

/** A fault is a lease: it ends by itself unless the hub renews it. */
export const fault = z
  .object({
    id: z.string(),
    fault: z.enum(['suspend', 'crash_next']),
    target: z.object({ node: z.string(), key: z.string(), pid: z.string(), name: z.string() }),
    by: z.string(),
    status: z.enum(['requested', 'active', 'ended']),
    startedAt: time,
    endsAt: time,
    endedAt: time.nullable(),
    why: name.describe('Why it ended.'),
  })
  .meta({ id: 'Fault' })
export type HttpFault = z.infer<typeof fault>

/** The latch: while it holds, nothing new is injected. */
export const halt = z
  .object({
    isHalted: z.boolean(),
    haltedAt: time.nullable(),
    haltedBy: name,
    released: count.optional().describe('Leases and experiments this call ended.'),
    unreached: z
      .array(z.string())
      .optional()
      .describe('Nodes that could not be told; their agents end every lease within five seconds.'),
    auditId: z.string().nullable().optional(),
  })
  .meta({ id: 'Halt' })
export type HttpHalt = z.infer<typeof halt>

export const loginBody = z.object({
  token: z.string().min(1).max(512),
  name: z.string().trim().min(1).max(64).optional().describe('Shown in the audit trail.'),
})

export const session = z
  .object({
    role: z.enum(['viewer', 'operator']).nullable().describe('Null for nobody.'),
    who: name,
    needsLogin: z.boolean(),
  })
  .meta({ id: 'Session' })
export type HttpSession = z.infer<typeof session>

export const health = z.object({
  status: z.enum(['ok', 'unavailable']),
  store: z.enum(['ready', 'down']).optional(),
})

const byCode = z.record(z.string(), count).describe('By code of SPEC.md.')

/** The hub of itself: what it counted since its start, for whoever has no Prometheus. */
export const hub = z
  .object({
    version: z.string(),
    store: z.object({ kind: z.enum(['embedded', 'postgres']), isReady: z.boolean() }),
    browsers: z.object({
      connected: count,
      behind: count.describe('That have not read the last picture.'),
      cut: count.describe('Closed because they asked and did not listen.'),
      messages: count,
      skipped: count.describe('Pictures not sent because the browser had not read the last.'),
    }),
    agents: z.object({
      connected: count,
      frames: count,
      records: count,
      gaps: count.describe('Frames that were sent and did not arrive.'),
      recordsSkipped: count.describe('Of types this hub does not know.'),
      frameErrors: byCode,
      refusals: byCode,
    }),
    crashes: z.object({ pending: count, stored: count, refused: count, amendmentsLost: count }),
    storeFailures: count,
  })
  .meta({ id: 'Hub' })
export type HttpHub = z.infer<typeof hub>
