/** Plays scenarios on Erlang/OTP: one node for all of them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChildSpec, Command, Reason, Scenario, Step, Trace } from './scenario.ts'

const LONGEST_MS = 300_000

/** Traces by seed. @throws where there is no Erlang, or it failed. */
export function playOnErlang(scenarios: readonly Scenario[]): Map<number, Trace> {
  const home = mkdtempSync(join(tmpdir(), 'orrery-differential-'))
  try {
    writeFileSync(
      join(home, 'in.terms'),
      scenarios.map((scenario) => `${scenarioTerm(scenario)}.\n`).join(''),
    )
    run('erlc', ['-o', home, join(import.meta.dirname, 'beam', 'scenario.erl')], home)
    // Nothing is loaded while scenarios run: whoever waits for a file would seem to be at rest.
    const call = `{module, scenario} = code:load_file(scenario), scenario:main(["in.terms", "out.txt"])`
    run(
      'erl',
      [
        '+S',
        '1:1',
        '+P',
        '1000000',
        '-noshell',
        '-mode',
        'embedded',
        '-boot',
        'start_clean',
        '-pa',
        home,
        '-eval',
        call,
      ],
      home,
    )
    return read(readFileSync(join(home, 'out.txt'), 'utf8'))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function run(command: string, args: string[], cwd: string): void {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: LONGEST_MS })
  if (done.error !== undefined)
    throw new Error(`${command} cannot be run: Debian's erlang-base has it`, { cause: done.error })
  if (done.status !== 0) throw new Error(`${command} failed (${done.status}):\n${done.stdout}${done.stderr}`)
}

function read(text: string): Map<number, Trace> {
  const traces = new Map<number, string[]>()
  let lines: string[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (line.startsWith('S ')) {
      lines = []
      traces.set(Number(line.slice(2)), lines)
    } else lines.push(line.trimEnd())
  }
  for (const trace of traces.values()) trace.sort()
  return traces
}

function scenarioTerm({ seed, root, free, steps }: Scenario): string {
  return map({
    seed: String(seed),
    root: root === null ? 'none' : childTerm(root),
    free: list(free.map(childTerm)),
    steps: list(steps.map(stepTerm)),
  })
}

function childTerm(spec: ChildSpec): string {
  const { kind, id, restart, significant, shutdown } = spec
  const common = { kind, id, restart, significant: String(significant), shutdown: String(shutdown) }
  if (spec.kind === 'worker') {
    return map({ ...common, traps: String(spec.traps), stop: spec.stop, starts: list(spec.starts) })
  }
  return map({
    ...common,
    strategy: spec.strategy,
    auto_shutdown: spec.autoShutdown,
    intensity: String(spec.intensity),
    period: String(spec.periodS),
    order: spec.order,
    children: list(spec.children.map(childTerm)),
  })
}

function stepTerm(step: Step): string {
  switch (step.step) {
    case 'tell':
      return map({ step: 'tell', id: step.id, command: commandTerm(step.command) })
    case 'exit':
      return map({ step: 'exit', id: step.id, reason: reasonTerm(step.reason) })
    case 'start_child':
      return map({ step: 'start_child', id: step.id, child: childTerm(step.child) })
    case 'wait':
      return map({ step: 'wait', ms: String(step.ms) })
    default:
      return map(step)
  }
}

function commandTerm(command: Command): string {
  const { do: what, ...rest } = { peer: undefined, reason: undefined, on: undefined, ...command }
  return map({
    do: what,
    ...(rest.peer === undefined ? {} : { peer: rest.peer }),
    ...(rest.reason === undefined ? {} : { reason: reasonTerm(rest.reason) }),
    ...(rest.on === undefined ? {} : { on: String(rest.on) }),
  })
}

function reasonTerm(reason: Reason): string {
  return reason === 'shutdown:x' ? '{shutdown, x}' : reason
}

function map(fields: Readonly<Record<string, string>>): string {
  return `#{${Object.entries(fields)
    .map(([key, value]) => `${key} => ${value}`)
    .join(', ')}}`
}

function list(terms: readonly string[]): string {
  return `[${terms.join(', ')}]`
}
