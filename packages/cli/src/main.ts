#!/usr/bin/env node
/** The command `orrery`. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { FAULTS_USAGE, readFaultsArguments } from './faults/arguments.ts'
import { faults } from './faults/faults.ts'
import { RUN_USAGE, readRunArguments } from './run/arguments.ts'
import { run } from './run/run.ts'
import { EXIT_USAGE, UsageError } from './usage-error.ts'

const USAGE = `orrery <command>

  run      runs a node below a process that can pause and end it
  faults   runs, watches and ends fault experiments through a hub

orrery <command> --help says more.
`

const io = {
  read: async (file: string): Promise<string> => {
    try {
      return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error))
    }
  },
  print: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (line: string) => void process.stderr.write(`${line}\n`),
  wait: (ms: number) => wait(ms),
  nowMs: () => performance.now(),
}

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
    case 'faults': {
      const settings = readFaultsArguments(rest, process.env)
      if (settings !== null) return await faults(settings, io)
      process.stdout.write(FAULTS_USAGE)
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
