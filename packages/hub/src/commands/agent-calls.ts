/** Commands on their way: sent with an id, answered by a `command.result` with the same, or not in time. */
import type { Command, CommandResult } from '@orrery/protocol'
import type { Clock } from '../clock.ts'

export type CallResult = CommandResult['result']

export interface AgentCalls {
  call(node: string, command: Command, withinMs: number): Promise<CallResult>
  /** An answer came. One from another node than was asked, or too late, is nobody's. */
  answered(node: string, result: CommandResult): void
  /** The connection is gone and with it every answer. */
  lost(node: string): void
  isUnderWay(id: string): boolean
}

export function createAgentCalls(options: {
  clock: Clock
  send: (node: string, command: Command) => boolean
}): AgentCalls {
  const open = new Map<string, { node: string; settle: (result: CallResult) => void }>()
  return {
    call: (node, command, withinMs) =>
      new Promise((resolve) => {
        const settle = (result: CallResult): void => {
          open.delete(command.id)
          cancel()
          resolve(result)
        }
        const cancel = options.clock.after(withinMs, () =>
          settle(refused('command.timeout', `${node} did not answer within ${withinMs / 1_000} s`)),
        )
        open.set(command.id, { node, settle })
        if (!options.send(node, command)) settle(refused('node.gone', `${node} is not connected`))
      }),
    answered(node, { id, result }) {
      const call = open.get(id)
      if (call?.node === node) call.settle(result)
    },
    lost(node) {
      for (const call of [...open.values()]) {
        if (call.node === node) call.settle(refused('node.gone', `${node} was lost before it answered`))
      }
    },
    isUnderWay: (id) => open.has(id),
  }
}

function refused(code: string, message: string): CallResult {
  return { ok: false, code, message }
}
