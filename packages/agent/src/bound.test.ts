import { type CrashReport, captured, crashReport, isTerm, LIMITS, type Term } from '@orrery/protocol'
import { capture } from '@orrery/runtime'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundReport, boundTerm } from './bound.ts'

const term: fc.Arbitrary<Term> = fc
  .anything({ withMap: true, withSet: true, withBigInt: true })
  .map((value) => capture(value) as Term)
const bulk = (bytes: number): Term =>
  capture(
    { list: Array.from({ length: 64 }, () => 'é"\u2028'.repeat(bytes / 256)) },
    { text: bytes, breadth: 64 },
  )

function report(parts: Partial<CrashReport>): CrashReport {
  const nothing = { status: 'unavailable', why: 'test' } as const
  return {
    id: '0190b5a0-0000-7000-8000-000000000000',
    at: '2026-11-22T00:00:00.000Z',
    atUs: 1,
    identity: {
      node: 'test@localhost',
      incarnation: '0190b5a0-0000-7000-8000-000000000001',
      pid: '<0.1.0>',
      key: 'Root/a',
      name: 'a',
      label: null,
      behaviour: 'GenServer',
      module: 'A',
      initialCall: 'A.init',
      ancestors: [],
      startedAt: '2026-11-22T00:00:00.000Z',
      uptimeMs: 1,
      messagesHandled: 1,
      release: null,
      agentVersion: '0.1.0',
    },
    cause: {
      kind: 'throw',
      reason: { kind: 'throw', tag: 'Error', text: 'x', term: null },
      stack: nothing,
      chain: [],
      killer: nothing,
    },
    message: nothing,
    caller: nothing,
    mailbox: nothing,
    flightRecorder: nothing,
    state: nothing,
    sends: nothing,
    peers: nothing,
    cascade: nothing,
    decision: nothing,
    outcome: nothing,
    causalChain: nothing,
    faults: nothing,
    surroundings: nothing,
    group: nothing,
    losses: { similarNotStored: 0 },
    ...parts,
  }
}

describe('bounds', () => {
  test('a report that fits is not touched', () => {
    const small = report({ state: captured({ before: 'x', sizeBytes: null, changed: [] }) })
    expect(JSON.parse(boundReport(small).toString())).toEqual(small)
  })

  test('whatever is in it, a report fits, parses, and says what was trimmed', () => {
    const huge = report({
      state: captured({ before: bulk(900_000), sizeBytes: null, changed: [] }),
      message: captured({
        seq: 1,
        kind: 'cast',
        type: 't',
        value: bulk(500_000),
        sender: null,
        queuedMs: null,
        handlerMs: null,
      }),
      sends: captured({
        items: Array.from({ length: 16 }, () => ({ to: 'x', type: 't', value: bulk(100_000) })),
        more: 0,
      }),
      decision: captured({
        supervisor: { pid: 'p', name: null, key: 'k' },
        strategy: 'one_for_all',
        childSpec: { id: 'a', restart: 'permanent', shutdown: 5_000, kind: 'worker', module: 'A' },
        action: 'restart',
        intensity: 1,
        periodMs: 1,
        restartsInWindow: [],
        headroom: 0,
        stopped: Array.from({ length: 256 }, (_, i) => ({ pid: `${i}`, name: null, key: 'k'.repeat(4_000) })),
      }),
    })
    const json = boundReport(huge)
    expect(json.length).toBeLessThanOrEqual(LIMITS.crashReportBytes)
    const bounded = JSON.parse(json.toString()) as CrashReport
    expect(crashReport.safeParse(bounded).error).toBeUndefined()
    expect(bounded.state).toMatchObject({ status: 'truncated', why: 'the report was too large' })
    expect(
      bounded.state.status === 'truncated' && JSON.stringify(bounded.state.value).length,
    ).toBeGreaterThan(10_000)
  })

  test('a trimmed term is a term, and no larger than asked by much', () => {
    fc.assert(
      fc.property(term, fc.integer({ min: 50, max: 5_000 }), (value, bytes) => {
        const small = boundTerm(value, bytes)
        expect(isTerm(small)).toBe(true)
        expect(Buffer.byteLength(JSON.stringify(small))).toBeLessThanOrEqual(bytes + 400)
      }),
    )
  })
})
