/**
 * Hello, welcome, refusal, goodbye. An agent connects to socket.io namespace `/agent` with a `Hello` as its `auth`;
 * the hub answers with the event `welcome` or with a connect error whose `data` is a `Refusal`.
 */
import { z } from 'zod'
import { FAULTS, type FaultName } from './faults/catalogue.ts'
import { earlierLife, MAX_LIVES } from './node-end.ts'
import { nodeFacts } from './node-facts.ts'

/** Protocol versions this code speaks, both ends inclusive. */
export const PROTOCOL = { min: 1, max: 1 } as const

/** Bounds every hub enforces and every agent keeps. */
export const LIMITS = {
  frameBytes: 1_048_576,
  recordBytes: 524_288,
  crashReportBytes: 262_144,
  frameRecords: 65_536,
  /** One string of a packed record, in UTF-8; writers cut at it. */
  textBytes: 1_024,
  /** Arrays and objects within each other in a message that is sent to a process. */
  messageLevels: 64,
  nameLength: 255,
  /** A node silent this long is shown stale, then gone. */
  staleAfterMs: 3_000,
  goneAfterMs: 10_000,
  heartbeatMs: 1_000,
  /** A lease not renewed for this long ends by itself. */
  leaseMs: 5_000,
} as const

/** One for each kind of fault that may be injected. */
const FAULT_CAPABILITIES = (Object.keys(FAULTS) as FaultName[]).map((kind) => `fault.${kind}` as const)

/** What a node can be asked to do. The UI offers exactly what is announced. */
export const CAPABILITIES = [
  'tree',
  'inspect.state',
  'inspect.mailbox',
  'inspect.links',
  'inspect.messages',
  'inspect.ports',
  'process.send',
  'process.kill',
  'process.suspend',
  ...FAULT_CAPABILITIES,
] as const
export type Capability = (typeof CAPABILITIES)[number]

export const nodeName = z
  .string()
  .min(1)
  .max(LIMITS.nameLength)
  .regex(/^[\w.-]+@[\w.-]+$/, 'a node is named like mail@host')

export const hello = z.object({
  protocol: z.object({ min: z.int().min(1), max: z.int().min(1) }),
  node: nodeName,
  /** A UUID minted at the node's start. */
  incarnation: z.uuid(),
  runtime: z.object({ kind: z.string().max(64), name: z.string().max(64), version: z.string().max(64) }),
  agentVersion: z.string().max(64),
  release: z.string().max(128).nullable(),
  capabilities: z.array(z.string().max(64)).max(256),
  /** Why a capability is absent, for the ones that could be had. */
  absent: z.record(z.string().max(64), z.string().max(255)),
  token: z.string().max(512).nullable(),
  startedAt: z.iso.datetime(),
  pid: z.int().nonnegative(),
  host: z.string().max(255),
  /** Earlier lives whose end the hub has not acked yet, oldest first. */
  lives: z.array(earlierLife).max(MAX_LIVES).catch([]).exactOptional(),
  /** `null` where they cannot be read. */
  facts: nodeFacts.nullable().catch(null).exactOptional(),
})
export type Hello = z.infer<typeof hello>

export const welcome = z.object({
  protocol: z.int(),
  hubVersion: z.string(),
  heartbeatMs: z.int(),
  /** Highest frame sequence of this incarnation the hub holds, 0 for none. Bounded, so that there is a next one. */
  lastSeq: z
    .int()
    .min(0)
    .max(2 ** 52),
})
export type Welcome = z.infer<typeof welcome>

export const REFUSALS = {
  'protocol.version': 'agent and hub share no protocol version',
  'protocol.malformed': 'the hello could not be read',
  'auth.required': 'the hub asks for an agent token',
  'auth.invalid': 'the agent token is not the hub’s',
  'origin.refused': 'connections from this origin are not taken',
  'node.duplicate': 'another live node has this name',
} as const
export type RefusalCode = keyof typeof REFUSALS

export interface Refusal {
  code: RefusalCode
  message: string
  /** What the operator of the node can do about it. */
  cure: string
}

/** Codes for frames and records that were not taken; each is counted per node. */
export const FRAME_ERRORS = [
  'frame.too_large',
  'frame.version',
  'frame.malformed',
  'frame.sequence',
  'record.malformed',
  'record.unknown_ref',
  'record.too_large',
] as const
export type FrameError = (typeof FRAME_ERRORS)[number]
