import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subscribe } from './browser.ts'
import { RECORD_TYPES } from './codec/index.ts'
import { command } from './commands.ts'
import { FRAME_ERRORS, LIMITS, PROTOCOL, REFUSALS } from './handshake.ts'

const here = new URL('.', import.meta.url)
const spec = readFileSync(new URL('../SPEC.md', here), 'utf8')

describe('the specification and the code', () => {
  test('name the same record types by the same bytes', () => {
    const rows = [...spec.matchAll(/^\| (\d+) \| `([\w.]+)` \|/gm)]
    expect(rows.map(([, byte, type]) => [Number(byte), type])).toEqual(
      RECORD_TYPES.map((type, index) => [index + 1, type]).filter(([, type]) => type !== null),
    )
  })

  test('name the same codes', () => {
    const section = spec.slice(spec.indexOf('## Codes'))
    for (const code of [...Object.keys(REFUSALS), ...FRAME_ERRORS]) expect(section).toContain(`\`${code}\``)
  })

  test('state the same bounds', () => {
    for (const bound of [LIMITS.frameBytes, LIMITS.recordBytes, LIMITS.crashReportBytes, LIMITS.frameRecords])
      expect(spec).toContain(bound.toLocaleString('en'))
  })

  test('every rule about bytes, reports and queries has a test here, and no number stands twice', () => {
    const numbers = [...spec.matchAll(/^- \*\*\[((?:WIRE|QUERY)-\d+)\]/gm)].map(
      ([, number]) => number as string,
    )
    expect(new Set(numbers).size).toBe(numbers.length)
    const tests = readdirSync(here, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(new URL(file, here), 'utf8'))
      .join('\n')
    const rules = readdirSync(new URL('../fixtures/invalid/', here))
      .filter((file) => file.endsWith('.json') && file !== 'hellos.json')
      .map((file) => readFileSync(new URL(`../fixtures/invalid/${file}`, here), 'utf8'))
      .join('\n')
    const mine = numbers.filter((number) => /^(QUERY-\d+|WIRE-(2[0-8]|30|40|41|42|43))$/.test(number))
    expect(mine.filter((number) => !`${tests}${rules}`.includes(number))).toEqual([])
  })
})

test('[WIRE-81] this build speaks the version before its newest, where there is one', () => {
  expect(PROTOCOL.min).toBeLessThanOrEqual(Math.max(1, PROTOCOL.max - 1))
})

describe('commands and subscriptions', () => {
  const suspend = { op: 'process.suspend', id: 'c-1', target: 'Root/a', leaseId: 'l-1', durationMs: 60_000 }

  test('[WIRE-51] [WIRE-55] a lease of more than an hour, or without an id, is no command', () => {
    expect(command.safeParse(suspend).success).toBe(true)
    expect(command.safeParse({ ...suspend, durationMs: 3_600_001 }).success).toBe(false)
    expect(command.safeParse({ ...suspend, leaseId: '' }).success).toBe(false)
    expect(command.safeParse({ ...suspend, op: 'process.reformat' }).success).toBe(false)
  })

  test('[WIRE-51] a message of more than 64 levels is none, however deep it is', () => {
    const send = (levels: number): unknown => {
      const message: unknown = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
      return { op: 'process.send', id: 'c-1', target: 'Root/a', message }
    }
    expect(command.safeParse(send(64)).success).toBe(true)
    expect(command.safeParse(send(65)).success).toBe(false)
    expect(command.safeParse(send(100_000)).success).toBe(false)
    expect(command.safeParse({ op: 'process.send', id: 'c-1', target: 'Root/a' }).success).toBe(false)
  })

  test('[WIRE-60] a view that is not there is no subscription', () => {
    expect(subscribe.safeParse({ id: '1', view: 'tree', params: { node: 'mail@localhost' } }).success).toBe(
      true,
    )
    expect(subscribe.safeParse({ id: '1', view: 'weather', params: {} }).success).toBe(false)
    expect(subscribe.safeParse({ id: '1', view: 'tree', params: { node: { $ne: 1 } } }).success).toBe(false)
  })
})
