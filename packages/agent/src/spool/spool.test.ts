import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { openSpool, type Spool } from './spool.ts'

const dirs: string[] = []
const newDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-spool-'))
  dirs.push(dir)
  return dir
}
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

const opened = (dir: string, limitBytes = 8_388_608, segmentBytes?: number): Spool => {
  const result = openSpool({ dir, limitBytes, ...(segmentBytes ? { segmentBytes } : {}) })
  if (!result.ok) throw new Error(`held by ${result.holder}`)
  return result.spool
}
const body = (id: string, size = 100): Buffer => Buffer.from(`{"id":"${id}","pad":"${'x'.repeat(size)}"}`)
const segmentsOf = (dir: string): string[] => readdirSync(dir).filter((name) => name.endsWith('.seg'))

/** Leaves the folder as SIGKILL would: nothing is flushed, closed or released on purpose. */
async function killed(spool: Spool, dir: string): Promise<void> {
  await spool.close()
  writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: 2 ** 30, host: 'x', startedAt: '' }))
  rmSync(join(dir, 'lock'))
}

describe('spool', () => {
  test('what was accepted is there after a restart, in its order, until it is acked', async () => {
    const dir = newDir()
    const first = opened(dir)
    for (const id of ['a', 'b', 'c']) expect(first.append(id, body(id))).toEqual({ ok: true })
    first.amend('b', Buffer.from('{"crashId":"b"}'))
    first.ack(['a'])
    expect(first.stats).toMatchObject({ accepted: 3, acked: 1, pending: 2 })
    await first.close()

    const second = opened(dir)
    expect([...second.pending()]).toEqual(['b', 'c'])
    expect(second.stats).toMatchObject({ recovered: 2, accepted: 0, pending: 2 })
    const read = second.read('b')
    expect(read?.report.equals(body('b'))).toBe(true)
    expect(read?.amendments.map(String)).toEqual(['{"crashId":"b"}'])
    second.ack(['b', 'c'])
    await second.close()

    const third = opened(dir)
    expect([...third.pending()]).toEqual([])
    expect(segmentsOf(dir)).toEqual([])
    await third.close()
  })

  test('the same id is accepted once', async () => {
    const spool = opened(newDir())
    spool.append('a', body('a'))
    spool.append('a', body('a'))
    expect(spool.stats).toMatchObject({ accepted: 1, pending: 1 })
    await spool.close()
  })

  test('a segment goes when all its reports are acked, and the room is there again', async () => {
    const dir = newDir()
    const spool = opened(dir, 4_194_304, 65_536)
    const ids = Array.from({ length: 100 }, (_, i) => `id-${i}`)
    for (const id of ids) spool.append(id, body(id, 4_000))
    expect(segmentsOf(dir).length).toBeGreaterThan(5)
    const before = spool.stats.bytes
    spool.ack(ids)
    expect(segmentsOf(dir).length).toBeLessThan(2)
    expect(spool.stats.bytes).toBeLessThan(before / 5)
    await spool.close()
  })

  test('a full spool refuses and counts, and takes again after acks', async () => {
    const spool = opened(newDir(), 1_048_576)
    const accepted: string[] = []
    for (let i = 0; i < 400; i++) if (spool.append(`${i}`, body(`${i}`, 4_000)).ok) accepted.push(`${i}`)
    expect(accepted.length).toBeGreaterThan(200)
    expect(spool.append('x', body('x', 4_000))).toEqual({ ok: false, code: 'full' })
    expect(spool.stats.refused).toBe(400 - accepted.length + 1)
    expect(spool.stats.bytes).toBeLessThanOrEqual(1_048_576)
    spool.ack(accepted)
    expect(spool.append('x', body('x', 4_000))).toEqual({ ok: true })
    await spool.close()
  })

  test('one old report that is never acked does not hold the room of all the others', async () => {
    const dir = newDir()
    const spool = opened(dir, 1_048_576, 65_536)
    spool.append('old', body('old', 4_000))
    for (let i = 0; i < 2_000; i++) {
      expect(spool.append(`${i}`, body(`${i}`, 4_000))).toEqual({ ok: true })
      spool.ack([`${i}`])
    }
    expect([...spool.pending()]).toEqual(['old'])
    expect(spool.read('old')?.report.equals(body('old', 4_000))).toBe(true)
    await spool.close()
    const again = opened(dir)
    expect([...again.pending()]).toEqual(['old'])
    await again.close()
  })

  test('two processes cannot share a folder; a dead holder has lost it', async () => {
    const dir = newDir()
    const spool = opened(dir)
    expect(openSpool({ dir, limitBytes: 1e6 })).toMatchObject({ ok: false })
    await spool.close()
    expect(existsSync(join(dir, 'lock'))).toBe(false)
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: '1' }))
    expect(openSpool({ dir, limitBytes: 1e6 })).toMatchObject({ ok: false })
    const { hostname } = await import('node:os')
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: 4_194_303, host: hostname(), startedAt: '1' }))
    await opened(dir).close()
    writeFileSync(join(dir, 'lock'), 'half a lo')
    await opened(dir).close()
  })

  test('a record damaged on disk costs itself and not those behind it', async () => {
    const dir = newDir()
    const spool = opened(dir)
    for (const id of ['a', 'b', 'c']) spool.append(id, body(id))
    await spool.close()
    const [name = ''] = segmentsOf(dir)
    const path = join(dir, name)
    const fd = openSync(path, 'r+')
    writeSync(fd, Buffer.from('!'), 0, 1, readFileSync(path).indexOf('"id":"b"'))
    closeSync(fd)
    const again = opened(dir)
    expect([...again.pending()]).toEqual(['a', 'c'])
    expect(again.stats.damaged).toBe(1)
    await again.close()
  })

  test('files are for their owner alone', async () => {
    const { statSync } = await import('node:fs')
    const dir = join(newDir(), 'own')
    const spool = opened(dir)
    spool.append('a', body('a'))
    expect(statSync(dir).mode & 0o077).toBe(0)
    expect(statSync(join(dir, segmentsOf(dir)[0] ?? '')).mode & 0o077).toBe(0)
    await spool.close()
  })
})

type Step =
  | { do: 'append'; size: number }
  | { do: 'amend'; pick: number }
  | { do: 'ack'; pick: number; count: number }
  | { do: 'kill'; tear: number; junk: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.nat(6_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('amend' as const), pick: fc.nat(1_000) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ack' as const),
      pick: fc.nat(1_000),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('kill' as const), tear: fc.nat(300), junk: fc.nat(40) }),
  },
)

test('nothing accepted is lost and nothing acked comes back, under kills that tear the last write', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const dir = newDir()
      let spool = opened(dir, 1_048_576, 65_536)
      let count = 0
      /** Accepted and not acked, with what it must read as. */
      const live = new Map<string, { report: Buffer; amendments: number }>()
      const acked = new Set<string>()
      for (const at of steps) {
        const ids = [...live.keys()]
        if (at.do === 'append') {
          const id = `id-${count++}`
          const json = body(id, at.size)
          if (spool.append(id, json).ok) live.set(id, { report: json, amendments: 0 })
        } else if (at.do === 'amend') {
          const id = ids[at.pick % Math.max(1, ids.length)]
          const entry = id === undefined ? undefined : live.get(id)
          if (id !== undefined && entry && spool.amend(id, Buffer.from('{}')).ok) entry.amendments++
        } else if (at.do === 'ack') {
          const some = ids.slice(at.pick % Math.max(1, ids.length)).slice(0, at.count)
          spool.ack(some)
          for (const id of some) {
            live.delete(id)
            acked.add(id)
          }
        } else {
          await killed(spool, dir)
          const last = segmentsOf(dir).sort().at(-1)
          // A write that was cut: some of a record that was never accepted, or garbage from a block never written.
          if (last !== undefined) {
            appendFileSync(join(dir, last), body('torn', at.tear).subarray(0, at.tear))
            appendFileSync(join(dir, last), Buffer.alloc(at.junk))
          }
          spool = opened(dir, 1_048_576, 65_536)
        }
        expect(new Set(spool.pending())).toEqual(new Set(live.keys()))
      }
      await spool.close()
      const last = opened(dir, 1_048_576, 65_536)
      expect(new Set(last.pending())).toEqual(new Set(live.keys()))
      for (const [id, entry] of live) {
        const read = last.read(id)
        expect(read?.report.equals(entry.report)).toBe(true)
        expect(read?.amendments.length).toBeGreaterThanOrEqual(entry.amendments)
      }
      expect([...last.pending()].some((id) => acked.has(id))).toBe(false)
      await last.close()
    }),
    { numRuns: 60 },
  )
})

test('a segment cut at any byte gives every record before the cut and nothing else', async () => {
  const dir = newDir()
  const spool = opened(dir)
  const ids = ['a', 'b', 'c', 'd']
  const ends: number[] = []
  for (const id of ids) {
    spool.append(id, body(id, 40))
    ends.push(spool.stats.bytes)
  }
  await spool.close()
  const path = join(dir, segmentsOf(dir)[0] ?? '')
  const whole = readFileSync(path)
  for (let cut = 0; cut <= whole.length; cut++) {
    writeFileSync(path, whole)
    truncateSync(path, cut)
    const again = opened(dir)
    expect([...again.pending()]).toEqual(ids.filter((_, i) => (ends[i] ?? 0) <= cut))
    await again.close()
    for (const name of segmentsOf(dir)) rmSync(join(dir, name))
  }
})
