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
  writeFileSync(path, 'l first\nt\na one\nt\na two\na thr')
  expect(readJournal(path)).toEqual({ thrown: 2, accepted: new Set(['one', 'two']), lives: ['first'] })
  expect(readJournal(join(dir, 'none'))).toEqual({ thrown: 0, accepted: new Set(), lives: [] })
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
  const good = {
    accepted: 3,
    stored: 3,
    nodeEnds: 0,
    unmissed: [],
    lost: [],
    doubled: 0,
    unheard: [],
  }
  expect(balance(accepted, [], { times: times('a', 'b', 'c'), nodeEnds: new Set(), counted: 3 })).toEqual(
    good,
  )
  expect(balance(accepted, [], { times: times('a', 'c'), nodeEnds: new Set(), counted: 2 })).toMatchObject({
    lost: ['b'],
  })
  expect(
    balance(accepted, [], { times: times('a', 'b', 'c', 'c'), nodeEnds: new Set(), counted: 4 }).doubled,
  ).toBeGreaterThan(0)
  expect(
    balance(accepted, [], { times: times('a', 'b', 'c'), nodeEnds: new Set(), counted: 4 }),
  ).toMatchObject({
    doubled: 1,
  })
  expect(
    balance(accepted, [], { times: times('a', 'b', 'c', 'd'), nodeEnds: new Set(), counted: 4 }),
  ).toMatchObject({
    unheard: ['d'],
  })
})

test('a life that is over is missed by its own report alone', () => {
  const [told, untold] = ['5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11', '6b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11']
  const stored = { times: new Map(), nodeEnds: new Set(['5b0c7c1e-9f6a-8c38-8d5e-1f6f0b7c2a11']), counted: 0 }
  expect(balance(new Set(), [told, untold], stored)).toMatchObject({ nodeEnds: 1, unmissed: [untold] })
})
