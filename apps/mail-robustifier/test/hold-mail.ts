/**
 * The robustifier under real SMTP while its workers are killed, its back-ends go away and lose power, and the whole node
 * is killed now and then. Afterwards every mail is looked for where it should have arrived.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dice, dice, type Program, program, until } from '@orrery/testkit'
import { BACKENDS } from '../src/messages.ts'
import { readAmbiguous } from '../src/spool/ambiguous-log.ts'
import { balanceMail, type MailBooks, readCopies } from './mail-books.ts'
import type { MailOrder } from './mail-program.ts'
import { startSender } from './mail-sender.ts'

export interface MailOptions {
  durationMs: number
  mailsPerS: number
  /** Between SIGKILLs of the whole node, from this to twice this. */
  nodeKillMs: number
  /** Between upgrades to the next release, or back, from this to twice this. */
  upgradeMs: number
  seed: number
}

export interface MailOutcome extends MailBooks {
  /** Processes of the node that were killed, and outages of back-ends; those of SIGKILLed lives may be told incompletely. */
  workerKills: number
  outages: number
  nodeKills: number
  /** Upgrades that were made, that failed and were taken back, and the longest that one process stood still in either. */
  upgrades: number
  upgradesFailed: number
  longestPauseMs: number
  ambiguousAttempts: number
  /** Told neither yes nor no, and not taken. */
  inDoubt: number
}

const LEAVES = ['Delivery', 'Delivery', 'Parser', 'SmtpSession', 'HealthCheck'] as const
const MIDDLE = ['Triage', 'DeliveryQueue', 'Directory', 'SmtpFrontEnd', 'SessionSup'] as const
const ROOT = ['Spool', 'Quarantine'] as const
const SETTLE_MS = 90_000

export async function holdMail(options: MailOptions, log: (line: string) => void): Promise<MailOutcome> {
  const { durationMs, mailsPerS, seed } = options
  log(`mail: ${mailsPerS}/s for ${durationMs / 1_000} s, ORRERY_SEED=${seed}`)
  const dataDir = await mkdtemp(join(tmpdir(), 'orrery-mail-'))
  const port = await freePort()
  await using node = program({
    name: 'mail',
    file: new URL('./mail-program.ts', import.meta.url),
    settings: (life) => ({
      MAIL_SMTP_PORT: String(port),
      MAIL_DATA: dataDir,
      ORRERY_SEED: String(seed + life),
    }),
  })
  try {
    if (!(await node.start())) throw new Error(`the robustifier does not start:\n${node.output()}`)
    const sender = startSender({ port, mailsPerS, random: dice(seed).random })
    const done = await trouble(node, options, log)
    await sender.stop()
    const spool = join(dataDir, 'spool')
    await until(
      async () => (await readdir(spool)).every((name) => !name.endsWith('.json')),
      () => `mail stays in the spool:\n${node.output()}`,
      { withinMs: SETTLE_MS },
    )
    await node.kill()
    if (node.surprises.length > 0) throw new Error(`not killed, and yet:\n${node.surprises.join('\n')}`)
    const lines = await readAmbiguous(join(dataDir, 'ambiguous.log'))
    const books = balanceMail(sender.answers, await readCopies(dataDir), lines)
    const doubts = [...sender.answers.values()].filter((answer) => answer === 'in doubt').length
    const heard = [...sender.answers.values()].filter((answer) => answer === 'accepted').length
    return {
      ...books,
      ...done,
      ambiguousAttempts: lines.length,
      inDoubt: doubts - (books.accepted - heard),
    }
  } finally {
    await node.kill()
    if (existsSync(dataDir)) await rm(dataDir, { recursive: true, force: true })
  }
}

/** Who is killed when follows from the seed; each kind has its own rhythm, within what its supervisor is ready to bear. */
async function trouble(node: Program, options: MailOptions, log: (line: string) => void) {
  const chance = dice(options.seed + 1)
  const done = { workerKills: 0, outages: 0, nodeKills: 0, upgrades: 0, upgradesFailed: 0, longestPauseMs: 0 }
  const count = (): void => {
    done.workerKills += Number(node.told.killed ?? 0)
    done.outages += Number(node.told.outages ?? 0)
    done.upgrades += Number(node.told.upgrades ?? 0)
    done.upgradesFailed += Number(node.told.upgradesFailed ?? 0)
    done.longestPauseMs = Math.max(done.longestPauseMs, Number(node.told.longestPauseMs ?? 0))
  }
  const order = (message: MailOrder): void => node.order(message)
  const rhythms: Rhythm[] = [
    rhythm(250, chance, () =>
      order({ kill: 'one of', module: chance.pick(LEAVES), which: chance.between(0, 99) }),
    ),
    rhythm(4_000, chance, () => order({ kill: 'named', name: chance.pick(MIDDLE) })),
    rhythm(10_000, chance, () => order({ kill: 'named', name: chance.pick(ROOT) })),
    rhythm(2_500, chance, () =>
      order({ outage: 'leave', backend: chance.pick(BACKENDS), forMs: chance.between(300, 2_000) }),
    ),
    rhythm(8_000, chance, () => order({ outage: 'power cut', backend: chance.pick(BACKENDS) })),
    rhythm(options.upgradeMs, chance, () => order({ upgrade: true })),
    rhythm(options.nodeKillMs, chance, async () => {
      count()
      await node.kill()
      done.nodeKills++
      log(`  the node is killed: ${JSON.stringify(done)}`)
      if (!(await node.start())) throw new Error(`the robustifier does not come back:\n${node.output()}`)
    }),
  ]
  const startedAtMs = performance.now()
  const elapsedMs = (): number => performance.now() - startedAtMs
  while (elapsedMs() < options.durationMs) {
    if (node.surprises.length > 0) throw new Error(`not killed, and yet:\n${node.surprises.join('\n')}`)
    for (const one of rhythms) {
      if (elapsedMs() < one.dueMs) continue
      one.dueMs += one.next()
      await one.act()
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  count()
  return done
}

interface Rhythm {
  dueMs: number
  next(): number
  act(): void | Promise<void>
}

/** From `everyMs` to twice that between two acts. */
function rhythm(everyMs: number, chance: Dice, act: Rhythm['act']): Rhythm {
  const next = (): number => chance.between(everyMs, 2 * everyMs)
  return { dueMs: next(), next, act }
}

/** One nobody listens at now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
