#!/usr/bin/env node
/** The command `orrery`. */
import { RUN_USAGE, readRunArguments } from './run/arguments.ts'
import { run } from './run/run.ts'
import { EXIT_USAGE, UsageError } from './usage-error.ts'

const USAGE = `orrery <command>

  run      runs a node below a process that can pause and end it

orrery <command> --help says more.
`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`orrery: ${error.message}\n`)
  process.exitCode = EXIT_USAGE
}

async function main([command, ...rest]: string[]): Promise<number> {
  switch (command) {
    case 'run': {
      const settings = readRunArguments(rest)
      if (settings !== null) return await run(settings)
      process.stdout.write(RUN_USAGE)
      return 0
    }
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE)
      return command === undefined ? EXIT_USAGE : 0
    default:
      throw new UsageError(`there is no command ${command}; orrery --help lists them`)
  }
}
