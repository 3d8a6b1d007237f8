/** Starts a node program below a real runner, from sources, as `orrery run -- node FILE` does once it is built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const RUNNER = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))
const TSX = ['--import', 'tsx']

/** `stdio` is the runner's, and so the node's; `flags` are the runner's. */
export function runBelow(
  file: URL,
  options: {
    settings: Record<string, string>
    flags?: readonly string[]
    stdio: ['ignore', 'pipe' | 'inherit' | 'ignore', 'inherit' | 'ignore']
  },
): ChildProcess {
  const { settings, flags = [], stdio } = options
  const node = [process.execPath, ...TSX, fileURLToPath(file)]
  return spawn(process.execPath, [...TSX, RUNNER, 'run', ...flags, '--', ...node], {
    stdio,
    env: { ...process.env, ...settings },
  })
}
