/** `docs/otp-reports.md`, made of what OTP reported and of where ours holds it. `npx vitest run packages/agent/test/otp -u` writes it. */
import { FACTS, type Fact } from './facts.ts'
import type { OtpReport } from './theirs.ts'

const WHAT: Record<string, string> = {
  call_error: 'an error in `handle_call` while a caller waits',
  bad_match_in_cast: 'a bad match in `handle_cast`',
  exit_in_info: '`exit` in `handle_info`, with messages waiting',
  linked_exit: 'the exit signal of a linked process',
  kill: '`kill`',
  crash_in_init: 'an error in `init`: the supervisor does not start',
  call_timeout: 'a call that is not answered in time',
  gives_up: 'more restarts than the intensity allows',
  one_for_all: 'a crash under `one_for_all`',
  rest_for_one: 'a crash under `rest_for_one`',
  plain_process: 'an error in a plain process (`proc_lib`)',
  state_machine: 'an error in a state machine, with a postponed event',
}

const KINDS: Record<string, string> = {
  gen_server: 'A `gen_server` that terminates',
  gen_statem: 'A `gen_statem` that terminates',
  crash_report: "`proc_lib`'s crash report",
  supervisor_report: 'The supervisor report',
}

const HOW: Record<Fact['is'], string> = {
  equal: 'equal',
  present: 'there',
  instead: 'in its place',
  none: 'no counterpart',
}

export function page(otp: readonly OtpReport[]): string {
  const of = (scenario: string) => otp.filter((report) => report.scenario === scenario)
  return [
    "# What OTP's reports hold, and where ours hold it",
    '',
    "Erlang/OTP's own reports of a death are the floor of ours: a report of `gen_server` or `gen_statem` that terminates, the crash report of",
    '`proc_lib`, the report of the supervisor. The same twelve deaths happen on Erlang/OTP and on our runtime, and every fact of every report is looked',
    'for in the crash report that a hub gets. This page is made by that test (`packages/agent/test/otp`), which fails where it is not true.',
    '',
    '*Equal*: both tell the same value. *There*: the same fact in our own terms, such as a pid or a function. *In its place*: JavaScript does',
    'not tell it, and this stands for it. *No counterpart*: there is no such thing here.',
    '',
    '## The deaths',
    '',
    '| death | reports of OTP | facts | equal | there | in its place | no counterpart |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...Object.entries(WHAT).map(([scenario, what]) => scenarioRow(what, of(scenario))),
    '',
    ...Object.entries(KINDS).flatMap(([kind, title]) => [`## ${title}`, '', ...table(kind, otp), '']),
    'Our report holds more than that: what the failing handler had sent, the last messages it handled, the whole cascade, what became of it.',
    'The seventeen parts are in [crash-report.ts](../packages/protocol/src/crash-report.ts).',
    '',
  ].join('\n')
}

function scenarioRow(what: string, reports: readonly OtpReport[]): string {
  const facts = reports.flatMap(({ kind, facts: told }) =>
    [...told.keys()].map((fact) => FACTS[kind]?.[fact]?.is),
  )
  const count = (is: Fact['is']) => facts.filter((one) => one === is).length
  const kinds = [...new Set(reports.map(({ kind }) => kind))].map(
    (kind) => `${reports.filter((one) => one.kind === kind).length} ${kind}`,
  )
  return `| ${what} | ${kinds.join(', ')} | ${facts.length} | ${count('equal')} | ${count('present')} | ${count('instead')} | ${count('none')} |`
}

function table(kind: string, otp: readonly OtpReport[]): string[] {
  const seen = new Set(otp.filter((report) => report.kind === kind).flatMap(({ facts }) => [...facts.keys()]))
  const rows = [...seen].map((fact) => {
    const known = FACTS[kind]?.[fact]
    return known === undefined
      ? `| \`${fact}\` | | nobody says where it is | |`
      : `| \`${fact}\` | ${known.is === 'none' ? '' : known.ours} | ${HOW[known.is]} | ${known.why ?? ''} |`
  })
  return ['| OTP | in our report | | |', '|---|---|---|---|', ...rows]
}
