import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CAPABILITIES } from '../handshake.ts'
import {
  FAULTS,
  type FaultKind,
  faultNamed,
  faultRequest,
  parseTarget,
  pick,
  sampleSize,
  triggerOf,
  type When,
} from './index.ts'

const kinds: FaultKind[] = Object.values(FAULTS)

describe('the catalogue', () => {
  test.each(kinds.map((kind) => [kind.kind, kind] as const))(
    '%s has a form that its schema takes',
    (name, kind) => {
      const filled = Object.fromEntries(kind.form.map((field) => [field.name, field.default]))
      expect(kind.parameters.parse(filled)).toEqual(kind.parameters.parse({}))
      expect(kind.parameters.safeParse({ ...filled, unheard: 1 }).success).toBe(false)
      expect(faultNamed(name)).toBe(kind)
      expect(CAPABILITIES).toContain(`fault.${name}`)
    },
  )

  test('bounds of a form are those of its schema', () => {
    for (const kind of kinds) {
      for (const field of kind.form) {
        if (field.type !== 'number') continue
        for (const [value, isTaken] of [
          [field.min, true],
          [field.max, true],
          [field.min - 1, false],
          [field.max + 1, false],
        ] as const)
          expect([
            kind.kind,
            field.name,
            value,
            kind.parameters.safeParse({ [field.name]: value }).success,
          ]).toEqual([kind.kind, field.name, value, isTaken])
      }
    }
  })

  test('names of objects are no faults', () => {
    expect(faultNamed('constructor')).toBeUndefined()
  })
})

describe('when a fault fires', () => {
  const firings = (schedule: When, seed: number, key: string, messages: number) => {
    const trigger = triggerOf(schedule, seed, key)
    return Array.from({ length: messages }, (_, at) => trigger.fires(at * 10))
  }

  test('[WIRE-96] the same seed and key fire at the same messages', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.string(),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (seed, key, probability) => {
          const schedule: When = { kind: 'probability', probability }
          expect(firings(schedule, seed, key, 200)).toEqual(firings(schedule, seed, key, 200))
        },
      ),
    )
    expect(firings({ kind: 'probability', probability: 0.5 }, 1, 'a', 64)).not.toEqual(
      firings({ kind: 'probability', probability: 0.5 }, 1, 'b', 64),
    )
  })

  test('a probability is kept on the whole', () => {
    const fired = firings({ kind: 'probability', probability: 0.02 }, 7, 'Root/a', 50_000).filter(Boolean)
    expect(fired.length).toBeGreaterThan(850)
    expect(fired.length).toBeLessThan(1_150)
  })

  test('n times, then never again; once is one', () => {
    expect(firings({ kind: 'times', times: 3 }, 1, 'a', 10).filter(Boolean)).toHaveLength(3)
    expect(firings({ kind: 'once' }, 1, 'a', 10)).toEqual([true, ...Array(9).fill(false)])
  })

  test('on for a while and off for a while', () => {
    const trigger = triggerOf({ kind: 'duty', onMs: 100, offMs: 200 }, 1, 'a')
    expect([0, 99, 100, 299, 300, 399, 400].map((at) => trigger.fires(at))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ])
  })

  test('no more than its limit', () => {
    const trigger = triggerOf({ kind: 'always' }, 1, 'a', 2)
    expect([trigger.fires(0), trigger.fires(0), trigger.fires(0), trigger.isSpent]).toEqual([
      true,
      true,
      false,
      true,
    ])
  })
})

describe('whom it hits', () => {
  test('a pick is of that size, without repetition, in order, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(400), fc.nat(), (size, count, seed) => {
        const items = Array.from({ length: size }, (_, i) => i)
        const picked = pick(items, count, seed)
        expect(picked).toHaveLength(Math.min(size, count))
        expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b))
        expect(pick(items, count, seed)).toEqual(picked)
      }),
    )
  })

  test('a sample is a number or a share', () => {
    const of = (text: string) => {
      const parsed = parseTarget(text)
      return parsed.ok ? sampleSize(parsed.sample, 1_020) : [parsed.from, parsed.to]
    }
    expect(of('module:Call')).toBe(1_020)
    expect(of('module:Call sample:5%')).toBe(51)
    expect(of('sample:1 module:Call')).toBe(1)
    expect(of('module:Call sample:0')).toEqual([12, 20])
    expect(of('sample:5% sample:1')).toEqual([10, 18])
    expect(of('sample:half')).toEqual([0, 11])
    expect(of('module:Call modul:x')).toEqual([12, 17])
  })
})

test('a request in short and one of steps are both read, and what is in neither is refused', () => {
  const kill = { fault: 'kill', target: { node: 'mail@a', pid: 'Root/a' } }
  expect(faultRequest.parse(kill)).toMatchObject({
    fault: 'kill',
    durationMs: 60_000,
    stop: { crashes: 100 },
  })
  expect(
    faultRequest.parse({ steps: [kill, { ...kill, fault: 'drop' }], arrangement: 'sequence' }),
  ).toMatchObject({
    schedule: { kind: 'now' },
  })
  expect(faultRequest.safeParse({ ...kill, unheard: true }).success).toBe(false)
  expect(faultRequest.safeParse({ steps: [] }).success).toBe(false)
})
