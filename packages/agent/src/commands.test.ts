import { child, GenServer, type Node, nameOf, noreply, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { type Constellation, startConstellation, until } from './testing/constellation.ts'

const Worker = GenServer.define<{ args: undefined; state: { seen: number }; casts: { tick: object } }>({
  module: 'Worker',
  init: () => ({ seen: 0 }),
  handleCast: { tick: (_message, { seen }) => noreply({ seen: seen + 1 }) },
})
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 100,
  periodMs: 5_000,
  children: () => [child(Worker, { id: 'w', args: undefined, name: 'w' })],
})
const w = nameOf(Worker, 'w')
async function armed(faults: 'allow' | 'refuse' = 'allow'): Promise<Constellation> {
  const parts = await startConstellation(Root, { faults })
  await until(() => expect(parts.hub.of('snapshot.end')).toHaveLength(1))
  return parts
}

let ids = 0
async function ask({ hub }: Constellation, order: Record<string, unknown>) {
  const id = `c-${++ids}`
  hub.command({ id, ...order })
  await until(() => expect(hub.of('command.result').some((record) => record.id === id)).toBe(true))
  return hub.of('command.result').find((record) => record.id === id)?.result
}
const seenBy = (node: Node): number => node.process('w')?.handled ?? -1

describe('consent', () => {
  test.each([
    { op: 'process.kill', target: 'w', reason: 'kill' },
    { op: 'process.send', target: 'w', message: {} },
    { op: 'process.suspend', target: 'w', leaseId: 'l', durationMs: 1_000 },
    { op: 'process.resume', target: 'w' },
    { op: 'fault.crash_next', target: 'w', leaseId: 'l', durationMs: 1_000, reason: 'x' },
  ])('[WIRE-52] $op is refused on a node that is not armed', async (order) => {
    const parts = await armed('refuse')
    expect(await ask(parts, order)).toMatchObject({ ok: false, code: 'node.not_armed' })
    expect(parts.hub.hellos[0]?.capabilities).not.toContain('process.kill')
    expect(parts.hub.hellos[0]?.absent['process.kill']).toContain('ORRERY_FAULTS=allow')
  })

  test('[WIRE-53] a root supervisor is immune', async () => {
    const parts = await armed()
    expect(await ask(parts, { op: 'process.kill', target: 'Root', reason: 'kill' })).toMatchObject({
      code: 'process.immune',
    })
  })

  test('[WIRE-54] a target that is not there is said to be unknown', async () => {
    const parts = await armed()
    expect(await ask(parts, { op: 'process.kill', target: 'Root/none', reason: 'kill' })).toMatchObject({
      code: 'process.unknown',
    })
    expect(await ask(parts, { op: 'process.inspect', target: '<0.999.0>' })).toMatchObject({
      code: 'process.unknown',
    })
  })

  test('[WIRE-50] an id is carried out once', async () => {
    const { hub, node } = await armed()
    for (let i = 0; i < 2; i++) {
      hub.command({ op: 'process.send', id: 'same', target: 'w', message: { type: 'x' } })
    }
    await until(() => expect(hub.of('command.result')).toHaveLength(2))
    expect(hub.of('command.result').map(({ result }) => (result.ok ? 'ok' : result.code))).toEqual([
      'ok',
      'command.replayed',
    ])
    await until(() => expect(seenBy(node)).toBe(1))
  })

  test('[WIRE-51] what cannot be read is answered where it has an id', async () => {
    const { hub, agent } = await armed()
    hub.command({ op: 'process.explode', id: 'odd' })
    hub.command({ nonsense: true })
    await until(() => expect(hub.of('command.result')).toHaveLength(1))
    expect(hub.of('command.result')[0]?.result).toMatchObject({ code: 'command.malformed' })
    await until(() => expect(agent.status.faults).toMatchObject({ command: 1 }))
  })
})

describe('orders', () => {
  test('kill with a reason ends the process, and the report names the command as the direct cause', async () => {
    const parts = await armed()
    expect(
      await ask(parts, { op: 'process.kill', target: 'Root/w', reason: 'operator_says_so' }),
    ).toMatchObject({ ok: true })
    await until(() => expect(parts.hub.reports.size).toBe(1))
    const { report } = [...parts.hub.reports.values()][0] ?? {}
    expect(report?.cause).toMatchObject({
      reason: { tag: 'operator_says_so' },
      killer: { status: 'captured', value: { via: 'command' } },
    })
    expect(report?.faults).toMatchObject({ value: [{ kind: 'kill', role: 'direct', fault: `c-${ids}` }] })
  })

  test('crash on the next message fires once, proves itself in the report, and its lease ends', async () => {
    const parts = await armed()
    const { hub, node } = parts
    await ask(parts, {
      op: 'fault.crash_next',
      target: 'w',
      leaseId: 'L',
      durationMs: 60_000,
      reason: 'drill',
    })
    node.cast(w, { type: 'tick' })
    await until(() => expect(hub.reports.size).toBe(1))
    const { report } = [...hub.reports.values()][0] ?? {}
    expect(report?.faults).toMatchObject({
      value: [{ fault: 'L', kind: 'crash_next', role: 'direct', firing: 'L:1' }],
    })
    expect(report?.message).toMatchObject({ value: { type: 'tick' } })
    await until(() => expect(hub.of('lease.ended')).toMatchObject([{ id: 'L', why: 'fired' }]))
    node.cast(w, { type: 'tick' })
    await until(() => expect(seenBy(node)).toBe(1))
    expect(hub.reports.size).toBe(1)
  })

  test('suspend holds the mailbox until it is resumed', async () => {
    const parts = await armed()
    const { hub, node } = parts
    await ask(parts, { op: 'process.suspend', target: 'w', leaseId: 'S', durationMs: 60_000 })
    node.cast(w, { type: 'tick' })
    await until(() => expect(hub.of('process.changed').at(-1)?.isSuspended).toBe(true))
    expect(node.process('w')).toMatchObject({ status: 'suspended', mailboxLength: 1, handled: 0 })
    expect(await ask(parts, { op: 'process.resume', target: 'w' })).toMatchObject({ ok: true })
    await until(() => expect(seenBy(node)).toBe(1))
    expect(hub.of('lease.ended')).toMatchObject([{ id: 'S', why: 'released' }])
    expect(await ask(parts, { op: 'process.resume', target: 'w' })).toMatchObject({
      code: 'process.not_suspended',
    })
  })

  test('[WIRE-57] halt ends every lease, as often as it is said', async () => {
    const parts = await armed()
    const { hub, node } = parts
    await ask(parts, { op: 'process.suspend', target: 'w', leaseId: 'A', durationMs: 60_000 })
    await ask(parts, { op: 'fault.crash_next', target: 'w', leaseId: 'B', durationMs: 60_000, reason: 'x' })
    expect(await ask(parts, { op: 'fault.halt' })).toMatchObject({ ok: true, value: { ended: 2 } })
    expect(await ask(parts, { op: 'fault.halt' })).toMatchObject({ ok: true, value: { ended: 0 } })
    expect(new Set(hub.of('lease.ended').map(({ id, why }) => `${id} ${why}`))).toEqual(
      new Set(['A halted', 'B halted']),
    )
    node.cast(w, { type: 'tick' })
    await until(() => expect(seenBy(node)).toBe(1))
  })

  test('a suspended process that dies takes its lease with it, and its replacement runs', async () => {
    const parts = await armed()
    const { hub, node } = parts
    await ask(parts, { op: 'process.suspend', target: 'w', leaseId: 'S', durationMs: 60_000 })
    await ask(parts, { op: 'process.kill', target: 'w', reason: 'kill' })
    await until(() => expect(hub.of('lease.ended')).toMatchObject([{ id: 'S', why: 'target-gone' }]))
    node.cast(w, { type: 'tick' })
    await until(() => expect(seenBy(node)).toBe(1))
  })

  test('a stopping agent undoes what it did', async () => {
    const parts = await armed()
    await ask(parts, { op: 'process.suspend', target: 'w', leaseId: 'S', durationMs: 60_000 })
    await parts.agent.stop()
    expect(parts.node.process('w')?.status).toBe('running')
  })
})

test('[WIRE-56] a lease that ended while the hub was away is told of when it is back, and so is who is suspended', async () => {
  const parts = await armed()
  const { hub, node } = parts
  await ask(parts, { op: 'process.suspend', target: 'w', leaseId: 'S', durationMs: 60_000 })
  hub.cut()
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(2))
  const again = hub.records.slice(hub.records.findLastIndex(({ type }) => type === 'snapshot.begin'))
  const ref = again.find((record) => record.type === 'process.started' && record.name === 'w')
  expect(again).toContainEqual(
    expect.objectContaining({
      type: 'process.changed',
      ref: ref && 'ref' in ref && ref.ref,
      isSuspended: true,
    }),
  )
  hub.refuse = { code: 'node.duplicate', message: 'x', cure: 'y' }
  hub.cut()
  await until(() => expect(parts.agent.status.connection).not.toBe('welcomed'))
  node.exit(node.process('w') as never, 'kill')
  await until(() => expect(parts.agent.status.leases).toBe(0))
  hub.refuse = null
  await until(() => expect(hub.of('lease.ended')).toMatchObject([{ id: 'S', why: 'target-gone' }]))
})
