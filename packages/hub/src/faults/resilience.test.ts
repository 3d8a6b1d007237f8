import { type CrashReport, captured } from '@orrery/protocol'
import { resilience, VERDICTS } from '@orrery/protocol/faults'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crashReport } from '../store/fixture.ts'
import { type CrashFact, crashFact } from './crash-fact.ts'
import { type ResilienceFacts, resilienceOf } from './resilience.ts'
import { type Figures, NO_FIGURES } from './stretch-figures.ts'

const QUIET: Figures = { seconds: 60, handledPerS: 400, handlingP99Ms: 4, mailboxPeak: 3 }

function facts(changes: Partial<ResilienceFacts> = {}): ResilienceFacts {
  return {
    experiment: {
      id: 'F-0001',
      endedBy: 'done',
      endedWhy: '',
      touched: 12,
      dropped: 0,
      crashes: 0,
      nodes: ['mail@a'],
      faults: ['kill'],
    },
    targets: [{ state: 'gone', node: 'mail@a', key: 'Root/pool#1' }],
    caused: [],
    others: 0,
    before: QUIET,
    during: QUIET,
    nodesDown: [],
    isBack: () => true,
    ...changes,
  }
}

function crash(changes: Partial<CrashFact> = {}): CrashFact {
  return {
    id: 'c1',
    rootId: 'c1',
    atMs: 1_000,
    node: 'mail@a',
    key: 'Root/pool#1',
    role: 'direct',
    lost: 0,
    action: 'restart',
    supervisor: 'Pool',
    stopped: 0,
    outcome: 'restarted',
    backAfterMs: 12,
    escalatedTo: null,
    ...changes,
  }
}

describe('the verdict', () => {
  test('is absorbed where all came back and the figures held', () => {
    const report = resilienceOf(
      facts({ caused: [crash(), crash({ id: 'c2', rootId: 'c2', key: 'Root/pool#2', backAfterMs: 40 })] }),
    )
    expect(report).toMatchObject({
      verdict: 'absorbed',
      because: ['2 crashes caused, all dealt with, within 40 ms.', 'Throughput held at 100 % of before.'],
      crashesCaused: 2,
      restarts: 2,
      recoveryP50Ms: 12,
      recoveryP99Ms: 40,
      notBack: 0,
      cascadeLargest: 1,
    })
    expect(resilience.parse(report)).toEqual(report)
  })

  test('is of nothing where nothing was injected', () => {
    const target = { node: 'mail@a', key: 'Root/pool#1' }
    expect(resilienceOf(facts({ targets: [] }))).toBeNull()
    expect(
      resilienceOf(
        facts({
          targets: [
            { ...target, state: 'refused' },
            { ...target, state: 'intended' },
          ],
        }),
      ),
    ).toBeNull()
  })

  test.each([
    ['Throughput fell by 50 %, from 400/s to 200/s.', { during: { ...QUIET, handledPerS: 200 } }],
    ['Handling took up to 80 ms (p99), 4.0 ms before.', { during: { ...QUIET, handlingP99Ms: 80 } }],
    ['The slowest took 9.80 s to come back.', { caused: [crash({ backAfterMs: 9_800 })] }],
    [
      '300 messages were lost in mailboxes of processes that ended.',
      { caused: [crash({ lost: 300 })], during: { ...QUIET, seconds: 10 } },
    ],
    ['A mailbox grew to 3,184, 3 before.', { during: { ...QUIET, mailboxPeak: 3_184 } }],
    [
      'A stop condition ended it: 104 crashes, 100 allowed.',
      {
        experiment: {
          ...facts().experiment,
          endedBy: 'crashes' as const,
          endedWhy: '104 crashes, 100 allowed',
        },
      },
    ],
    [
      'Of 1 target nobody could read back that the fault is gone.',
      { targets: [{ state: 'unverified' as const, node: 'mail@a', key: 'Root/pool#1' }] },
    ],
  ])('is degraded: %s', (why, changes) => {
    const report = resilienceOf(facts(changes))
    expect([report?.verdict, report?.because[0]]).toEqual(['degraded', why])
  })

  test.each([
    [
      'Pool gave up, and Root had to decide.',
      { caused: [crash({ action: 'give_up', outcome: 'given_up', escalatedTo: 'Root' })] },
    ],
    ['Root/pool#1 did not come back.', { caused: [crash()], isBack: () => false }],
    [
      '2 processes did not come back, Root/pool#1 among them.',
      { caused: [crash(), crash({ key: 'Root/pool#2' })], isBack: () => false },
    ],
    ['mail@a is not up any more.', { nodesDown: ['mail@a'] }],
    [
      'mail@a was killed and did not come back.',
      { nodesDown: ['mail@a'], experiment: { ...facts().experiment, faults: ['node_kill'] } },
    ],
  ])('is escalated: %s', (why, changes) => {
    const report = resilienceOf(facts(changes))
    expect([report?.verdict, report?.because[0]]).toEqual(['escalated', why])
  })

  test('a process its child spec leaves alone need not come back', () => {
    const report = resilienceOf(
      facts({ caused: [crash({ action: 'leave', outcome: 'not_restarted' })], isBack: () => false }),
    )
    expect(report).toMatchObject({ verdict: 'absorbed', notBack: 0 })
  })

  test('a crash without a part in it is counted apart and judges nothing', () => {
    const other = crash({
      role: null,
      action: 'give_up',
      outcome: 'given_up',
      lost: 900,
      backAfterMs: 60_000,
    })
    expect(resilienceOf(facts({ caused: [other], others: 1, isBack: () => false }))).toMatchObject({
      verdict: 'absorbed',
      crashesCaused: 0,
      crashesOther: 1,
      messagesLost: 0,
      escalations: [],
    })
  })

  test('a cascade is its root, its casualties and the siblings that were stopped', () => {
    const crashes = [
      crash({ stopped: 5 }),
      crash({ id: 'c2', role: 'upstream', key: 'Root/linked', rootId: 'c1' }),
      crash({ id: 'c3', rootId: 'c3', key: 'Root/pool#3' }),
    ]
    expect(resilienceOf(facts({ caused: crashes }))).toMatchObject({ cascadeLargest: 7, restarts: 8 })
  })

  test('in a storm it counts what the agents counted', () => {
    const experiment = { ...facts().experiment, crashes: 4_000 }
    expect(resilienceOf(facts({ experiment, caused: [crash()] }))).toMatchObject({
      crashesCaused: 4_000,
      restarts: 1,
    })
  })

  test('a single figure that was not measured breaks no bound', () => {
    const during = { ...QUIET, handlingP99Ms: null, mailboxPeak: null }
    expect(resilienceOf(facts({ before: NO_FIGURES, during }))).toMatchObject({
      verdict: 'absorbed',
      handledPerS: { before: null, during: 400 },
    })
  })

  test('of what nobody measured it is never said that it was absorbed', () => {
    const unseen = facts({ during: NO_FIGURES })
    expect(resilienceOf(unseen)).toMatchObject({
      verdict: 'degraded',
      because: [
        'Nothing was heard of its nodes while it ran: what was felt was not measured.',
        'It caused no crash.',
      ],
    })
    const experiment = { ...unseen.experiment, endedBy: 'hub_restarted' as const }
    expect(resilienceOf({ ...unseen, experiment })).toMatchObject({
      verdict: 'degraded',
      because: [
        'The hub ended while it ran: what was felt was not measured, only its crashes are known.',
        'It caused no crash.',
      ],
    })
  })
})

describe('for all facts', () => {
  const some = fc.option(fc.double({ min: 0, max: 20_000, noNaN: true }), { nil: null })
  const figures: fc.Arbitrary<Figures> = fc.record({
    seconds: fc.nat(600),
    handledPerS: some,
    handlingP99Ms: some,
    mailboxPeak: some,
  })
  const crashes = fc.array(
    fc.record({
      id: fc.uuid(),
      rootId: fc.constantFrom('r1', 'r2', 'r3'),
      atMs: fc.nat(100_000),
      node: fc.constant('mail@a'),
      key: fc.constantFrom('Root/a', 'Root/b', 'Root/c'),
      role: fc.constantFrom('direct', 'upstream', null),
      lost: fc.nat(500),
      action: fc.constantFrom('restart', 'leave', 'give_up', null),
      supervisor: fc.constantFrom('Root', 'Pool', null),
      stopped: fc.nat(4),
      outcome: fc.constantFrom('restarted', 'not_restarted', 'given_up', 'pending'),
      backAfterMs: some,
      escalatedTo: fc.constantFrom('Root', null),
    }) satisfies fc.Arbitrary<CrashFact>,
    { maxLength: 12 },
  )
  const all = fc
    .record({
      before: figures,
      during: figures,
      caused: crashes,
      others: fc.nat(9),
      back: fc.constantFrom(true, false, null),
    })
    .map(({ back, ...rest }) => facts({ ...rest, isBack: () => back }))

  test('the report is one the schema takes, and says why', () => {
    fc.assert(
      fc.property(all, (given) => {
        const report = resilienceOf(given)
        expect(resilience.parse(report)).toEqual(report)
        expect(report?.because.length).toBeGreaterThan(0)
        expect(report?.crashesCaused).toBe(given.caused.filter(({ role }) => role !== null).length)
      }),
    )
  })

  test('it is escalated exactly where somebody gave up, or somebody is missing', () => {
    fc.assert(
      fc.property(all, (given) => {
        const report = resilienceOf(given)
        const isEscalated = (report?.escalations.length ?? 0) > 0 || (report?.notBack ?? 0) > 0
        expect(report?.verdict === 'escalated').toBe(isEscalated)
      }),
    )
  })

  test('less handled, longer handling and a longer mailbox never better the verdict', () => {
    fc.assert(
      fc.property(all, fc.double({ min: 0.01, max: 1, noNaN: true }), (given, share) => {
        const { during } = given
        const times = (value: number | null, by: number) => (value === null ? null : value * by)
        const worse: Figures = {
          seconds: during.seconds,
          handledPerS: times(during.handledPerS, share),
          handlingP99Ms: times(during.handlingP99Ms, 1 / share),
          mailboxPeak: times(during.mailboxPeak, 1 / share),
        }
        const rank = (f: ResilienceFacts) => VERDICTS.indexOf(resilienceOf(f)?.verdict ?? 'absorbed')
        expect(rank({ ...given, during: worse })).toBeGreaterThanOrEqual(rank(given))
      }),
    )
  })

  test('the order of the crashes changes no figure', () => {
    fc.assert(
      fc.property(all, (given) => {
        const unique = given.caused.map((one, i) => ({ ...one, atMs: i }))
        const [a, b] = [unique, unique.toReversed()].map((list) => resilienceOf({ ...given, caused: list }))
        expect({ ...a, because: [], escalations: a?.escalations.length }).toEqual({
          ...b,
          because: [],
          escalations: b?.escalations.length,
        })
      }),
    )
  })
})

test('of a report it keeps the part that belongs to the experiment', () => {
  const touched = (role: 'direct' | 'upstream' | 'silent', fault = 'F-0001'): CrashReport =>
    crashReport({
      faults: captured([{ fault, kind: 'throw', role, firing: role === 'direct' ? 'l:1' : null }]),
    })
  expect(crashFact(touched('direct'), 'F-0001').role).toBe('direct')
  expect(crashFact(touched('upstream'), 'F-0001').role).toBe('upstream')
  expect(crashFact(touched('silent'), 'F-0001').role).toBeNull()
  expect(crashFact(touched('direct', 'F-0002'), 'F-0001').role).toBeNull()
  expect(crashFact(touched('direct'), 'F-0001')).toMatchObject({ lost: 31, outcome: 'pending', action: null })
})
