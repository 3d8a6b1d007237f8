/** [WIRE-99] The blast radius, from real links, monitors, strategies and restart windows. */

import type { BlastRadius, FaultName, Injection } from '@orrery/protocol/faults'
import { child, GenServer, nameOf, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { type FaultNode, faultNode } from '../testing/fault-node.ts'
import { blastOf } from './blast.ts'

const Worker = GenServer.define<{ args: { link?: string; watch?: string; traps?: boolean }; state: null }>({
  module: 'Worker',
  init: ({ link, watch, traps }, ctx) => {
    if (traps === true) ctx.trapExit(true)
    const pid = link === undefined ? null : ctx.whereis(nameOf(Worker, link))
    if (pid !== null) ctx.link(pid)
    if (watch !== undefined) ctx.monitor(nameOf(Worker, watch))
    return null
  },
})
const worker = (id: string, args: { link?: string; watch?: string; traps?: boolean } = {}) =>
  child(Worker, { id, name: id, args })
const Crew = Supervisor.define({
  module: 'Crew',
  strategy: 'rest_for_one',
  intensity: 1,
  periodMs: 60_000,
  children: () => [worker('a'), worker('b'), worker('c')],
})
const Choir = Supervisor.define({
  module: 'Choir',
  strategy: 'one_for_all',
  intensity: 3,
  periodMs: 60_000,
  children: () => [worker('d'), worker('e')],
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 2,
  periodMs: 60_000,
  children: () => [
    child(Crew, { id: 'crew', args: undefined, name: 'Crew' }),
    child(Choir, { id: 'choir', args: undefined, name: 'Choir' }),
    worker('linked', { link: 'b' }),
    worker('further', { link: 'linked' }),
    worker('trapping', { link: 'b', traps: true }),
    worker('watcher', { watch: 'b' }),
  ],
})

function radius(
  lab: FaultNode,
  fault: FaultName,
  keys: string[],
  rest: Partial<Injection> = {},
): BlastRadius {
  const injection: Injection = {
    fault,
    targets: keys.map((key) => ({ key, pid: String(lab.node.process(key)?.pid ?? '') })),
    senders: null,
    port: null,
    follow: 'dynamic',
    parameters: {},
    when: null,
    seed: 1,
    durationMs: null,
    maxFirings: 10,
    ...rest,
  }
  const steps = blastOf(injection, fault, lab.source.faults, lab.injections.unfit)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
const found = ({ groups }: BlastRadius): string[] =>
  groups.flatMap(({ effect, via, keys }) => keys.map((key) => `${effect} ${via} ${key}`)).sort()

describe('[WIRE-99] the blast radius', () => {
  test('of a kill names who falls by links, who is told, and who is started anew', async () => {
    const lab = await faultNode(Root)
    const blast = radius(lab, 'kill', ['Root/crew/b'])
    expect(found(blast)).toEqual([
      'may_exit link Root/further',
      'may_exit link Root/linked',
      'restarted rest_for_one Root/crew/c',
      'signalled link Root/trapping',
      'signalled monitor Root/watcher',
      'targeted  Root/crew/b',
    ])
    expect(blast.supervisors).toMatchObject([
      {
        key: 'Root/crew',
        strategy: 'rest_for_one',
        used: 0,
        expected: 1,
        isAtRisk: false,
        escalatesTo: 'Root',
      },
      { key: 'Root', intensity: 2, expected: 2, isAtRisk: false, escalatesTo: '' },
    ])
  })

  test('is what then happens: whoever it names falls, and nobody else', async () => {
    const lab = await faultNode(Root)
    const before = new Map([...lab.node.processes()].map((process) => [process.key, process.pid]))
    const blast = radius(lab, 'kill', ['Root/crew/b'])
    lab.inject('kill', ['Root/crew/b'])
    await lab.advance(500)
    const fell = [...before].filter(([, pid]) => lab.node.process(pid) === null).map(([key]) => key)
    const named = blast.groups.filter(({ effect }) => effect !== 'signalled').flatMap(({ keys }) => keys)
    expect(fell.sort()).toEqual(named.sort())
    expect(lab.process('Root').supervisor?.restartsUsed).toBe(2)
    expect(lab.process('Root/crew').supervisor?.restartsUsed).toBe(1)
  })

  test('counts the restarts that are in the window already, and goes up where one gives up', async () => {
    const lab = await faultNode(Root)
    lab.node.exit(lab.process('Root/crew/c'), 'kill')
    await lab.settle()
    const blast = radius(lab, 'kill', ['Root/crew/a'])
    expect(blast.supervisors).toMatchObject([
      { key: 'Root/crew', used: 1, expected: 1, isAtRisk: true, escalatesTo: 'Root' },
      { key: 'Root', expected: 1, isAtRisk: false },
    ])
    expect(found(blast)).toContain('may_exit intensity Root/crew')
  })

  test('of one_for_all is one restart for any number of children, with all the others', async () => {
    const lab = await faultNode(Root)
    const blast = radius(lab, 'crash_times', ['Root/choir/d'], { when: { kind: 'times', times: 4 } })
    expect(found(blast)).toContain('restarted one_for_all Root/choir/e')
    expect(blast.supervisors).toMatchObject([
      { key: 'Root/choir', expected: 4, isAtRisk: true },
      { key: 'Root', expected: 1 },
    ])
    expect(radius(lab, 'kill', ['Root/choir/d', 'Root/choir/e']).supervisors).toMatchObject([{ expected: 1 }])
  })

  test('of what lets its targets live is the targets alone; those that cannot be hit are named', async () => {
    const lab = await faultNode(Root)
    const blast = radius(lab, 'delay', ['Root/crew/b', 'Root', 'Root/none'])
    expect(blast).toMatchObject({
      targeted: 1,
      refused: [
        { key: 'Root', code: 'process.immune' },
        { key: 'Root/none', code: 'process.unknown' },
      ],
      groups: [{ label: 'b', module: 'Worker', parent: 'Root/crew', count: 1, of: 3, effect: 'targeted' }],
      supervisors: [],
    })
  })

  test('of exhaust one beyond shows the supervisor that gives up', async () => {
    const lab = await faultNode(Root)
    const blast = radius(lab, 'exhaust', ['Root/crew'], { parameters: { extra: '1' } })
    expect(blast.supervisors).toMatchObject([
      { key: 'Root/crew', expected: 2, isAtRisk: true },
      { key: 'Root', expected: 1, isAtRisk: false },
    ])
  })

  test('of ten thousand processes is told in one pass', async () => {
    const Pool = Supervisor.define<{ childArgs: undefined }>({
      module: 'Pool',
      strategy: 'simple_one_for_one',
      intensity: 100,
      periodMs: 1_000,
      child: () => child(Worker, { id: 'w', args: {} }),
    })
    const Pools = Supervisor.define({
      module: 'Root',
      children: () => [child(Pool, { id: 'pool', name: 'pool', args: undefined })],
    })
    const lab = await faultNode(Pools)
    const pool = nameOf(Pool, 'pool')
    const started = Array.from({ length: 10_000 }, () => Supervisor.startChild(lab.node, pool, undefined))
    await lab.settle()
    await Promise.all(started)
    const keys = [...lab.node.processes()].filter(({ module }) => module === 'Worker').map(({ key }) => key)
    const targets = [...lab.node.processes()]
      .filter(({ module }) => module === 'Worker')
      .map(({ key, pid }) => ({ key, pid: String(pid) }))
    const blast = radius(lab, 'kill', [], { targets })
    expect(keys).toHaveLength(10_000)
    expect(blast.groups).toMatchObject([
      { effect: 'targeted', count: 10_000, of: 10_000, module: 'Worker', parent: 'Root/pool' },
      { effect: 'may_exit', via: 'intensity', keys: ['Root/pool'] },
    ])
    expect(blast.supervisors).toMatchObject([
      { name: 'pool', expected: 10_000, isAtRisk: true },
      { name: 'Root' },
    ])
  })
})
