/**
 * Between a node's agent and the process above it, `orrery run`, over the IPC channel that the runner opened. The agent asks; the runner alone can stop,
 * resume and end the node, and alone is awake while it stands still. Rules WIRE-110 to WIRE-114.
 */
import { z } from 'zod'
import { endingFault } from './node-end.ts'

/** Version of these messages, in the environment of a node that has a runner. */
export const RUNNER_ENV = 'ORRERY_RUNNER'
export const RUNNER_VERSION = '1'
/** In the environment of a life that follows one which its runner has ended: that ending, as JSON (`runnerKill`). */
export const RUNNER_KILLED_ENV = 'ORRERY_RUNNER_KILLED'

const id = z.string().min(1).max(64)

/** What the runner needs to ask the hub whether an injection still lasts: nobody else can, while the node stands still. */
const hubAddress = z.object({ url: z.url(), token: z.string().max(512).nullable() })

export const runnerOrder = z.discriminatedUnion('orrery', [
  z.object({
    orrery: z.literal('pause'),
    leaseId: id,
    hub: hubAddress,
    /** `null`: as long as the hub says so. */
    durationMs: z.int().min(1).max(3_600_000).nullable(),
  }),
  z.object({ orrery: z.literal('resume'), leaseId: id }),
  z.object({ orrery: z.literal('kill'), leaseId: id, fault: endingFault }),
])
export type RunnerOrder = z.infer<typeof runnerOrder>

/** Why a paused node was resumed. */
export const RESUME_REASONS = ['released', 'expired', 'hub-lost', 'stopped'] as const
export type ResumeReason = (typeof RESUME_REASONS)[number]

export const runnerWord = z.discriminatedUnion('orrery', [
  z.object({
    orrery: z.literal('resumed'),
    leaseId: id,
    why: z.enum(RESUME_REASONS),
    /** By the runner's monotonic clock. */
    pausedMs: z.number().min(0),
    /** What the system showed of the node after the resume; `null` where it could not be read. */
    isRunning: z.boolean().nullable(),
  }),
  z.object({ orrery: z.literal('refused'), leaseId: id, why: z.string().max(255) }),
])
export type RunnerWord = z.infer<typeof runnerWord>

/** A kill that the runner sent and saw: the process with this pid ended of SIGKILL. */
export const runnerKill = z.object({ pid: z.int().positive(), fault: endingFault })
export type RunnerKill = z.infer<typeof runnerKill>

/** `GET /api/v1/leases/{leaseId}`, with an agent's or anybody's token: whether the hub still wants what lasts under this lease. */
export const leaseWord = z.object({ isHeld: z.boolean() }).meta({ id: 'LeaseWord' })
export type LeaseWord = z.infer<typeof leaseWord>
