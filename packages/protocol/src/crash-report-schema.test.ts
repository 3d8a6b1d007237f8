import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { CrashReport, Decision, Outcome } from './crash-report.ts'
import { crashReport, type decision, type outcome } from './crash-report-schema.ts'
import { sampleReport } from './sample-report.ts'
import type { Term } from './term.ts'
import { isTerm, term } from './term-schema.ts'

describe('crash report', () => {
  test('the schemas give exactly the interfaces', () => {
    expectTypeOf<z.infer<typeof crashReport>>().toEqualTypeOf<CrashReport>()
    expectTypeOf<z.infer<typeof decision>>().toEqualTypeOf<Decision>()
    expectTypeOf<z.infer<typeof outcome>>().toEqualTypeOf<Outcome>()
  })

  test('[WIRE-40] a whole report is taken as it is', () => {
    const sent: unknown = JSON.parse(JSON.stringify(sampleReport))
    expect(crashReport.parse(sent)).toEqual(sent)
  })

  test('[WIRE-47] a stack names its bundles and their maps, or leaves them away', () => {
    const { cause } = sampleReport
    const of = (bundle: object) => ({
      ...sampleReport,
      cause: { ...cause, stack: { status: 'captured', value: { frames: [], raw: '', bundles: [bundle] } } },
    })
    const told = { file: 'dist/trunk.js', sha256: 'ab', debugId: null }
    const at = '2026-11-12T14:32:06.278Z'
    for (const map of [
      null,
      { from: 'node', file: null },
      { from: 'node', file: 'dist/trunk.js.map' },
      { from: 'hub', id: '1', by: 'ada', at },
    ]) {
      expect(crashReport.parse(of({ ...told, map }))).toEqual(of({ ...told, map }))
    }
    expect(crashReport.safeParse(of({ ...told, map: { from: 'elsewhere' } })).success).toBe(false)
    expect(crashReport.safeParse(of({ ...told, map: undefined })).success).toBe(false)
  })

  test('[WIRE-48] what is lost of the similar ones is a count, by whoever lost it', () => {
    const of = (losses: object) => crashReport.safeParse({ ...sampleReport, losses })
    expect(of({ similarNotStored: 3, similarPruned: 2 }).data?.losses).toEqual({
      similarNotStored: 3,
      similarPruned: 2,
    })
    expect(of({ similarNotStored: 3 }).data?.losses).toEqual({ similarNotStored: 3 })
    expect(of({ similarNotStored: 3, similarPruned: -1 }).success).toBe(false)
  })

  test('[WIRE-40] any part may be missing when it says why', () => {
    for (const part of Object.keys(sampleReport)) {
      const missing = crashReport.safeParse({
        ...sampleReport,
        [part]: { status: 'unavailable', why: 'gone' },
      })
      expect(missing.success, part).toBe(!['id', 'at', 'atUs', 'identity', 'cause', 'losses'].includes(part))
      const absent = crashReport.safeParse({ ...sampleReport, [part]: undefined })
      expect(absent.success, part).toBe(false)
    }
  })

  test('[WIRE-41] a key this hub does not know is dropped', () => {
    expect(crashReport.parse({ ...sampleReport, weather: 'rain' })).toEqual(sampleReport)
  })

  test('[WIRE-42] what is out of bounds is refused', () => {
    const named = (name: string) => ({ ...sampleReport, identity: { ...sampleReport.identity, name } })
    expect(crashReport.safeParse(named('x'.repeat(1_024))).success).toBe(true)
    expect(crashReport.safeParse(named('x'.repeat(1_025))).success).toBe(false)
    expect(crashReport.safeParse({ ...sampleReport, id: '1' }).success).toBe(false)
    expect(crashReport.safeParse({ ...sampleReport, atUs: Number.POSITIVE_INFINITY }).success).toBe(false)
  })
})

describe('terms', () => {
  test('[WIRE-43] a value that is no term becomes unavailable and costs nothing else', () => {
    const odd = { $: 'hologram', beams: 3 }
    const { cause } = sampleReport
    const parsed = crashReport.parse({
      ...sampleReport,
      cause: { ...cause, reason: { ...cause.reason, term: odd } },
    })
    expect(parsed.cause.reason.term).toEqual({ $: 'unavailable', why: 'not a term this hub can read' })
    expect(parsed.cause.reason.tag).toBe('frame_overrun')
  })

  test('[WIRE-43] terms nest 64 levels and no more', () => {
    const nested = (levels: number): Term => (levels === 0 ? 1 : { $: 'array', items: [nested(levels - 1)] })
    expect(isTerm(nested(64))).toBe(true)
    expect(isTerm(nested(65))).toBe(false)
    const bottomless: unknown = JSON.parse('{"$":"array","items":['.repeat(20_000) + ']}'.repeat(20_000))
    expect(term.parse(bottomless)).toMatchObject({ $: 'unavailable' })
  })

  test('[WIRE-43] no JSON makes the schemas throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(term.safeParse(value).success).toBe(true)
        expect(crashReport.safeParse({ ...sampleReport, state: value }).success).toBe(false)
      }),
    )
  })
})
