import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '@orrery/runtime'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  BACKENDS,
  type Digest,
  type Envelope,
  QUARANTINE,
  QUEUE,
  SPOOL,
  storeName,
  TRIAGE,
} from '../messages.ts'
import { startRobustifier } from '../robustifier.ts'
import { readAmbiguous } from './ambiguous-log.ts'
import { has, writeDurably } from './disk.ts'

let dataDir = ''
let node: Node
const until = (check: () => Promise<void> | void): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 25 })

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'robustifier-'))
})
afterEach(async () => {
  await node.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** With nobody to parse or deliver, unless asked for. */
async function begin({ workers = 0, parsers = 0 } = {}): Promise<void> {
  const settings = { smtpPort: 0, dataDir, mailsPerS: 0, hasOutages: false, seed: 1 }
  const waits = { parseRetryMs: 10, deliveryRetryMs: 20, checkMs: 50 }
  node = await startRobustifier(settings, { ...waits, workers, parsers })
}

const spool = () => join(dataDir, 'spool')
const digest: Digest = { subject: 'one', sender: 'a@example.org', parts: 1, words: 1 }
const text = 'From: a@example.org\r\nSubject: one\r\n\r\none\r\n'

function envelope(id: string): Envelope {
  return { id, from: 'a@example.org', to: ['astrid@example.org'], sizeBytes: 1, acceptedAt: '' }
}

async function accept(id: string): Promise<void> {
  await writeDurably(spool(), `${id}.eml`, text, 'latin1')
  expect(await node.call(SPOOL, { type: 'accept', envelope: envelope(id) })).toBe('kept')
}

async function kill(name: string): Promise<void> {
  const victim = node.process(name)
  if (victim === null) throw new Error(`there is no ${name}`)
  node.exit(victim, 'kill')
  await until(() => {
    expect(node.process(name)?.pid ?? victim.pid).not.toBe(victim.pid)
  })
}

const figures = () => node.call(SPOOL, { type: 'figures' })
const attempt = (id: string, backend: string) => node.call(SPOOL, { type: 'attempt', id, backend })
const logged = () => readAmbiguous(join(dataDir, 'ambiguous.log'))
async function arrived(): Promise<number> {
  const counts = await Promise.all(BACKENDS.map((name) => node.call(storeName(name), { type: 'count' })))
  return counts.reduce((sum, count) => sum + count, 0)
}

describe('a mail whose text is not there', () => {
  test('is not accepted: an earlier life of the spool cleared it away before a record spoke of it', async () => {
    await begin()
    await writeDurably(spool(), 'one.eml', text, 'latin1')
    await kill('Spool')
    await until(async () => expect(await has(spool(), 'one.eml')).toBe(false))
    expect(await node.call(SPOOL, { type: 'accept', envelope: envelope('one') })).toBe('no text')
    expect(await figures()).toMatchObject({ accepted: 0, held: 0 })
  })
})

describe('what was said to a dead spool', () => {
  test('that a mail is parsed is asked again when it lives', async () => {
    await begin({ parsers: 1 })
    await accept('one')
    await until(async () => expect(await node.call(SPOOL, { type: 'undelivered' })).toHaveLength(1))
    // As if the spool had died before it heard: the record says unparsed, and Triage has forgotten the mail.
    await writeFile(
      join(spool(), 'one.json'),
      JSON.stringify({ envelope: envelope('one'), reasons: [], digest: null }),
    )
    await kill('Spool')
    await until(async () => expect(await node.call(SPOOL, { type: 'undelivered' })).toHaveLength(1))
  })

  test('that a mail is delivered is found out by delivering it again, and the second copy has its line', async () => {
    await begin({ workers: 2, parsers: 1 })
    await accept('one')
    await until(async () => expect(await figures()).toMatchObject({ delivered: 1, held: 0 }))
    const at = { backend: 'Alpha', at: new Date().toISOString() }
    const held = { envelope: envelope('one'), reasons: [], digest, attempt: at }
    await writeDurably(spool(), 'one.eml', text, 'latin1')
    await writeFile(join(spool(), 'one.json'), JSON.stringify(held))
    await kill('Spool')
    await until(async () => expect(await figures()).toMatchObject({ inherited: 1, delivered: 1, held: 0 }))
    expect(await logged()).toMatchObject([{ id: 'one', backend: 'Alpha' }])
  })
})

describe('an attempt', () => {
  test('that ended without a word is logged before the next, and one that was refused is not', async () => {
    await begin()
    await accept('one')
    expect(await attempt('one', 'Alpha')).toBe('go')
    expect(await attempt('one', 'Beta')).toBe('go')
    const refused = { id: 'one', why: 'no room', isAmbiguous: false }
    node.cast(SPOOL, { type: 'notDelivered', backend: 'Beta', ...refused })
    expect(await attempt('one', 'Gamma')).toBe('go')
    expect(await logged()).toMatchObject([{ id: 'one', backend: 'Alpha' }])
    const silent = { id: 'one', why: 'the connection ended', isAmbiguous: true }
    node.cast(SPOOL, { type: 'notDelivered', backend: 'Gamma', ...silent })
    expect(await attempt('one', 'Alpha')).toBe('go')
    expect((await logged()).map(({ backend, why }) => [backend, why])).toEqual([
      ['Alpha', 'its worker ended without a word'],
      ['Gamma', 'the connection ended'],
    ])
    expect(await figures()).toMatchObject({ ambiguous: 2 })
  })

  test('outlives the spool that was told of it', async () => {
    await begin()
    await accept('one')
    await attempt('one', 'Alpha')
    await kill('Spool')
    await until(async () => expect(await attempt('one', 'Beta')).toBe('go'))
    expect(await logged()).toMatchObject([{ id: 'one', backend: 'Alpha' }])
  })

  test('is not made for a mail that has found its end, however often the queue is told of it', async () => {
    await begin({ workers: 1, parsers: 1 })
    await accept('one')
    await until(async () => expect(await figures()).toMatchObject({ delivered: 1, held: 0 }))
    const delivery = { envelope: envelope('one'), digest, tried: [], attempts: 0 }
    for (let i = 0; i < 3; i++) node.cast(QUEUE, { type: 'deliver', delivery })
    await accept('two')
    await until(async () => expect(await figures()).toMatchObject({ delivered: 2, held: 0 }))
    expect(await arrived()).toBe(2)
    expect(node.counters.crashes).toBe(0)
  })
})

describe('the end', () => {
  test('in quarantine is the same when it is asked for twice', async () => {
    await begin()
    await accept('one')
    const take = { type: 'take' as const, envelope: envelope('one'), reasons: ['no reason'] }
    expect(await node.call(QUARANTINE, take)).toBe('kept')
    expect(await node.call(QUARANTINE, take)).toBe('kept')
    expect(await node.call(QUARANTINE, { type: 'count' })).toBe(1)
    expect((await readdir(join(dataDir, 'quarantine'))).sort()).toEqual(['one.eml', 'one.json'])
  })

  test('of a mail is the end of its parsing: a parser that died for want of it is not followed by others', async () => {
    await begin({ parsers: 1 })
    node.cast(TRIAGE, { type: 'parse', envelope: envelope('gone') })
    await until(() => expect(node.counters.crashes).toBe(1))
    await accept('one')
    await until(async () => expect(await node.call(SPOOL, { type: 'undelivered' })).toHaveLength(1))
    expect(node.counters.crashes).toBe(1)
  })
})
