/** The twelve deaths on Erlang/OTP (`reports.erl`): its own reports of them, as facts. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One of OTP's reports: of a server that ends, a process that crashed, or a supervisor about its child. */
export interface OtpReport {
  scenario: string
  kind: 'gen_server' | 'gen_statem' | 'crash_report' | 'supervisor_report'
  /** Name of the process it is of. */
  process: string
  /** How many of the kind there were of this process before. */
  nth: number
  facts: Map<string, string>
}

/** In the order OTP wrote them. @throws where there is no Erlang, or it failed. */
export function reportsOfOtp(): OtpReport[] {
  const home = mkdtempSync(join(tmpdir(), 'orrery-otp-'))
  try {
    run('erlc', ['-o', home, join(import.meta.dirname, 'reports.erl')], home)
    run('erl', ['-noshell', '-boot', 'start_clean', '-pa', home, '-eval', 'reports:main(["out"])'], home)
    return read(readFileSync(join(home, 'out'), 'utf8'))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function run(command: string, args: string[], cwd: string): void {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 60_000 })
  if (done.error !== undefined)
    throw new Error(`${command} cannot be run: Debian's erlang-base has it`, { cause: done.error })
  if (done.status !== 0) throw new Error(`${command} failed (${done.status}):\n${done.stdout}${done.stderr}`)
}

function read(text: string): OtpReport[] {
  const reports: OtpReport[] = []
  for (const line of text.split('\n').filter(Boolean)) {
    const [scenario = '', kind = '', process = '', fact = '', value = ''] = line.split('\t')
    const isSame = (report: OtpReport) =>
      report.scenario === scenario && report.kind === kind && report.process === process
    const last = reports.at(-1)
    if (last !== undefined && isSame(last) && !last.facts.has(fact)) last.facts.set(fact, value)
    else {
      const nth = reports.filter(isSame).length
      reports.push({
        scenario,
        kind: kind as OtpReport['kind'],
        process,
        nth,
        facts: new Map([[fact, value]]),
      })
    }
  }
  return reports
}
