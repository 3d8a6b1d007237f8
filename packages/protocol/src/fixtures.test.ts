import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from './codec/index.ts'
import { crashReport, decision, outcome } from './crash-report-schema.ts'
import { hello } from './handshake.ts'
import type { Frame } from './records.ts'

const folder = (name: string): URL => new URL(`../fixtures/${name}/`, import.meta.url)
const bytesOf = (kind: string, name: string): Uint8Array => readFileSync(new URL(`${name}.bin`, folder(kind)))
const jsonOf = (kind: string, name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder(kind)), 'utf8'))
const namesIn = (kind: string, ending: string): string[] =>
  readdirSync(folder(kind))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))

const none = { samples: 0, lifecycle: 0, results: 0, crashes: 0 }

function varint(value: number): number[] {
  const low = value % 128
  return value < 128 ? [low] : [low | 128, ...varint(Math.floor(value / 128))]
}

describe('valid fixtures', () => {
  test.each(namesIn('valid', '.bin'))(
    '[WIRE-20] [WIRE-80] %s reads as its JSON says and is written byte for byte',
    (name) => {
      const expected = jsonOf('valid', name) as Frame
      const read = decodeFrame(bytesOf('valid', name))
      expect(read).toEqual({
        ok: true,
        frame: { ...expected, skipped: 0, refused: { 'record.malformed': 0, 'record.too_large': 0 } },
      })
      expect(Buffer.from(encodeFrame(expected)).equals(bytesOf('valid', name))).toBe(true)
    },
  )

  test('[WIRE-40] the crash in them parses, and so do its decision and outcome', () => {
    const [first, amended] = (jsonOf('valid', 'crash') as Frame).records
    if (first?.type !== 'crash' || amended?.type !== 'crash.amended') throw new Error('the fixture changed')
    expect(crashReport.parse(first.report)).toEqual(first.report)
    expect(decision.parse(amended.decision)).toEqual(amended.decision)
    expect(outcome.parse(amended.outcome)).toEqual(amended.outcome)
  })

  test('[WIRE-1] the hello parses', () => {
    expect(hello.parse(jsonOf('valid', 'hello'))).toEqual(jsonOf('valid', 'hello'))
  })
})

describe('invalid fixtures', () => {
  test.each(
    namesIn('invalid', '.bin').map((name) => [(jsonOf('invalid', name) as { rule: string }).rule, name]),
  )('[%s] %s is refused as its JSON says', (_, name) => {
    const { rule: _rule, ...expected } = jsonOf('invalid', name as string) as { rule: string }
    const read = decodeFrame(bytesOf('invalid', name as string))
    const outcome = read.ok
      ? {
          ok: true,
          records: read.frame.records.length,
          skipped: read.frame.skipped,
          refused: read.frame.refused,
        }
      : { ok: false, code: read.code }
    expect(outcome).toEqual(expected)
  })

  test('[WIRE-1] [WIRE-3] no hello of them parses', () => {
    const cases = jsonOf('invalid', 'hellos') as Record<string, object>
    const good = jsonOf('valid', 'hello') as object
    for (const [why, part] of Object.entries(cases))
      expect(hello.safeParse({ ...good, ...part }).success, why).toBe(false)
  })
})

describe('bounds', () => {
  test('[WIRE-25] a frame of more than 1 MiB is refused unread', () => {
    const bytes = new Uint8Array(1_048_577)
    expect(decodeFrame(bytes)).toMatchObject({ ok: false, code: 'frame.too_large' })
  })

  test('[WIRE-26] a record above its bound is left out, the others taken', () => {
    const head = encodeFrame({
      seq: 1,
      atUs: 2,
      wallMs: 3,
      drops: { samples: 0, lifecycle: 0, results: 0, crashes: 0 },
      records: [],
    })
    const tooLarge = [10, 0x81, 0x80, 16, ...new Array(262_145).fill(0x20)]
    const bytes = Uint8Array.from([...head.subarray(0, -1), 2, ...tooLarge, 4, 2, 5, 7])
    const read = decodeFrame(bytes)
    expect(read.ok && read.frame.refused).toEqual({ 'record.malformed': 0, 'record.too_large': 1 })
    expect(read.ok && read.frame.records).toHaveLength(1)
  })

  test.each([
    ['[WIRE-24] a ref above 2^51', [4, 9, 5, ...varint(2 ** 51 + 1)]],
    ['[WIRE-31] a start of ref 0', [3, 18, 0, 0, ...new Array(16).fill(0)]],
  ])('%s is no ref', (_, record) => {
    const head = encodeFrame({ seq: 1, atUs: 2, wallMs: 3, drops: none, records: [] })
    const read = decodeFrame(Uint8Array.from([...head.subarray(0, -1), 1, ...record]))
    expect(read.ok && read.frame.refused['record.malformed']).toBe(1)
  })

  test('[WIRE-22] what follows a known body is ignored', () => {
    const good = encodeFrame({
      seq: 1,
      atUs: 2,
      wallMs: 3,
      drops: { samples: 0, lifecycle: 0, results: 0, crashes: 0 },
      records: [{ type: 'process.initialised', atUs: 5, ref: 7 }],
    })
    const longer = Uint8Array.from([...good.subarray(0, -3), 4, 5, 7, 42, 42])
    const read = decodeFrame(longer)
    expect(read.ok && read.frame.records).toEqual([{ type: 'process.initialised', atUs: 5, ref: 7 }])
  })

  test('[WIRE-28] what is not binary is refused', () => {
    for (const value of [null, 'OR', 3, {}, [0x4f, 0x52, 1]])
      expect(decodeFrame(value)).toMatchObject({ ok: false, code: 'frame.malformed' })
  })
})
