/**
 * A node's own end, told as a crash report. Hub and agent may both tell of the same end: the hub from what it no longer
 * hears, the next life from what the last one left in its spool folder. The id is made of the incarnation alone, so that
 * both tell the same report (SPEC, WIRE-70 to 76).
 */
import { z } from 'zod'
import type { CrashReport, Identity } from './crash-report.ts'
import { captured, unavailable } from './term.ts'

/** How a life ended, as far as what it left behind tells. */
export const NODE_ENDS = ['stopped', 'exited', 'crashed', 'killed', 'machine_restarted', 'unknown'] as const
export type NodeEnd = (typeof NODE_ENDS)[number]

/** Most earlier lives a hello tells of. */
export const MAX_LIVES = 16

/** An injection that ended a node from outside. */
export const endingFault = z.object({
  experiment: z.string().min(1).max(64),
  kind: z.string().min(1).max(64),
  firing: z.string().min(1).max(96),
})
export type EndingFault = z.infer<typeof endingFault>

export const earlierLife = z.object({
  incarnation: z.uuid(),
  startedAt: z.iso.datetime(),
  /** Its end where that was noted, else when it was seen alive last; the node's wall clock. */
  lastSignAt: z.iso.datetime(),
  pid: z.int().nonnegative(),
  host: z.string().max(255),
  end: z
    .string()
    .max(32)
    .transform((word): NodeEnd => NODE_ENDS.find((known) => known === word) ?? 'unknown'),
  /** One line: an exit code, what was thrown. */
  detail: z.string().max(1_024),
  /** The injected fault that ended it, where whoever sent the signal also saw the node end of it. */
  fault: endingFault.nullable().catch(null).exactOptional(),
})
export type EarlierLife = z.infer<typeof earlierLife>

/** The id of the report of this incarnation's own end: the same UUID with version 8. */
export function nodeEndId(incarnation: string): string {
  const id = incarnation.toLowerCase()
  return `${id.slice(0, 14)}8${id.slice(15)}`
}

/** Whether a report tells of the end of its whole node, and not of one of its processes. */
export function isNodeEnd(report: CrashReport): boolean {
  return report.id.toLowerCase() === nodeEndId(report.identity.incarnation)
}

/** Whether it was made without the node's own last words, which take its place when they come. */
export function isNodeDown(report: CrashReport): boolean {
  return report.cause.kind === 'node-down' && isNodeEnd(report)
}

export interface NodeEndFacts {
  node: string
  incarnation: string
  /** Of the OS process. */
  pid: number
  runtime: { name: string; version: string }
  release: string | null
  agentVersion: string
  startedAt: string
  uptimeMs: number
  messagesHandled: number
  /** Unix milliseconds, and the node's monotonic microseconds. */
  atMs: number
  atUs: number
}

/** The report of a node's end with what is known of every such end; the other parts say why they are not there. */
export function nodeEndReport(facts: NodeEndFacts, cause: CrashReport['cause']): CrashReport {
  const id = nodeEndId(facts.incarnation)
  const outside = unavailable('it happened outside of every process')
  return {
    id,
    at: new Date(facts.atMs).toISOString(),
    atUs: Math.max(0, Math.round(facts.atUs)),
    identity: identityOf(facts),
    cause,
    message: outside,
    caller: outside,
    mailbox: unavailable('no sample of the node is held'),
    flightRecorder: unavailable('only processes have one'),
    state: unavailable('the state of its processes went with the node'),
    sends: outside,
    peers: unavailable('a node has no links'),
    cascade: captured({ rootCrash: id, parentCrash: null, mechanism: null, depth: 0 }),
    decision: unavailable('no supervisor stands above a node'),
    outcome: captured({
      kind: 'pending',
      newPid: null,
      backAfterMs: null,
      firstHandledAfterMs: null,
      crashedAgain: false,
      escalatedTo: null,
    }),
    causalChain: unavailable('tracing was off'),
    faults: captured([]),
    surroundings: unavailable('no sample of the node is held'),
    group: unavailable('the hub groups reports'),
    losses: { similarNotStored: 0 },
  }
}

function identityOf(facts: NodeEndFacts): Identity {
  return {
    node: facts.node,
    incarnation: facts.incarnation,
    pid: String(facts.pid),
    key: '',
    name: facts.node,
    label: null,
    behaviour: 'Node',
    module: facts.node.split('@')[0] ?? facts.node,
    initialCall: `${facts.runtime.name} ${facts.runtime.version}`,
    ancestors: [],
    startedAt: facts.startedAt,
    uptimeMs: Math.max(0, facts.uptimeMs),
    messagesHandled: facts.messagesHandled,
    release: facts.release,
    agentVersion: facts.agentVersion,
  }
}
