/** Faults over the wire: an order, what is told of it, and what becomes of it when the hub goes. */
import type { Injection } from '@orrery/protocol/faults'
import { child, GenServer, nameOf, noreply, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { type Constellation, startConstellation, until } from '../testing/constellation.ts'

const Worker = GenServer.define<{ args: undefined; state: number; casts: { tick: object } }>({
  module: 'Worker',
  init: () => 0,
  handleCast: { tick: (_message, seen) => noreply(seen + 1) },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 1_000,
  periodMs: 5_000,
  children: () => ['a', 'b'].map((id) => child(Worker, { id, args: undefined, name: id })),
})
const a = nameOf(Worker, 'a')

async function armed(faults: 'allow' | 'refuse' = 'allow'): Promise<Constellation> {
  const parts = await startConstellation(Root, { faults })
  await until(() => expect(parts.hub.of('snapshot.end')).toHaveLength(1))
  return parts
}

let ids = 0
async function order({ hub }: Constellation, said: Record<string, unknown>) {
  const id = `i-${++ids}`
  hub.command({ id, ...said })
  await until(() => expect(hub.of('command.result').some((record) => record.id === id)).toBe(true))
  return hub.of('command.result').find((record) => record.id === id)?.result
}
function inject(parts: Constellation, rest: Partial<Injection> & { leaseId: string }, op = 'fault.inject') {
  const { leaseId, ...given } = rest
  const injection: Injection = {
    fault: 'throw',
    targets: ['Root/a', 'Root/b'].map((key) => ({ key, pid: String(parts.node.process(key)?.pid ?? '') })),
    senders: null,
    port: null,
    follow: 'dynamic',
    parameters: {},
    when: { kind: 'always' },
    seed: 1,
    durationMs: 60_000,
    maxFirings: 100,
    ...given,
  }
  return order(parts, { op, leaseId, experiment: 'F-0001', injection })
}

test('[WIRE-90] an order is answered with a record for each target, and [WIRE-97] a crash names the experiment', async () => {
  const parts = await armed()
  expect(await inject(parts, { leaseId: 'L' })).toMatchObject({
    ok: true,
    value: { targets: [{ key: 'Root/a', state: 'injected' }, { key: 'Root/b' }] },
  })
  parts.node.cast(a, { type: 'tick' })
  await until(() => expect(parts.hub.reports.size).toBe(1))
  const report = [...parts.hub.reports.values()][0]?.report
  expect(report?.faults).toEqual({
    status: 'captured',
    value: [{ fault: 'F-0001', kind: 'throw', role: 'direct', firing: 'L:1' }],
  })
  expect(await order(parts, { op: 'lease.release', leaseId: 'L' })).toMatchObject({ ok: true })
  await until(() => expect(parts.hub.statuses.at(-1)?.state).toBe('ended'))
  expect(parts.hub.statuses.at(-1)).toMatchObject({ why: 'released', firings: 1, crashes: 1 })
  expect(parts.hub.of('lease.ended')).toMatchObject([{ id: 'L', why: 'released' }])
})

test('[WIRE-94] what ended while there was no hub is told when there is one, until it is acknowledged', async () => {
  const parts = await armed()
  const { hub, node, agent } = parts
  await inject(parts, { leaseId: 'L', fault: 'hang', when: null, follow: 'static' })
  await until(() => expect(hub.statuses.length).toBeGreaterThan(0))
  hub.acks = false
  hub.refuse = { code: 'node.duplicate', message: 'x', cure: 'y' }
  hub.cut()
  await until(() => expect(agent.status.connection).not.toBe('welcomed'))
  for (const key of ['Root/a', 'Root/b']) node.exit(node.process(key) as never, 'kill')
  await until(() => expect(agent.status.leases).toBe(0))
  hub.statuses.length = 0
  hub.refuse = null
  const isLast = (): void => expect(hub.statuses).toMatchObject([{ leaseId: 'L', why: 'target-gone' }])
  await until(isLast)
  hub.statuses.length = 0
  hub.acks = true
  hub.cut()
  await until(isLast)
  hub.statuses.length = 0
  // How many pictures were whole when they were cut is a matter of time.
  const before = hub.of('snapshot.end').length
  hub.cut()
  await until(() => expect(hub.of('snapshot.end').length).toBeGreaterThan(before))
  expect(hub.statuses).toEqual([])
})

test('[WIRE-52] a node that is not armed injects nothing, and [WIRE-99] may be asked what would be hit', async () => {
  const parts = await armed('refuse')
  expect(await inject(parts, { leaseId: 'L' })).toMatchObject({ ok: false, code: 'node.not_armed' })
  expect(await inject(parts, { leaseId: 'L' }, 'fault.preview')).toMatchObject({
    ok: true,
    value: { targeted: 2, groups: [{ effect: 'targeted', count: 2 }] },
  })
  expect(parts.hub.hellos[0]?.capabilities).not.toContain('fault.throw')
  expect(parts.hub.hellos[0]?.absent['fault.throw']).toContain('ORRERY_FAULTS=allow')
})

test('[WIRE-91] an armed node announces every fault it can do', async () => {
  const parts = await armed()
  const { capabilities = [], absent = {} } = parts.hub.hellos[0] ?? {}
  for (const kind of ['kill', 'delay', 'drop', 'flood', 'exhaust', 'block', 'clock'])
    expect(capabilities).toContain(`fault.${kind}`)
  // Nobody above it could pause it.
  expect(absent['fault.pause']).toBeTruthy()
})

test('the old orders and experiments know of each other', async () => {
  const parts = await armed()
  await order(parts, { op: 'process.suspend', target: 'a', leaseId: 'S', durationMs: 60_000 })
  expect(await inject(parts, { leaseId: 'L', fault: 'hang', when: null })).toMatchObject({
    value: {
      targets: [
        { key: 'Root/a', code: 'fault.busy' },
        { key: 'Root/b', state: 'injected' },
      ],
    },
  })
  expect(await order(parts, { op: 'process.resume', target: 'a' })).toMatchObject({ ok: true })
  expect(parts.node.process('a')?.status).toBe('running')
  expect(await order(parts, { op: 'fault.halt' })).toMatchObject({ ok: true, value: { ended: 1 } })
  expect(parts.node.process('b')?.status).toBe('running')
})

test('a node that is stopped leaves nothing behind: the agent undoes all before it says goodbye', async () => {
  const parts = await armed()
  await inject(parts, { leaseId: 'L', fault: 'hang', when: null })
  await parts.agent.stop()
  expect(parts.node.process('a')?.status).toBe('running')
  await until(() => expect(parts.hub.statuses.at(-1)).toMatchObject({ state: 'ended', why: 'released' }))
})
