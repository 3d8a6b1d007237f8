/** What a person asks for, read and turned into what a node is told. Pure. */
import { type Command, exitReason, message } from '@orrery/protocol'
import { z } from 'zod'
import type { CommandName } from './commands.ts'

const id = z.string().regex(/^[\w.:-]{1,64}$/)
/** An hour at most: whoever wants it longer is asked again. */
const durationMs = z.int().min(100).max(3_600_000)

const request = z.discriminatedUnion('command', [
  z.object({ command: z.literal('kill'), id: id.optional(), reason: exitReason.default('kill') }),
  z.object({ command: z.literal('suspend'), id: id.optional(), durationMs: durationMs.default(300_000) }),
  z.object({ command: z.literal('resume'), id: id.optional() }),
  z.object({
    command: z.literal('crash_next'),
    id: id.optional(),
    durationMs: durationMs.default(60_000),
    reason: z.string().min(1).max(255).default('injected'),
  }),
  z.object({ command: z.literal('send'), id: id.optional(), message }),
])
export type Request = z.infer<typeof request>

export function readRequest(body: unknown): { ok: true; request: Request } | { ok: false; message: string } {
  const parsed = request.safeParse(body)
  if (parsed.success) return { ok: true, request: parsed.data }
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  return {
    ok: false,
    message: where === '' ? (issue?.message ?? 'not understood') : `${where}: ${issue?.message}`,
  }
}

/** The capability a node must have announced. */
export const NEEDS: Record<CommandName, string> = {
  kill: 'process.kill',
  suspend: 'process.suspend',
  resume: 'process.suspend',
  crash_next: 'fault.crash_next',
  send: 'process.send',
}

/** As it stands in the audit trail. */
export const ACTIONS: Record<CommandName, Command['op']> = {
  kill: 'process.kill',
  suspend: 'process.suspend',
  resume: 'process.resume',
  crash_next: 'fault.crash_next',
  send: 'process.send',
}

/** What goes to the node as it is; `crash_next` is an experiment. */
export type Direct = Exclude<Request, { command: 'crash_next' }>

export function toCommand(request: Direct, id: string, target: string, leaseId: string): Command {
  switch (request.command) {
    case 'kill':
      return { op: 'process.kill', id, target, reason: request.reason }
    case 'suspend':
      return { op: 'process.suspend', id, target, leaseId, durationMs: request.durationMs }
    case 'resume':
      return { op: 'process.resume', id, target }
    case 'send':
      return { op: 'process.send', id, target, message: request.message }
  }
}
