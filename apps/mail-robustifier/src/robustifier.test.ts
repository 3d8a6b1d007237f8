import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '@orrery/runtime'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MALFORMED } from './generator/letters.ts'
import { BACKENDS, backendName, type Figures, FRONT_END, QUARANTINE, SPOOL, storeName } from './messages.ts'
import { type RobustifierArgs, startRobustifier } from './robustifier.ts'
import { talkTo } from './smtp.ts'
import { changeRelease, toldUpgrade } from './upgrade.ts'

let dataDir = ''
const nodes: Node[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'robustifier-'))
})

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
  await rm(dataDir, { recursive: true, force: true })
})

/** The node with short waits, and nobody writing but the test. */
async function begin(changes: Partial<RobustifierArgs> = {}): Promise<Node> {
  const settings = { smtpPort: 0, dataDir, mailsPerS: 0, hasOutages: false, seed: 1 }
  const node = await startRobustifier(settings, {
    parseRetryMs: 10,
    deliveryRetryMs: 20,
    checkMs: 50,
    ...changes,
  })
  nodes.push(node)
  return node
}

async function send(node: Node, ...raws: string[]): Promise<void> {
  const port = await node.call(FRONT_END, { type: 'port' })
  const envelope = { from: 'test@example.org', to: ['astrid@example.org'] }
  await talkTo({ port, name: 'test', signal: new AbortController().signal }, async (client) => {
    for (const raw of raws) await client.sendMail({ envelope, raw: Buffer.from(raw, 'latin1') })
  })
}

const good = (n: number): string => `From: test@example.org\r\nSubject: mail ${n}\r\n\r\nThe ${n}th.\r\n`
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => good(i))
const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 25 })

async function figures(node: Node): Promise<Figures> {
  const counted = await node.call(SPOOL, { type: 'figures' })
  return counted
}

async function storedIn(node: Node): Promise<number> {
  const counts = await Promise.all(BACKENDS.map((name) => node.call(storeName(name), { type: 'count' })))
  return counts.reduce((sum, count) => sum + count, 0)
}

describe('upgrade', () => {
  test('to the next release and back while mail is under way, which loses none of it', async () => {
    const node = await begin()
    const versions = () => ['Directory', 'DeliveryQueue'].map((name) => node.process(name)?.version).join(' ')
    const sent = send(node, ...many(40))
    const up = await changeRelease(node)
    expect(toldUpgrade(up)).toMatch(/^is 1\.1\.0 now: 2 processes changed, longest pause /)
    expect([node.release, versions()]).toEqual(['1.1.0', '1.1 1.1'])
    await sent
    await send(node, ...many(10))
    const back = await changeRelease(node)
    expect([back.ok, node.release, versions()]).toEqual([true, '1.0.0', '1.0 1.0'])
    await until(async () =>
      expect(await figures(node)).toMatchObject({ accepted: 50, delivered: 50, held: 0 }),
    )
    expect(node.counters.crashes).toBe(0)
  })

  test('a queue that is restarted after the upgrade runs the new release', async () => {
    const node = await begin()
    await changeRelease(node)
    const directory = node.process('Directory')
    if (directory === null) throw new Error('no directory')
    node.exit(directory, 'kill')
    await until(async () => expect(node.process('DeliveryQueue')?.id).toBeGreaterThan(directory.id))
    await until(async () => expect(node.process('DeliveryQueue')?.version).toBe('1.1'))
    await send(node, ...many(5))
    await until(async () => expect(await storedIn(node)).toBe(5))
  })
})

describe('mail', () => {
  test('what is accepted is delivered, once, and leaves the spool', async () => {
    const node = await begin()
    await send(node, ...many(30))
    await until(async () =>
      expect(await figures(node)).toMatchObject({ accepted: 30, delivered: 30, held: 0 }),
    )
    expect(await storedIn(node)).toBe(30)
    expect(await readdir(join(dataDir, 'spool'))).toEqual([])
    expect(node.counters.crashes).toBe(0)
  })

  test.each(Object.keys(MALFORMED))(
    'mail with %s kills three parsers and is kept in quarantine',
    async (kind) => {
      const node = await begin()
      await send(node, MALFORMED[kind] ?? '', good(1))
      await until(async () =>
        expect(await figures(node)).toMatchObject({ accepted: 2, delivered: 1, quarantined: 1, held: 0 }),
      )
      expect(node.counters.crashes).toBe(3)
      expect(await node.call(QUARANTINE, { type: 'count' })).toBe(1)
      expect(await readdir(join(dataDir, 'quarantine'))).toHaveLength(2)
    },
  )

  test('a back-end that is away costs a worker and no mail', async () => {
    const node = await begin({ checkMs: 60_000 })
    await until(async () => {
      await send(node, good(0))
      expect(await storedIn(node)).toBeGreaterThan(2)
    })
    const before = await figures(node)
    node.cast(backendName('Alpha'), { type: 'leave', forMs: 60_000 })
    await send(node, ...many(12))
    await until(async () =>
      expect(await figures(node)).toMatchObject({ delivered: before.accepted + 12, held: 0 }),
    )
    expect(node.counters.crashes).toBeGreaterThan(0)
  })

  test('with every back-end away mail is taken and waits', async () => {
    const node = await begin()
    for (const backend of BACKENDS) node.cast(backendName(backend), { type: 'leave', forMs: 400 })
    await send(node, ...many(5))
    expect(await figures(node)).toMatchObject({ accepted: 5 })
    await until(async () => expect(await figures(node)).toMatchObject({ delivered: 5, held: 0 }))
  })
})

describe('crashes', () => {
  test.each([
    'Spool',
    'Triage',
    'DeliveryQueue',
    'Directory',
    'SmtpFrontEnd',
    'AlphaSmtp',
    'BetaStore',
    'Quarantine',
  ])('killing %s in the middle of it loses nothing', async (name) => {
    const node = await begin()
    const victim = node.process(name)
    await send(node, ...many(10))
    if (victim !== null) node.exit(victim, 'kill')
    await until(async () => expect(node.process(name)).not.toBeNull())
    await until(() => send(node, good(99)))
    await until(async () => {
      const { inherited, accepted, delivered, quarantined, held } = await figures(node)
      expect(held).toBe(0)
      expect(inherited + accepted).toBe(delivered + quarantined)
    })
    expect(await storedIn(node)).toBeGreaterThanOrEqual(11)
  })

  test('mail accepted by a node that ended is delivered by the next', async () => {
    const first = await begin({ workers: 0 })
    await send(first, ...many(4))
    await until(async () => expect(await figures(first)).toMatchObject({ accepted: 4, held: 4 }))
    await first.stop()
    const second = await begin()
    await until(async () =>
      expect(await figures(second)).toMatchObject({ inherited: 4, delivered: 4, held: 0 }),
    )
  })

  test('when a back-end loses power all of it begins anew, and the others do not notice', async () => {
    const node = await begin()
    const pidOf = (name: string): string => String(node.process(name)?.pid)
    const names = ['AlphaStore', 'AlphaMailboxes', 'AlphaSmtp', 'astrid@alpha']
    const before = names.map(pidOf)
    const beta = pidOf('BetaStore')
    const server = node.process('AlphaSmtp')
    if (server !== null) node.exit(server, { tag: 'power_cut' })
    await until(async () => {
      const after = names.map(pidOf)
      for (const [i, pid] of after.entries()) {
        expect(pid).not.toBe(before[i])
        expect(pid).not.toBe('undefined')
      }
    })
    expect(pidOf('BetaStore')).toBe(beta)
  })
})

test('the generator’s letters are accepted, and all that is accepted finds its end', async () => {
  const node = await begin({ mailsPerS: 40, crankEveryMs: 400 })
  await until(async () => {
    const { accepted, quarantined } = await figures(node)
    expect(accepted).toBeGreaterThan(40)
    expect(quarantined).toBeGreaterThan(0)
  })
  const generator = node.process('GeneratorSup')
  expect(generator).not.toBeNull()
  expect(node.processCount).toBeGreaterThan(40)
  const now = await figures(node)
  expect(now.inherited + now.accepted).toBe(now.delivered + now.quarantined + now.held)
})

test('a stopped node leaves no process and no listener', async () => {
  const node = await begin()
  const port = await node.call(FRONT_END, { type: 'port' })
  await node.stop()
  expect(node.processCount).toBe(0)
  const talk = talkTo({ port, name: 'test', signal: new AbortController().signal }, (client) =>
    client.verify(),
  )
  await expect(talk).rejects.toThrow(/ECONNREFUSED/)
})
