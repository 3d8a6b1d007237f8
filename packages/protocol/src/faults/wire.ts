/**
 * Faults between hub and agent. The hub commands `fault.inject` and `fault.preview`; the agent tells of each injection by the socket event `fault`, once
 * a second while it lasts, at once when it is over, and again on every new connection until the hub has acknowledged its end. Rules WIRE-90 to WIRE-99.
 */
import { z } from 'zod'
import { when } from './when.ts'

const id = z.string().min(1).max(64)
const key = z.string().min(1).max(4_096)
const count = z.int().min(0)

/** Targets of one injection on one node. */
export const MAX_TARGETS = 10_000

/** A process as the hub knew it when it chose. */
export const faultTarget = z.object({ key, pid: z.string().min(1).max(255) })
export type FaultTarget = z.infer<typeof faultTarget>

/** What `fault.inject` and `fault.preview` lay upon what. */
export const injection = z.object({
  /** A kind of the catalogue. */
  fault: z.string().min(1).max(64),
  /** Processes, or supervisors. Empty for a fault of a port or of the node. */
  targets: z.array(faultTarget).max(MAX_TARGETS),
  /** Logical keys of the senders whose messages it is about; `null` for all. */
  senders: z.array(key).min(1).max(1_000).nullable(),
  /** Name of the port, for a fault of one. */
  port: z.string().min(1).max(255).nullable(),
  /** `static`: these lives of the processes; `dynamic`: these logical processes, over restarts. */
  follow: z.enum(['static', 'dynamic']),
  parameters: z.record(z.string().max(64), z.json()),
  /** `null` for the kind's own. */
  when: when.nullable(),
  seed: z.int().min(0).max(4_294_967_295),
  /** `null`: until it is ended. The lease has to be renewed in either case. */
  durationMs: z.int().min(100).max(3_600_000).nullable(),
  /** Firings of each target, at most. */
  maxFirings: z.int().min(1).max(1_000_000),
})
export type Injection = z.infer<typeof injection>

/** What became of one target. `unverified`: it could not be read back that the fault is gone. */
export const TARGET_STATES = ['injected', 'recovered', 'gone', 'unverified', 'refused'] as const
export type TargetState = (typeof TARGET_STATES)[number]

export const targetRecord = z.object({
  /** Logical key; of a port its name; empty for the node. */
  key: z.string().max(4_096),
  /** Of the life it was last laid upon; empty for a port or the node. */
  pid: z.string().max(255),
  state: z.enum(TARGET_STATES),
  /** Of a refusal its code, else empty. */
  code: z.string().max(64),
  firings: count,
})
export type TargetRecord = z.infer<typeof targetRecord>

export const INJECTION_ENDS = ['expired', 'released', 'hub-lost', 'target-gone', 'fired', 'halted'] as const

/** The event `fault`. Cumulative: the newest one says it all. */
export const faultStatus = z.object({
  leaseId: id,
  experiment: id,
  fault: z.string().min(1).max(64),
  /** On the node's monotonic clock. */
  startedAtUs: count,
  atUs: count,
  state: z.enum(['active', 'ended']),
  /** Why it ended. */
  why: z.enum(INJECTION_ENDS).nullable(),
  firings: count,
  /** Messages it has held, changed, doubled, dropped, or let a handler crash or wait at. */
  touched: count,
  dropped: count,
  /** Held back right now. */
  held: count,
  /** Crashes proven to come of a firing. */
  crashes: count,
  /** All of them in the first and the last one, else those that changed since the one before. */
  targets: z.array(targetRecord).max(MAX_TARGETS),
  /** What was read back at the end, in words, like `51 of 51 read back: no interceptor`. Empty before. */
  readBack: z.string().max(1_000),
})
export type FaultStatus = z.infer<typeof faultStatus>

/** Answer to `fault.inject`: what was done at once with each target. */
export interface InjectionAnswer {
  targets: TargetRecord[]
}

/** What an injection may do to others, by real links, monitors, strategies and restart headroom. The answer to `fault.preview`. */
export interface BlastRadius {
  /** Targets that would take it. */
  targeted: number
  /** Targets that would not, and why. */
  refused: { key: string; code: string }[]
  /** Processes alike and near each other, as one box; targets first. */
  groups: BlastGroup[]
  /** Every supervisor above a target that may have to restart something, nearest first. */
  supervisors: BlastSupervisor[]
}

export interface BlastGroup {
  /** What they are called: a name, or module where there are more. */
  label: string
  module: string
  /** Logical key of their supervisor, empty for a root. */
  parent: string
  /** How many of `of` siblings alike. */
  count: number
  of: number
  effect: 'targeted' | 'may_exit' | 'restarted' | 'signalled'
  /** How the effect comes to them; empty for targets. */
  via: '' | 'link' | 'monitor' | 'one_for_all' | 'rest_for_one' | 'intensity' | 'node'
  /** The child spec's restart type. */
  restart: string
  /** The first few of them. */
  keys: string[]
}

export interface BlastSupervisor {
  key: string
  name: string
  strategy: string
  intensity: number
  periodMs: number
  /** Restarts in the window now. */
  used: number
  /** Restarts the fault is expected to cause at once, at most. */
  expected: number
  /** More are expected than it has left: it would give up. */
  isAtRisk: boolean
  /** Who would then have to decide; empty where nobody is above. */
  escalatesTo: string
}
