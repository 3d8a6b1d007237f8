/** A node in a process of its own, so that it can die the way processes do. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildNode extends AsyncDisposable {
  readonly child: ChildProcess
  /** Counts of its agent, as they were told last. */
  readonly status: { accepted: number; pending: number }
  order(message: object): void
  /** Sends the signal and waits for the end; SIGKILL by default. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** Runs a TypeScript file as a node program with these settings beside the environment's own. */
export function forkNode(file: URL, settings: Record<string, string>): ChildNode {
  const child = fork(fileURLToPath(file), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const status = { accepted: 0, pending: 0 }
  child.on('message', (told) => Object.assign(status, told))
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    child,
    status,
    order: (message) => void child.send(message),
    kill,
    [Symbol.asyncDispose]: () => kill(),
  }
}
