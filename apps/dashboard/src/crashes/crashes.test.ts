// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text is what is tested
import {
  type CrashReport,
  captured,
  type Decision,
  fieldValue,
  type Outcome,
  unavailable,
} from '@orrery/protocol'
import { expect, test } from 'vitest'
import { ancestorsOf, cascadeOf, spaced, ticksOf } from './cascade-model.ts'
import { stepsOf, verdictOf } from './crash-phone-model.ts'
import { tokens } from './highlight.ts'
import { sinceThen } from './outcome-model.ts'
import { faultOf, hasToken, split, toggleToken, withClause } from './query-tokens.ts'
import { beforeText, outcomeWords, reasonDetail, ticketText } from './report-text.ts'

const report: CrashReport = {
  id: '0190f3c2-0000-7000-8000-000000000001',
  at: '2026-11-22T14:32:06.278Z',
  atUs: 1_000_000,
  identity: {
    node: 'exchange@kista-1',
    incarnation: 'i',
    pid: '<0.1712.0>',
    key: 'exchange_sup/TrunkSup/TrunkLink',
    name: 'TrunkLink',
    label: null,
    behaviour: 'GenServer',
    module: 'TrunkLink',
    initialCall: 'TrunkLink.init',
    ancestors: [{ pid: '<0.130.0>', name: 'TrunkSup' }],
    startedAt: '2026-11-22T14:30:00.000Z',
    uptimeMs: 126_278,
    messagesHandled: 48_210,
    release: null,
    agentVersion: '0.1.0',
  },
  cause: {
    kind: 'exit',
    reason: {
      kind: 'exit',
      tag: 'frame_overrun',
      text: 'frame_overrun { expected: 1, got: 2 }',
      term: 'frame_overrun',
    },
    stack: captured({ frames: [], raw: 'Exit: frame_overrun\n    at FrameBuffer.push' }),
    chain: [],
    killer: unavailable('died by its own hand'),
  },
  message: captured({
    seq: 48_211,
    kind: 'cast',
    type: 'data_ind',
    value: { $: 'object', entries: [['seq', 48_209]] },
    sender: null,
    queuedMs: 1.35,
    handlerMs: 0.2,
  }),
  caller: unavailable('nobody waits'),
  mailbox: captured({ length: 31, oldestMs: 0.7, byType: [], first: [], last: [], fate: 'lost' }),
  flightRecorder: unavailable('off'),
  state: unavailable('off'),
  sends: captured({ items: [], more: 0 }),
  peers: captured([
    { pid: '<0.130.0>', name: 'TrunkSup', relation: 'link', effect: 'trapped' },
    { pid: '<0.124.0>', name: 'Router', relation: 'monitored-by', effect: 'notified' },
  ]),
  cascade: captured({ rootCrash: 'x', parentCrash: null, mechanism: null, depth: 0 }),
  decision: captured({
    supervisor: { pid: '<0.130.0>', name: 'TrunkSup', key: 'exchange_sup/TrunkSup' },
    strategy: 'one_for_all',
    childSpec: {
      id: 'TrunkLink',
      restart: 'permanent',
      shutdown: 5_000,
      kind: 'worker',
      module: 'TrunkLink',
    },
    action: 'restart',
    intensity: 3,
    periodMs: 10_000,
    restartsInWindow: [7_766, 0],
    headroom: 1,
    stopped: [{ pid: '<0.1713.0>', name: null, key: 'exchange_sup/TrunkSup/Framer' }],
  }),
  outcome: captured({
    kind: 'restarted',
    newPid: '<0.1893.0>',
    backAfterMs: 1_840,
    firstHandledAfterMs: null,
    crashedAgain: false,
    escalatedTo: null,
  }),
  causalChain: unavailable('tracing was off'),
  faults: captured([]),
  surroundings: unavailable('off'),
  group: unavailable('not grouped yet'),
  losses: { similarNotStored: 0 },
}

test('the cascade shows the supervisor, the dead, the stopped siblings and who heard of it, once each', () => {
  const model = cascadeOf(report)
  expect(model.lanes.map((lane) => [lane.name, lane.role])).toEqual([
    ['TrunkSup', 'supervisor'],
    ['TrunkLink', 'crashed'],
    ['Framer', 'stopped'],
    ['Router', 'peer'],
  ])
  expect(model.down).toBe(2)
  expect(model.messagesLost).toBe(31)
  expect(model.backMs).toBe(1_840)
  expect(model.decisions[0]?.text).toBe('one_for_all: stops 1 sibling, then restarts')
})

test('a crash whose supervisor and outcome are not known yet still has its own lane', () => {
  const model = cascadeOf({
    ...report,
    decision: unavailable('soon'),
    outcome: unavailable('soon'),
    peers: unavailable('x'),
  })
  expect(model.lanes).toHaveLength(1)
  expect(model.backMs).toBeNull()
  expect(model.decisions).toEqual([])
})

test('on a phone the verdict comes first, then what happened in its order', () => {
  expect(verdictOf(report)).toEqual({
    title: 'It has recovered, by itself',
    text: 'TrunkSup stopped 1 sibling; all run again after 1.84 s.',
    isInjected: false,
  })
  expect(stepsOf(report).map(({ at, title, detail }) => [at, title, detail])).toEqual([
    ['0 ms', 'TrunkLink exits', 'frame_overrun'],
    ['', 'TrunkSup, one_for_all', 'stops 1 sibling'],
    ['1.84 s', 'all 2 running', '31 messages lost'],
  ])
  const decided = captured({ ...(fieldValue(report.decision) as Decision), action: 'give_up' as const })
  const given = {
    ...report,
    decision: decided,
    outcome: captured({ ...(fieldValue(report.outcome) as Outcome), kind: 'given_up' as const }),
  }
  expect(verdictOf(given)).toMatchObject({
    title: 'Its supervisor has given up',
    text: 'TrunkSup exited: more than 3 restarts in 10 s.',
  })
  const touched = [{ fault: 'f', kind: 'crash_next', role: 'direct' as const, firing: null }]
  const down = { ...report, outcome: unavailable('soon'), faults: captured(touched) }
  expect(verdictOf(down)).toMatchObject({ title: 'It is down', isInjected: true })
  expect(verdictOf(down).text).toContain('Injected: crash next.')
  expect(stepsOf({ ...down, decision: unavailable('soon') })).toHaveLength(1)
})

test('ticks are round, start at the exit and are few', () => {
  expect(ticksOf(1_840)).toEqual([0, 500, 1_000, 1_500])
  for (const span of [0.4, 3, 10, 77, 1_500, 61_000]) {
    expect(ticksOf(span).length).toBeLessThanOrEqual(7)
    expect(ticksOf(span)[0]).toBe(0)
  }
})

test('the headline does not repeat the tag in the detail', () => {
  expect(reasonDetail(report)).toBe('{ expected: 1, got: 2 }')
  expect(outcomeWords(report)).toEqual({ text: 'recovered in 1.84 s', tone: 'signal' })
})

test('the ticket text answers what, why, at what and whether it came back', () => {
  const text = ticketText(report, 'http://127.0.0.1:4040/crashes/x')
  for (const part of [
    'TrunkLink exited',
    'frame_overrun',
    'cast data_ind { seq: 48209 }',
    '2 of 3 restarts',
    'recovered in',
  ]) {
    expect(text).toContain(part)
  }
})

test('a facet adds its token to the query and takes it out again', () => {
  const once = toggleToken('last:24h overrun', 'node', 'a@b')
  expect(once).toBe('last:24h overrun node:a@b')
  expect(hasToken(once, 'node', 'a@b')).toBe(true)
  expect(toggleToken(once, 'node', 'a@b')).toBe('last:24h overrun')
  expect(toggleToken('', 'reason', 'not found')).toBe('reason:"not found"')
  expect(split('a reason:"not found" b')).toEqual(['a', 'reason:"not found"', 'b'])
})

test('a clause is added as it is written, once', () => {
  expect(withClause('last:24h', 'state.buffer.window:4')).toBe('last:24h state.buffer.window:4')
  expect(withClause('a from:"the framer"', 'from:"the framer"')).toBe('a from:"the framer"')
})

test('highlighting loses no character of the line', () => {
  for (const line of [
    "throw new Exit('frame_overrun', { got: 0x1 }) // no",
    'const a = `x${1}` + "unclosed',
    '}}} €',
  ]) {
    expect(
      tokens(line)
        .map((part) => part.text)
        .join(''),
    ).toBe(line)
  }
})

test('a first message long after the restart does not squeeze the cascade', () => {
  const outcome = {
    kind: 'restarted',
    newPid: '<0.2.0>',
    backAfterMs: 1,
    firstHandledAfterMs: 2_400,
    crashedAgain: false,
    escalatedTo: null,
  } as const
  const model = cascadeOf({ ...report, outcome: captured(outcome) })
  expect(model.toMs).toBeLessThan(2)
})

test('an ancestor without a name goes by its part of the key, the root first', () => {
  const identity = {
    ...report.identity,
    ancestors: [
      { pid: '<0.2.0>', name: 'TrunkSup' },
      { pid: '<0.1.0>', name: null },
    ],
  }
  expect(ancestorsOf(identity).map((ancestor) => ancestor.name)).toEqual(['exchange_sup', 'TrunkSup'])
  expect(ancestorsOf({ ...identity, key: 'alone' }).map((ancestor) => ancestor.name)).toEqual([
    '<0.1.0>',
    'TrunkSup',
  ])
})

test('times before the exit stay as narrow as their column', () => {
  expect([0.5, 30.02, 999.9, 16_929.2, 84_000].map(beforeText)).toEqual([
    '−0.50',
    '−30.02',
    '−999.90',
    '−16 s',
    '−1 m 24 s',
  ])
})

test('a fault with no length underlines the token it follows', () => {
  const query = 'supervisor: last:24h'
  expect(faultOf(query, { from: 11, to: 11 })).toEqual({ from: 0, to: 11 })
  expect(faultOf(query, { from: 12, to: 16 })).toEqual({ from: 12, to: 16 })
  expect(faultOf('', { from: 0, to: 0 })).toEqual({ from: 0, to: 1 })
})

test('ticks whose words would overlap are left out, the exit never', () => {
  const wide = (at: number) => at * 60
  const narrow = (at: number) => at * 25
  expect(spaced([0, 1, 2, 3], wide, 54)).toEqual([0, 1, 2, 3])
  expect(spaced([0, 1, 2, 3, 4, 5, 6], narrow, 54)).toEqual([0, 3, 6])
})

test('claims a quiet minute only once it is over', () => {
  expect(sinceThen(false, 1_000, 30_000)).toBe('not crashed again so far')
  expect(sinceThen(false, 1_000, 61_000)).toBe('not crashed again within a minute')
  expect(sinceThen(true, 1_000, 30_000)).toBe('crashed again within a minute')
})
