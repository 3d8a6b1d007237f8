/** What a hub asks of an agent, as JSON on the socket event `command`; answered by a `command.result` record. */
import { z } from 'zod'
import { injection } from './faults/wire.ts'
import { LIMITS } from './handshake.ts'

const id = z.string().min(1).max(64)
/** A logical key, or a pid as the node prints it. */
const target = z.string().min(1).max(4_096)
/** JSON of at most 64 levels: what is deeper would be followed until the stack ends. */
export const message = z
  .unknown()
  .refine(isShallow, `a message has at most ${LIMITS.messageLevels} levels`)
  .pipe(z.json())
const durationMs = z.int().min(1).max(3_600_000)

export const exitReason = z.union([
  z.literal('kill'),
  z.literal('shutdown'),
  z.literal('normal'),
  z.string().min(1).max(255),
])

export const command = z.discriminatedUnion('op', [
  z.object({ op: z.literal('process.inspect'), id, target }),
  z.object({ op: z.literal('process.kill'), id, target, reason: exitReason }),
  z.object({ op: z.literal('process.send'), id, target, message }),
  z.object({ op: z.literal('process.suspend'), id, target, leaseId: id, durationMs }),
  z.object({ op: z.literal('process.resume'), id, target }),
  z.object({
    op: z.literal('fault.crash_next'),
    id,
    target,
    leaseId: id,
    durationMs,
    reason: z.string().min(1).max(255),
  }),
  z.object({ op: z.literal('fault.inject'), id, leaseId: id, experiment: id, injection }),
  z.object({ op: z.literal('fault.preview'), id, injection }),
  z.object({ op: z.literal('ports.list'), id }),
  z.object({ op: z.literal('lease.release'), id, leaseId: id }),
  z.object({ op: z.literal('fault.halt'), id }),
])
export type Command = z.infer<typeof command>
export type CommandOp = Command['op']

/** Sent every second for each active lease; an agent that hears none for `LIMITS.leaseMs` ends it by itself. */
export const renewal = z.object({ leases: z.array(id).max(10_000) })
export type Renewal = z.infer<typeof renewal>

export const LEASE_MS = LIMITS.leaseMs

export const COMMAND_ERRORS = {
  'node.unknown': 'no node of that name is known',
  'node.gone': 'the node is not connected',
  'node.not_armed': 'the node was not started with ORRERY_FAULTS=allow',
  'node.unsupported': 'the node does not offer this',
  'process.unknown': 'no such process',
  'process.immune': 'agent, root supervisors and kernel processes are immune',
  'process.not_suspended': 'the process is not suspended',
  'lease.unknown': 'no such lease',
  'fault.unknown': 'no fault of that kind is known',
  'fault.malformed': 'the fault could not be read',
  'fault.no_target': 'nothing matches the target',
  'fault.too_many': 'more targets than one experiment may have',
  'fault.blast_limit': 'it would hit a larger share of a node than the limit allows',
  'fault.busy': 'a fault of this kind lies on it already',
  'fault.over_limit': 'a value is beyond its limit',
  'fault.no_runner': 'the node was not started by orrery run, which alone could pause or end it',
  'fault.too_often': 'too many experiments are open or were asked for at once',
  'experiment.unknown': 'no such experiment',
  'scenario.unknown': 'no such scenario',
  'routine.unknown': 'no such routine',
  'port.unknown': 'the node has no port of that name',
  'command.malformed': 'the command could not be read',
  'command.timeout': 'the node did not answer in time',
  'command.replayed': 'a command with this id was already taken',
  'role.insufficient': 'this needs the operator role',
  'halt.latched': 'halt all is latched; release it first',
  'audit.unavailable': 'the audit trail cannot be written, so nothing was sent',
} as const
export type CommandErrorCode = keyof typeof COMMAND_ERRORS

/** The answer to `process.inspect`. */
export interface Inspection {
  pid: string
  key: string
  status: string
  label: string | null
  state: import('./term.ts').Field<import('./term.ts').Term>
  stateSizeBytes: number | null
  mailbox: {
    length: number
    oldestMs: number | null
    byType: { type: string; count: number }[]
    first: {
      type: string
      kind: string
      value: import('./term.ts').Term
      sender: string | null
      ageMs: number | null
    }[]
  }
  links: { pid: string; key: string; name: string | null }[]
  monitors: { pid: string; key: string; name: string | null }[]
  monitoredBy: { pid: string; key: string; name: string | null }[]
  messages: import('./crash-report.ts').FlightRecorder
  /** Only for supervisors. */
  children: { id: string; pid: string | null; key: string; restart: string }[] | null
  restartsInWindow: number[] | null
  initialCall: string
  ancestors: { pid: string; name: string | null }[]
  startedAt: string
  trapsExit: boolean
  /** Of its callback module. */
  version?: string | null
  /** Where it runs apart from its node's event loop; `null` for a process like the others. */
  isolation?: string | null
}

/** Whether this JSON has at most `LIMITS.messageLevels` levels. Level by level, so that no depth is too deep to be told. */
export function isShallow(value: unknown): boolean {
  let level = [value].filter(isContainer)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === LIMITS.messageLevels) return false
    level = level.flatMap((each) => Object.values(each)).filter(isContainer)
  }
  return true
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
