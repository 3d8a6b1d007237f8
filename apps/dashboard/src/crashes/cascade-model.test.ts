import type { CascadeMember, CrashView } from '@orrery/live/views'
import { type CrashReport, captured, nodeEndReport, unavailable } from '@orrery/protocol'
import { sampleReport } from '@orrery/protocol/sample'
import { expect, test } from 'vitest'
import { cascadeOf } from './cascade-model.ts'

const who = (name: string, pid: string) => ({ name, pid, key: `Root/${name}` })

/** `last` dies, GivesUp gives up, Escalates starts both again and stops a bystander meanwhile. */
const last: CascadeMember = {
  ...who('last', '<0.3.0>'),
  id: sampleReport.id,
  key: 'Escalates/GivesUp/last',
  reason: 'TypeError',
  afterMs: 0,
  parentId: null,
  mechanism: null,
  depth: 0,
  decision: {
    supervisor: { ...who('GivesUp', '<0.2.0>'), key: 'Escalates/GivesUp' },
    strategy: 'one_for_one',
    action: 'give_up',
    stopped: [],
    restart: 'permanent',
  },
  outcome: { kind: 'given_up', backAfterMs: null, escalatedTo: 'Escalates' },
}
const givesUp: CascadeMember = {
  ...who('GivesUp', '<0.2.0>'),
  id: 'b',
  key: 'Escalates/GivesUp',
  reason: 'shutdown',
  afterMs: 0.6,
  parentId: last.id,
  mechanism: 'intensity',
  depth: 1,
  decision: {
    supervisor: { ...who('Escalates', '<0.1.0>'), key: 'Escalates' },
    strategy: 'one_for_all',
    action: 'restart',
    stopped: [who('bystander', '<0.4.0>')],
    restart: 'permanent',
  },
  outcome: { kind: 'restarted', backAfterMs: 3, escalatedTo: null },
}
const report: CrashReport = {
  ...sampleReport,
  identity: { ...sampleReport.identity, pid: last.pid, key: last.key, name: 'last' },
  peers: captured([]),
}
const escalation: CrashView['cascade'] = { members: [last, givesUp], more: 0 }

test('an escalation is drawn to where it ended, each supervisor with its own decision, at its own time', () => {
  const model = cascadeOf(report, escalation)
  expect(
    model.lanes.map(({ name, role, downFromMs, downUntilMs }) => [name, role, downFromMs, downUntilMs]),
  ).toEqual([
    ['Escalates', 'supervisor', null, null],
    ['GivesUp', 'supervisor', 0.6, 3.6],
    ['last', 'crashed', 0, 3.6],
    ['bystander', 'stopped', 0.6, 3.6],
  ])
  expect(model.decisions.map(({ lane, fromMs, untilMs }) => [lane, fromMs, untilMs])).toEqual([
    ['<0.2.0>', 0, 0.6],
    ['<0.1.0>', 0.6, 3.6],
  ])
  expect(model.links.map(({ from, to, atMs, kind }) => [from, to, atMs, kind])).toEqual([
    ['<0.3.0>', '<0.2.0>', 0, 'exit'],
    ['<0.2.0>', '<0.1.0>', 0.6, 'exit'],
    ['<0.2.0>', '<0.4.0>', 0.6, 'effect'],
  ])
  expect(model).toMatchObject({ down: 3, supervisorsExited: 1, backMs: 3.6, isAllBack: true, root: null })
})

test('a temporary child does not come back with its supervisor', () => {
  const gone = { ...last, decision: last.decision && { ...last.decision, restart: 'temporary' as const } }
  const model = cascadeOf(report, { members: [gone, givesUp], more: 0 })
  expect(model.lanes.find(({ name }) => name === 'last')?.downUntilMs).toBeNull()
  expect(model).toMatchObject({ isAllBack: false, backMs: null })
})

test('a supervisor whose own report is not here is down from when it gave up', () => {
  const model = cascadeOf(report, { members: [last], more: 0 })
  expect(model.lanes[0]).toMatchObject({ name: 'GivesUp', downFromMs: 0, downUntilMs: null })
})

test('the report of one that died of another says of whom and by what', () => {
  const own = { ...report, id: givesUp.id, identity: { ...report.identity, pid: givesUp.pid } }
  const model = cascadeOf(own, escalation)
  expect(model.root).toEqual({ id: last.id, name: 'last', mechanism: 'intensity' })
  expect(model.own).toBe(givesUp.pid)
  expect(model.lanes.find(({ name }) => name === 'last')?.crashId).toBe(last.id)
})

test.each([
  ['link', 'link: exited too'],
  ['one_for_all', 'one_for_all: stopped'],
  ['rest_for_one', 'rest_for_one: stopped'],
  ['node-down', 'node-down: exited'],
] as const)('what died by %s says so, linked to what it died of', (mechanism, words) => {
  const linked: CascadeMember = { ...givesUp, ...who('linked', '<0.9.0>'), mechanism, decision: null }
  const model = cascadeOf(report, { members: [last, linked], more: 0 })
  expect(model.lanes.find(({ name }) => name === 'linked')?.effect).toBe(words)
  expect(model.links).toContainEqual({ from: last.pid, to: linked.pid, atMs: 0.6, kind: 'effect' })
})

test('what there is no room for is counted', () => {
  const many = Array.from(
    { length: 14 },
    (_, i): CascadeMember => ({
      ...givesUp,
      ...who(`linked-${i}`, `<0.${20 + i}.0>`),
      id: `m${i}`,
      mechanism: 'link',
      decision: null,
    }),
  )
  const model = cascadeOf(report, { members: [last, ...many], more: 7 })
  expect(model.hidden).toBe(14 + 1 - 10 + 7)
  expect(model.down).toBe(1 + 1 + 14 + 7)
})

const end = nodeEndReport(
  {
    node: 'mail@kista-1',
    incarnation: '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11',
    pid: 4711,
    runtime: { name: 'Orrery runtime', version: '0.1.0' },
    release: null,
    agentVersion: '0.1.0',
    startedAt: '2026-11-25T10:00:00.000Z',
    uptimeMs: 3_600_000,
    messagesHandled: 12,
    atMs: Date.parse('2026-11-25T11:00:00.000Z'),
    atUs: 3_600_000_000,
  },
  {
    kind: 'node-down',
    reason: { kind: 'node-down', tag: 'killed', text: 'killed', term: 'killed' },
    stack: unavailable('nothing was thrown'),
    chain: [],
    killer: unavailable('nobody saw who'),
  },
)

test('the death of a node takes all its processes along, as many as its last sample told', () => {
  const back = { newPid: '4712', firstHandledAfterMs: null, crashedAgain: false, escalatedTo: null }
  const model = cascadeOf({
    ...end,
    surroundings: sampleReport.surroundings,
    outcome: captured({ kind: 'restarted', backAfterMs: 7_380, ...back }),
  })
  expect(model.lanes.map(({ name, effect, downUntilMs }) => [name, effect, downUntilMs])).toEqual([
    ['mail@kista-1', null, 7_380],
    ['1151 processes', 'node-down: gone with the node', 7_380],
  ])
  expect(model.down).toBe(1_151)
  expect(cascadeOf(end)).toMatchObject({ down: 1, backMs: null, lanes: [{ role: 'crashed' }] })
})
