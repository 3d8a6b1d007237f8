import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAX_LIVES, nodeEndId } from '@orrery/protocol'
import { afterEach, expect, test } from 'vitest'
import { type Lives, openLives } from './lives.ts'

const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-lives-'))
  dirs.push(dir)
  return dir
}

const START_MS = Date.parse('2026-11-25T10:00:00.000Z')

function live(dir: string, { bootId = 'boot-1', wallMs = START_MS } = {}): Lives & { incarnation: string } {
  const incarnation = randomUUID()
  const lives = openLives({ dir, incarnation, startedAt: new Date(wallMs), wallMs: () => wallMs, bootId })
  return Object.assign(Object.create(lives) as Lives, { incarnation })
}

test('[WIRE-72] a life without a noted end was killed where the machine ran on', () => {
  const dir = folder()
  const first = live(dir)
  const seen = new Date('2026-11-25T10:20:05.000Z')
  utimesSync(join(dir, 'lives.json'), seen, seen)
  const second = live(dir)
  expect(second.earlier).toMatchObject([
    { incarnation: first.incarnation, end: 'killed', lastSignAt: seen.toISOString(), pid: process.pid },
  ])
})

test('[WIRE-72] where the machine was restarted since, or cannot be told, no life is called killed', () => {
  const rebooted = folder()
  live(rebooted)
  expect(live(rebooted, { bootId: 'boot-2' }).earlier).toMatchObject([{ end: 'machine_restarted' }])
  const untold = folder()
  live(untold, { bootId: '' })
  expect(live(untold).earlier).toMatchObject([{ end: 'unknown' }])
})

test('[WIRE-72] an end that was read once stays what it was, over later restarts of the machine', () => {
  const dir = folder()
  live(dir)
  live(dir)
  expect(live(dir, { bootId: 'boot-2' }).earlier.map(({ end }) => end)).toEqual([
    'killed',
    'machine_restarted',
  ])
})

test('[WIRE-114] the fault that ended a life is told of the life with that pid alone, and kept until it is acked', () => {
  const dir = folder()
  const fault = { experiment: 'F-0007', kind: 'node_kill', firing: 'lease:1' }
  const first = live(dir)
  const next = (killed: { pid: number; fault: typeof fault } | null, bootId = '') =>
    openLives({
      dir,
      incarnation: randomUUID(),
      startedAt: new Date(START_MS),
      wallMs: () => START_MS,
      bootId,
      killed,
    })
  const told = { incarnation: first.incarnation, end: 'killed', fault }
  expect(next({ pid: process.pid, fault }).earlier).toMatchObject([told])
  const later = next({ pid: process.pid + 1, fault })
  expect(later.earlier).toMatchObject([told, { end: 'unknown' }])
  expect(later.earlier[1]).not.toHaveProperty('fault')
  later.end('stopped', '')
  const last = next({ pid: process.pid, fault })
  // It said itself how it ended: whoever was killed was another.
  expect(last.earlier.map((life) => life.fault ?? null)).toEqual([fault, null, null])
})

test('the first end that is noted stands, with its moment and its words', () => {
  const dir = folder()
  const first = live(dir, { wallMs: START_MS + 500 })
  first.end('crashed', 'RangeError: out of range')
  first.end('stopped', '')
  expect(live(dir).earlier).toMatchObject([
    { end: 'crashed', detail: 'RangeError: out of range', lastSignAt: '2026-11-25T10:00:00.500Z' },
  ])
})

test('lives are told until their end is acked, and by the next life too', () => {
  const dir = folder()
  const first = live(dir)
  const second = live(dir)
  expect(live(dir).earlier.map(({ incarnation }) => incarnation)).toEqual([
    first.incarnation,
    second.incarnation,
  ])
  const fourth = live(dir)
  fourth.acked([nodeEndId(first.incarnation), nodeEndId(second.incarnation), 'something else'])
  expect(fourth.earlier).toHaveLength(1)
  expect(live(dir).earlier.map(({ incarnation }) => incarnation)).not.toContain(first.incarnation)
})

test('of many untold lives the newest are kept', () => {
  const dir = folder()
  const all = Array.from({ length: MAX_LIVES + 5 }, () => live(dir).incarnation)
  expect(live(dir).earlier.map(({ incarnation }) => incarnation)).toEqual(all.slice(-MAX_LIVES))
})

test('a mark that nobody of ours wrote is no life, and is written over', () => {
  const dir = folder()
  writeFileSync(join(dir, 'lives.json'), '{"marks":[{"incarnation":1}]}')
  const one = live(dir)
  expect(one.earlier).toEqual([])
  expect(readFileSync(join(dir, 'lives.json'), 'utf8')).toContain(one.incarnation)
})

test('touching moves the last sign of life', () => {
  const dir = folder()
  const later = START_MS + 60_000
  openLives({
    dir,
    incarnation: randomUUID(),
    startedAt: new Date(START_MS),
    wallMs: () => later,
    bootId: 'boot-1',
  }).touch()
  expect(live(dir).earlier).toMatchObject([{ lastSignAt: new Date(later).toISOString() }])
})
