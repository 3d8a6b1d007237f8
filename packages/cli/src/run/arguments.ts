/** What `orrery run` is told. */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from '../usage-error.ts'

/** After which ends the node is started again. */
export const RESTARTS = ['never', 'on-kill', 'on-failure'] as const
export type Restart = (typeof RESTARTS)[number]

export interface RunSettings {
  /** How the runner's own lines call it. */
  name: string
  restart: Restart
  /** Ends with whoever started it, also where that one could not say so. */
  isBound: boolean
  command: string
  args: string[]
}

export const RUN_USAGE = `orrery run [options] -- <command> [arguments]

Runs a node below a process that can pause it and end it from outside, for the faults "node pause" and "node kill".
Signals, output and exit code are passed on.

  --name <name>         how this runner calls it; default: the program's file name
  --restart <when>      never, on-kill (after a node kill; default), on-failure (after every end but exit code 0)
  --bound               end with whoever started it
  -h, --help
`

/** @returns `null` where only help was asked for. @throws {UsageError} */
export function readRunArguments(argv: readonly string[]): RunSettings | null {
  const at = argv.indexOf('--')
  const own = at < 0 ? [...argv] : argv.slice(0, at)
  const [command, ...args] = at < 0 ? [] : argv.slice(at + 1)
  const { values } = parsed(own)
  if (values.help === true) return null
  if (command === undefined)
    throw new UsageError('orrery run needs a command after --, like: orrery run -- node app.mjs')
  const restart = RESTARTS.find((each) => each === (values.restart ?? 'on-kill'))
  if (restart === undefined)
    throw new UsageError(`--restart takes ${RESTARTS.join(', ')}, not ${values.restart}`)
  const name = values.name ?? basename(args.find((each) => !each.startsWith('-')) ?? command)
  return { name, restart, isBound: values.bound === true, command, args }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        name: { type: 'string' },
        restart: { type: 'string' },
        bound: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
