/**
 * What can be done to a node from outside, for whoever asks: role first, then the audit row, then the agent, then the
 * result. `execute.ts` is how.
 */
import type { FaultsView } from '@orrery/live/views'
import type { CommandErrorCode } from '@orrery/protocol'

export type Role = 'viewer' | 'operator'

/** Who asks. `who` is what the audit trail shows: `loopback`, `operator token`, later a person's name. */
export interface Actor {
  role: Role
  who: string
}

export type CommandOutcome =
  | { ok: true; id: string; status: 'applied'; value: unknown; leaseId?: string; auditId: string }
  | { ok: false; code: CommandErrorCode; message: string; auditId: string | null }

export interface HaltOutcome {
  ok: boolean
  /** Why not, where it is not `ok`. */
  code?: CommandErrorCode
  message?: string
  isHalted: boolean
  /** Leases and experiments this call ended. */
  released: number
  /** Nodes that could not be told; their agents end every lease by themselves. */
  unreached: string[]
  auditId: string | null
}

/** Leases and latch, as the view of faults shows them. */
export type LeasesView = Omit<FaultsView, 'experiments' | 'agents'>

export interface Commands {
  /**
   * Does `body` (`{ command, reason?, durationMs?, message?, id? }`, unknown until parsed) to the process `target`, a
   * logical key or pid, of `node`. Resolves once the node answered, refused or was silent for five seconds.
   */
  execute(actor: Actor, node: string, target: string, body: unknown): Promise<CommandOutcome>
  /** Ends every lease everywhere and takes no new one until `release`. Doing it twice does it once. */
  halt(actor: Actor): Promise<HaltOutcome>
  release(actor: Actor): Promise<HaltOutcome>
  /** Ends one lease before its time. */
  releaseLease(actor: Actor, leaseId: string): Promise<CommandOutcome>
  leases(): LeasesView
  isHalted(): boolean
}

/** The bodies `execute` takes. */
export const COMMANDS = ['kill', 'suspend', 'resume', 'crash_next', 'send'] as const
export type CommandName = (typeof COMMANDS)[number]
