/**
 * The robustifier under real SMTP while the fault lab of a real hub runs a scenario on it again and again: kills, drops and
 * back-ends that fail. Afterwards every mail is looked for where it should have arrived, and the hub is asked what it
 * thinks of it.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dice, startConstellation, until } from '@orrery/testkit'
import { readAmbiguous } from '../src/spool/ambiguous-log.ts'
import { freePort } from './hold-mail.ts'
import { balanceMail, type MailBooks, readCopies } from './mail-books.ts'
import { startSender } from './mail-sender.ts'

export interface FaultsOptions {
  /** Runs of the scenario, so far apart. */
  times: number
  everyMs: number
  mailsPerS: number
  /** Mail that is sent before the first run: what the report holds everything against. */
  warmUpMs: number
  seed: number
}

export interface FaultsOutcome extends MailBooks {
  experiment: Report['experiment']
  verdict: string | null
  because: string[]
  /** As it is pasted into a ticket. */
  text: string
}

/** What is read of the hub's report. */
export interface Report {
  verdict: string | null
  because: string[]
  experiment: {
    id: string
    status: string
    endedBy: string | null
    endedWhy: string
    crashes: number
    dropped: number
    firings: number
    targets: { node: string; key: string; step: number; state: string; code: string; readBack: string }[]
    resilience: {
      crashesCaused: number
      restarts: number
      notBack: number
      recoveryP99Ms: number | null
      handledPerS: { before: number | null; during: number | null }
    } | null
  }
}

const SCENARIO = new URL('../scenarios/bad-half-minute.json', import.meta.url)
const NODE = 'mail@localhost'
const SETTLE_MS = 120_000

export async function holdFaults(
  options: FaultsOptions,
  log: (line: string) => void,
): Promise<FaultsOutcome> {
  const { times, everyMs, mailsPerS, warmUpMs, seed } = options
  log(`mail under faults: ${mailsPerS}/s, ${times} runs every ${everyMs / 1_000} s, ORRERY_SEED=${seed}`)
  const dataDir = await mkdtemp(join(tmpdir(), 'orrery-mail-faults-'))
  try {
    await using constellation = await startConstellation()
    const port = await freePort()
    const settings = { MAIL_SMTP_PORT: String(port), MAIL_DATA: dataDir, ORRERY_SEED: String(seed) }
    const node = constellation.fork(new URL('./observed-program.ts', import.meta.url), settings)
    const ask = async (path: string, json?: unknown): Promise<{ status: number; body: unknown }> =>
      constellation.api(`/api/v1${path}`, json === undefined ? {} : { json })
    await until(
      async () => (await ask(`/nodes/${NODE}/ports`)).status === 200,
      () => 'the robustifier is not observed',
      { withinMs: 60_000 },
    )
    const saved = await must(ask('/fault-scenarios', JSON.parse(await readFile(SCENARIO, 'utf8'))))
    const sender = startSender({ port, mailsPerS, random: dice(seed).random })
    await new Promise((done) => setTimeout(done, warmUpMs))
    const schedule = { kind: 'every', everyMs, times }
    const { id } = (await must(
      ask('/faults', { scenario: (saved as { id: string }).id, schedule, seed }),
    )) as {
      id: string
    }
    const now = async () => (await must(ask(`/faults/${id}`))) as Report['experiment']
    await until(
      async () => (await now()).status === 'ended',
      () => `${id} does not end`,
      { withinMs: times * everyMs + 60_000 },
    )
    await sender.stop()
    const spool = join(dataDir, 'spool')
    await until(
      async () => (await readdir(spool)).every((name) => !name.endsWith('.json')),
      () => 'mail stays in the spool',
      { withinMs: SETTLE_MS },
    )
    await until(
      async () => (await ask(`/faults/${id}/report`)).status === 200,
      () => `${id} is not judged`,
      { withinMs: 60_000 },
    )
    const report = (await must(ask(`/faults/${id}/report`))) as Report
    const text = String(await must(ask(`/faults/${id}/report?format=text`)))
    await node.kill()
    const lines = await readAmbiguous(join(dataDir, 'ambiguous.log'))
    const books = balanceMail(sender.answers, await readCopies(dataDir), lines)
    return { ...books, text, ...report }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function must(answer: Promise<{ status: number; body: unknown }>): Promise<unknown> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`the hub answers ${status}: ${JSON.stringify(body)}`)
  return body
}
