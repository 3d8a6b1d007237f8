import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeRecord, MAGIC } from '@orrery/agent/segment'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { balance, readJournal, readSpool } from './ledger.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orrery-ledger-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
})

test('a journal is read up to its last whole line', () => {
  const path = join(dir, 'journal')
  writeFileSync(path, 't\na one\nt\na two\na thr')
  expect(readJournal(path)).toEqual({ thrown: 2, accepted: new Set(['one', 'two']) })
  expect(readJournal(join(dir, 'none'))).toEqual({ thrown: 0, accepted: new Set() })
})

test('a spool that a dead node left gives every report in it, acked or not, up to the torn end', () => {
  const body = Buffer.from('{}')
  const records = [
    encodeRecord('report', 'one', body),
    encodeRecord('ack', '', Buffer.from('one')),
    encodeRecord('report', 'two', body),
    encodeRecord('report', 'torn', body).subarray(0, -1),
  ]
  writeFileSync(join(dir, '0000000001.seg'), Buffer.concat([MAGIC, ...records]))
  writeFileSync(join(dir, 'lock'), 'not a segment')
  expect(readSpool(dir)).toEqual(['one', 'two'])
  expect(readSpool(join(dir, 'none'))).toEqual([])
})

test('the books balance only when everything accepted is stored, once, and nothing else is', () => {
  const accepted = new Set(['a', 'b', 'c'])
  const times = (...ids: string[]) => {
    const counts = new Map<string, number>()
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
    return counts
  }
  const good = { accepted: 3, stored: 3, nodeEnds: 0, lost: [], doubled: 0, unheard: [] }
  expect(balance(accepted, { times: times('a', 'b', 'c'), nodeEnds: 0, counted: 3 })).toEqual(good)
  expect(balance(accepted, { times: times('a', 'c'), nodeEnds: 0, counted: 2 })).toMatchObject({
    lost: ['b'],
  })
  expect(
    balance(accepted, { times: times('a', 'b', 'c', 'c'), nodeEnds: 0, counted: 4 }).doubled,
  ).toBeGreaterThan(0)
  expect(balance(accepted, { times: times('a', 'b', 'c'), nodeEnds: 0, counted: 4 })).toMatchObject({
    doubled: 1,
  })
  expect(balance(accepted, { times: times('a', 'b', 'c', 'd'), nodeEnds: 0, counted: 4 })).toMatchObject({
    unheard: ['d'],
  })
})
