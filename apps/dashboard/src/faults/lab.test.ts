import type { ExperimentRow, FaultsView } from '@orrery/live/views'
import { type DryRun, FAULTS, pick, type Resilience } from '@orrery/protocol/faults'
import { describe, expect, it } from 'vitest'
import { isAnyArmed, listed, type Nodes } from './catalogue-model.ts'
import { cellsOf, MAX_CELLS } from './cells-model.ts'
import { newDraft, newStep } from './draft.ts'
import {
  activeFaults,
  captionOf,
  historyOf,
  leftShare,
  leftText,
  leftWords,
  runningOf,
  runningWords,
  statesText,
  titleOf,
} from './experiment-model.ts'
import type { Kind } from './lab-api.ts'
import { readBackText, reportLines, stepWords, targetRows } from './report-model.ts'
import { targetCompletion } from './target-completion.ts'
import { effectText, objectOf, percent, typedWords } from './words.ts'

const kinds: Kind[] = Object.values(FAULTS)
const byName = new Map(kinds.map((kind) => [kind.kind, kind]))
const node = (capabilities: string[], absent: Record<string, string> = {}): Nodes[string] => ({
  node: 'a@b',
  status: 'live',
  capabilities,
  absent,
})
const row = (change: Partial<ExperimentRow>): ExperimentRow => ({
  id: 'F-0001',
  name: '',
  by: 'me',
  status: 'running',
  endedBy: null,
  endedWhy: '',
  faults: ['throw'],
  target: 'Call × 51',
  detail: '',
  nodes: ['a@b'],
  keys: [],
  targets: 51,
  states: {},
  routine: null,
  createdAtMs: 0,
  startedAtMs: 0,
  endsAtMs: 60_000,
  endedAtMs: null,
  verdict: null,
  firings: 0,
  touched: 0,
  dropped: 0,
  held: 0,
  crashes: 0,
  restarts: 0,
  recoveryP50Ms: null,
  recoveryP99Ms: null,
  throughputPercent: null,
  chart: null,
  ...change,
})
const view = (rows: ExperimentRow[]): FaultsView => ({
  isHalted: false,
  haltedAtMs: null,
  haltedBy: null,
  leases: {},
  experiments: Object.fromEntries(rows.map((one) => [one.id, one])),
  agents: { known: 1, connected: 1, armed: 1 },
})

describe('the catalogue', () => {
  it('has every kind in one of three groups, in its own order', () => {
    const groups = listed(kinds, {}, '')
    expect(groups.map(({ title }) => title)).toEqual(['Process', 'Messages', 'Node'])
    expect(groups.flatMap((group) => group.kinds)).toHaveLength(kinds.length)
  })

  it('is filtered by all words of title, name and summary', () => {
    const found = listed(kinds, {}, 'node SIGKILL').flatMap((group) => group.kinds)
    expect(found.map(({ kind }) => kind.kind)).toEqual(['node_kill'])
    expect(listed(kinds, {}, 'no such thing')).toEqual([])
  })

  it('says why nobody offers a kind', () => {
    const why = (nodes: Nodes) => listed(kinds, nodes, 'Node kill')[0]?.kinds[0]?.why
    expect(why({})).toBe('No node is connected.')
    expect(why({ a: node(['fault.node_kill']) })).toBeNull()
    expect(why({ a: node([], { 'fault.node_kill': 'started without ORRERY_FAULTS=allow' }) })).toBe(
      'No node was started with ORRERY_FAULTS=allow.',
    )
    expect(why({ a: node([], { 'fault.node_kill': 'it has no runner' }) })).toBe('It has no runner.')
    expect(why({ a: node([]), b: node([], { 'fault.node_kill': 'x' }) })).toBe('None of 2 nodes offers it.')
    expect(isAnyArmed({ a: node(['process.kill']) })).toBe(false)
    expect(isAnyArmed({ a: node(['fault.kill']) })).toBe(true)
  })
})

describe('experiments', () => {
  it('what runs stands before what is scheduled, what is over in the history, newest first', () => {
    const all = view([
      row({ id: 'F-0001', status: 'ended', endedAtMs: 5 }),
      row({ id: 'F-0002', status: 'scheduled', createdAtMs: 9 }),
      row({ id: 'F-0003', status: 'running', createdAtMs: 1 }),
      row({ id: 'F-0004', status: 'refused', createdAtMs: 7 }),
    ])
    expect(runningOf(all).map(({ id }) => id)).toEqual(['F-0003', 'F-0002'])
    expect(historyOf(all).map(({ id }) => id)).toEqual(['F-0004', 'F-0001'])
    expect(activeFaults(all)).toBe(1)
    expect(runningWords(runningOf(all))).toEqual({
      text: '1 experiment running, 1 scheduled',
      nodes: ['a@b'],
    })
    expect(runningWords(runningOf(all), true).text).toBe('1 experiment was running, 1 scheduled')
  })

  it('counts what somebody laid by hand among the active faults', () => {
    const lease = {
      id: 'l',
      kind: 'suspend' as const,
      node: 'a@b',
      key: 'k',
      pid: 'p',
      name: 'n',
      by: 'me',
      startedAtMs: 0,
      endsAtMs: 1,
      status: 'active' as const,
      why: null,
      endedAtMs: null,
    }
    const both = {
      ...view([row({})]),
      leases: { l: lease, m: { ...lease, id: 'm', status: 'ended' as const } },
    }
    expect(activeFaults(both)).toBe(2)
  })

  it('say how much of their time is left', () => {
    expect(leftText(row({}), 42_300)).toBe('18 s left')
    expect(leftShare(row({}), 45_000)).toBe(0.25)
    expect(leftText(row({ endsAtMs: null }), 1)).toBe('until halted')
    expect(leftShare(row({ endsAtMs: null }), 1)).toBeNull()
    expect(leftText(row({ status: 'ending' }), 1)).toBe('ending')
    expect(leftWords(row({}), { nowMs: 42_300, isOld: true })).toMatch(/^18 s left at \d\d:\d\d:42$/)
    expect(leftText(row({ status: 'scheduled', startedAtMs: 9_000 }), 1_000)).toBe('in 8 s')
  })

  it('are named by what they do, where nobody named them', () => {
    const titles = new Map(kinds.map(({ kind, title }) => [kind, title]))
    expect(captionOf({ label: 'CdrWriter', metric: 'mailbox' })).toBe('CdrWriter mailbox')
    expect(captionOf({ label: 'TrunkLink', metric: 'handled' })).toBe('TrunkLink handled per second')
    expect(titleOf(row({ name: 'Trunk flap' }), titles)).toBe('Trunk flap')
    expect(titleOf(row({ faults: ['delay', 'drop'] }), titles)).toBe('Delay and drop')
    expect(titleOf(row({ faults: ['kill', 'delay', 'drop'] }), titles)).toBe('Kill and 2 more')
    expect(titleOf(row({ faults: ['crash_next'] }), new Map())).toBe('Crash next')
  })

  it('tell first of the targets that want an eye', () => {
    expect(statesText({ recovered: 50, gone: 1, injected: 0, unverified: 2 })).toBe(
      '2 unverified, 1 gone, 50 recovered',
    )
    const target = {
      step: 0,
      node: 'a',
      key: 'k',
      pid: 'p',
      state: 'recovered' as const,
      code: '',
      firings: 0,
      injectedAt: null,
      recoveredAt: null,
      readBack: '',
    }
    expect(readBackText({ ...target, code: 'process.unknown' })).toMatch(/^No such process/)
    expect(readBackText({ ...target, readBack: 'nothing is held' })).toBe('nothing is held')
    const rows = targetRows([target, { ...target, state: 'unverified' }, { ...target, firings: 3 }])
    expect(rows.map(({ state, firings, place }) => [state, firings, place])).toEqual([
      ['unverified', 0, 1],
      ['recovered', 3, 2],
      ['recovered', 0, 0],
    ])
  })
})

describe('words', () => {
  const throwing = newDraft('throw')
  const object = (names: string[], targets: number) =>
    objectOf(byName.get('throw') as Kind, throwing.steps[0] as never, names, targets)

  it('the button states the effect', () => {
    expect(effectText(throwing, byName, object([], 51))).toBe('Throw in 51 processes for 60 s')
    expect(effectText(newDraft('kill'), byName, object(['TrunkLink'], 1))).toBe('Kill TrunkLink')
    const halted = { ...throwing, steps: [{ ...throwing.steps[0], durationMs: null }] } as typeof throwing
    expect(effectText(halted, byName, 'A')).toBe('Throw in A until halted')
    const every = { ...throwing, schedule: { kind: 'every' as const, everyMs: 1_000, times: 3 } }
    expect(effectText(every, byName, 'A')).toBe('Throw in A for 60 s, 3 times')
    const two = {
      ...throwing,
      steps: [...throwing.steps, ...throwing.steps],
      arrangement: 'sequence' as const,
    }
    expect(effectText(two, byName, 'A')).toBe('Run 2 faults in sequence')
  })

  it('of several faults what those hit that reach far is typed, whichever is edited', () => {
    const draft = {
      ...newDraft('kill'),
      steps: [newStep('kill'), { ...newStep('node_kill'), node: 'mail@localhost' }],
    }
    const run: DryRun = {
      ...{ matching: 2, refused: [], blast: [], sharePercent: 0, warnings: [], refusal: null, seed: 1 },
      targets: [
        { step: 0, node: 'a@b', key: 'Sup/link', pid: '<0.1.0>' },
        { step: 1, node: 'mail@localhost', key: '', pid: '' },
      ],
    }
    expect(typedWords(draft, byName, run)).toBe('mail@localhost')
    expect(typedWords({ ...draft, at: 1 }, byName, run)).toBe('mail@localhost')
    expect(typedWords({ ...draft, steps: [newStep('kill')] }, byName, run)).toBeNull()
    expect(typedWords(draft, byName, null)).toBeNull()
  })

  it('a small share keeps its figures', () => {
    expect([0.02, 0.0015, 0.2, 1].map(percent)).toEqual(['2.0 %', '0.15 %', '20 %', '100 %'])
  })

  it('a step reads as what, upon whom, how and for how long', () => {
    const step = {
      fault: 'delay',
      target: { query: 'name:TrunkLink', from: 'name:Framer' },
      follow: 'dynamic' as const,
      parameters: { delayMs: 250, messageType: '' },
      when: null,
      durationMs: 10_000,
      maxFirings: 1,
    }
    const said = stepWords(step, byName.get('delay'))
    expect(said.title).toBe('Delay')
    expect(said.target).toBe('name:Framer → name:TrunkLink')
    expect(said.how).toContain('for 10 s')
    expect(said.how.some((word) => word.includes('250 ms'))).toBe(true)
    const copied = { ...step, fault: 'duplicate', parameters: { copies: 1 } }
    expect(stepWords(copied, byName.get('duplicate')).how).toContain('more copies 1')
  })
})

it('a cell is taken where the hub takes it, and too many are not drawn', () => {
  const cells = cellsOf(1_020, 51, 7, 584)
  expect(cells?.picked).toEqual(
    pick(
      Array.from({ length: 1_020 }, (_, i) => i),
      51,
      7,
    ),
  )
  expect(cells?.columns).toBe(128)
  expect(cellsOf(MAX_CELLS + 1, 1, 7, 584)).toBeNull()
  expect(cellsOf(0, 0, 7, 584)).toBeNull()
})

it('sample: is offered once, with sizes', () => {
  const values = { behaviour: [], module: ['Call'], node: [], supervisor: [] }
  const offers = (text: string) =>
    targetCompletion(text, text.length, values)?.offers.map(({ text: t }) => t) ?? []
  expect(offers('module:Call ')).toContain('sample:')
  expect(offers('module:Call sa')).toEqual(['sample:'])
  expect(offers('module:Call sample:')).toEqual(['sample:1', 'sample:3', 'sample:5%', 'sample:25%'])
  expect(offers('sample:5% s')).not.toContain('sample:')
})

it('a report tells what became worse than before', () => {
  const report: Resilience = {
    verdict: 'degraded',
    because: [],
    crashesCaused: 3,
    crashesOther: 0,
    restarts: 3,
    recoveryP50Ms: 1_810,
    recoveryP99Ms: null,
    messagesTouched: 412,
    messagesDropped: 0,
    messagesLost: 0,
    mailboxPeak: { before: 10, during: 900 },
    handledPerS: { before: 400, during: 290 },
    handlingP99Ms: { before: 2, during: 2.1 },
    cascadeLargest: 1,
    escalations: [],
    notBack: 0,
  }
  const lines = reportLines(report)
  expect(lines.filter(({ isWorse }) => isWorse).map(({ name }) => name)).toEqual([
    'Handled',
    'Longest mailbox',
    'Crashes caused',
  ])
  expect(lines.find(({ name }) => name === 'Recovery p50')).toMatchObject({ before: '', during: '1.81 s' })
  expect(lines.find(({ name }) => name === 'Recovery p99')).toMatchObject({ during: '–' })
})
