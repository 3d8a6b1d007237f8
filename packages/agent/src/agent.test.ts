import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crashReport, inspection } from '@orrery/protocol'
import { child, GenServer, type Node, nameOf, noreply, reply, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { scanSegment } from './spool/segment.ts'
import { newSpoolDir, startConstellation, until } from './testing/constellation.ts'

const Counter = GenServer.define<{
  args: { start: number }
  state: { n: number; password: string }
  calls: { get: () => number }
  casts: { add: { by: number }; fail: { password: string } }
}>({
  module: 'Counter',
  init: ({ start }) => ({ n: start, password: 'hunter2' }),
  handleCall: { get: (_message, _from, state) => reply(state.n, state) },
  handleCast: {
    add: ({ by }, state) => noreply({ ...state, n: state.n + by }),
    fail: ({ password }) => {
      throw new TypeError(`cannot log in with password=${password}`)
    },
  },
})

const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 100,
  periodMs: 5_000,
  children: () => [
    child(Counter, { id: 'a', args: { start: 1 }, name: 'a' }),
    child(Counter, { id: 'b', args: { start: 2 }, name: 'b' }),
  ],
})

const Loop = Supervisor.define({
  module: 'Loop',
  strategy: 'one_for_one',
  intensity: 1_000_000,
  periodMs: 1_000,
  children: () => [child(Counter, { id: 'a', args: { start: 1 }, name: 'a' })],
})

const a = nameOf(Counter, 'a')
/** Ids of the reports in the segments of the node's spool folder. */
const spooled = (dir: string): string[] =>
  readdirSync(join(dir, 'test@localhost'))
    .filter((name) => name.endsWith('.seg'))
    .flatMap((name) => scanSegment(readFileSync(join(dir, 'test@localhost', name))).records)
    .map(({ id }) => id)
const constellation = () => startConstellation(Root)

describe('the straight line', () => {
  test('whoever asks is told of each report when it is in the spool file, and harms nobody by failing', async () => {
    const told: { id: string; isSpooled: boolean }[] = []
    const spoolDir = newSpoolDir()
    const { hub, node, agent } = await startConstellation(Root, {
      acks: false,
      spoolDir,
      onAccepted(id) {
        told.push({ id, isSpooled: spooled(spoolDir).includes(id) })
        throw new Error('a listener that fails')
      },
    })
    for (let i = 1; i <= 3; i++) {
      await until(() => expect(node.whereis(a)).not.toBeNull())
      node.cast(a, { type: 'fail', password: 'x' })
      await until(() => expect(hub.reports.size).toBe(i))
    }
    expect(told.map(({ id }) => id).sort()).toEqual([...hub.reports.keys()].sort())
    expect(told.every(({ isSpooled }) => isSpooled)).toBe(true)
    expect(agent.status).toMatchObject({ accepted: 3, pending: 3, faults: { listener: 3 } })
  })

  test('[WIRE-1] [WIRE-8] a hello, then the whole picture, parents first', async () => {
    const { hub } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    expect(hub.hellos[0]).toMatchObject({
      node: 'test@localhost',
      release: '1.2.3',
      runtime: { kind: 'orrery' },
    })
    expect(hub.records[0]?.type).toBe('snapshot.begin')
    const started = hub.of('process.started')
    expect(
      started.map(({ childId, name, module, isInitialised }) => [childId, name, module, isInitialised]),
    ).toEqual([
      ['', '', 'Root', true],
      ['a', 'a', 'Counter', true],
      ['b', 'b', 'Counter', true],
    ])
    expect(started[1]?.parentRef).toBe(started[0]?.ref)
    expect(hub.frames[0]?.seq).toBe(1)
  })

  test('counters of changed processes and the node come once a second', async () => {
    const { hub, node } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    for (let i = 0; i < 10; i++) node.cast(a, { type: 'add', by: 1 })
    const ref = hub.of('process.started').find(({ name }) => name === 'a')?.ref
    await until(() => {
      const rows = hub
        .of('process.samples')
        .flatMap(({ refs, handled }) => refs.map((r, i) => [r, handled[i]]))
      expect(rows).toContainEqual([ref, 10])
    })
    await until(() => expect(hub.of('node.sample').length).toBeGreaterThan(1))
    expect(hub.of('node.sample').at(-1)).toMatchObject({ processes: 3, crashes: 0 })
  })

  test('[WIRE-36] vitals of the host come with every sample: loop, collector, memory, what was sent', async () => {
    const { hub, node } = await constellation()
    node.send('nobody' as never, { type: 'lost', password: 'x' } as never)
    await until(() => expect(hub.of('node.vitals').length).toBeGreaterThan(2))
    const vitals = hub.of('node.vitals').at(-1)
    expect(vitals).toMatchObject({ spawned: 3, exited: 0, timers: 0 })
    expect(vitals?.spaces.map(({ name }) => name)).toEqual([
      'old',
      'code',
      'large objects',
      'external',
      'new',
    ])
    expect(vitals?.spaces.find(({ name }) => name === 'old')?.bytes).toBeGreaterThan(1e6)
    expect(vitals?.resources.length).toBeGreaterThan(0)
    expect(vitals?.told.find(({ kind }) => kind === 'lifecycle')?.sent).toBeGreaterThan(4)
    expect(vitals?.letters).toMatchObject([{ type: 'lost', to: 'nobody', why: 'noproc', total: 1 }])
    expect(vitals?.agent.heldBytes).toBeLessThan(vitals?.agent.boundBytes ?? 0)
  })

  test('[WIRE-17] the hello holds the facts of the host', async () => {
    const { hub } = await constellation()
    await until(() => expect(hub.hellos).toHaveLength(1))
    expect(hub.hellos[0]?.facts?.host).toContain(`Node.js ${process.versions.node}`)
    expect(hub.hellos[0]?.facts?.machine.cores).toBeGreaterThan(0)
  })

  test('a crash reaches the hub with its story, redacted, and is acked', async () => {
    const { hub, node, agent } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    node.cast(a, { type: 'add', by: 5 })
    node.cast(a, { type: 'fail', password: 'swordfish' })
    await until(() => expect(hub.reports.size).toBe(1))
    const { report } = [...hub.reports.values()][0] ?? {}
    expect(crashReport.safeParse(report).error).toBeUndefined()
    expect(report?.identity).toMatchObject({
      node: 'test@localhost',
      name: 'a',
      key: 'Root/a',
      module: 'Counter',
    })
    expect(report?.cause.reason.text).toBe('TypeError: cannot log in with password=[redacted]')
    expect(report?.cause.stack).toMatchObject({ status: 'captured' })
    expect(report?.message).toMatchObject({
      status: 'captured',
      value: { type: 'fail', kind: 'cast', seq: 2 },
    })
    expect(report?.decision).toMatchObject({ status: 'captured', value: { action: 'restart', headroom: 99 } })
    expect(JSON.stringify([...hub.records])).not.toMatch(/hunter2|swordfish/)
    const exited = hub.of('process.exited')[0]
    expect(exited).toMatchObject({ kind: 'throw', tag: 'TypeError', crashId: report?.id, willRestart: true })
    await until(() => expect(agent.status).toMatchObject({ accepted: 1, acked: 1, pending: 0 }))
    const again = hub.of('process.started').at(-1)
    expect(again).toMatchObject({ replaces: exited?.ref, childId: 'a', restarts: 1 })
  })

  test('a stack shows the code around the throw and whose code each frame is', async () => {
    const { hub, node } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    node.cast(a, { type: 'fail', password: 'swordfish' })
    await until(() => expect(hub.reports.size).toBe(1))
    const stack = [...hub.reports.values()][0]?.report.cause.stack
    const frames = stack?.status === 'captured' ? stack.value.frames : []
    expect(frames[0]).toMatchObject({ file: 'packages/agent/src/agent.test.ts', owner: 'app' })
    expect(frames[0]?.context?.map(([, text]) => text).join('\n')).toContain('throw new TypeError')
    expect(frames.some(({ owner }) => owner === 'runtime')).toBe(true)
  })

  test('[WIRE-14] a clean stop says goodbye after the last frame', async () => {
    const { hub, node, agent } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    node.cast(a, { type: 'fail', password: 'x' })
    await agent.stop('deploy')
    await until(() => expect(hub.goodbyes).toEqual([{ reason: 'deploy' }]))
    expect(hub.reports.size).toBe(1)
  })
})

describe('inspection', () => {
  test('shows state redacted, and is read by the schema', async () => {
    const { hub } = await constellation()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    hub.command({ op: 'process.inspect', id: 'i1', target: 'Root/a' })
    await until(() => expect(hub.of('command.result')).toHaveLength(1))
    const { result } = hub.of('command.result')[0] ?? {}
    const value = result?.ok ? result.value : null
    expect(inspection.safeParse(value).error).toBeUndefined()
    expect(value).toMatchObject({ key: 'Root/a', state: { status: 'captured' } })
    expect(JSON.stringify(value)).not.toContain('hunter2')
  })
})

describe('counts of a storm', () => {
  const crash = async (node: Node, times: number) => {
    for (let i = 0; i < times; i++) {
      const before = node.counters.crashes
      // A cast to a name that nobody has yet would be lost.
      while (node.whereis(a) === null) await new Promise(setImmediate)
      node.cast(a, { type: 'fail', password: 'x' })
      while (node.counters.crashes === before) await new Promise(setImmediate)
    }
  }

  test('[WIRE-46] those of the last moments are told before the goodbye', async () => {
    const { hub, node, agent } = await startConstellation(Loop)
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    await crash(node, 20)
    await agent.stop()
    await until(() => expect(hub.goodbyes).toHaveLength(1))
    expect(hub.of('storm.counts').at(-1)?.counts).toEqual([
      { key: 'Counter throw TypeError fail', total: 20, notStored: 0 },
    ])
  })

  test('what a full spool refuses is counted as not stored, so that counted less not stored is accepted', async () => {
    const { hub, node, agent } = await startConstellation(Loop, { spoolMb: 1, acks: false })
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    await crash(node, 1_000)
    await until(() => expect(agent.status.spoolRefused).toBeGreaterThan(0))
    await agent.stop()
    await until(() => expect(hub.goodbyes).toHaveLength(1))
    const [count] = hub.of('storm.counts').at(-1)?.counts ?? []
    expect(count?.total).toBe(1_000)
    expect(count?.notStored).toBe(1_000 - agent.status.accepted)
  })
})
