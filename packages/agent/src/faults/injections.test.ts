/** The table of injections: leases, refusals, what is told, and that a target is followed. */
import { child, GenServer, nameOf, noreply, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { faultNode } from '../testing/fault-node.ts'

const Worker = GenServer.define<{ args: undefined; state: number; casts: { tick: object } }>({
  module: 'Worker',
  init: () => 0,
  handleCast: { tick: (_message, seen) => noreply(seen + 1) },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 1_000,
  periodMs: 5_000,
  children: () => ['a', 'b', 'c'].map((id) => child(Worker, { id, args: undefined, name: id })),
})
const at = (name: string) => nameOf(Worker, name)
const tick = { type: 'tick' } as const

describe('[WIRE-55] the lease', () => {
  test('one that is not renewed is gone when five seconds are over, read back', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a', 'Root/b'])
    await lab.advance(4_400, true)
    expect(lab.process('Root/a').status).toBe('suspended')
    await lab.advance(200, true)
    expect(lab.ended).toEqual(['L1 hub-lost'])
    expect(lab.process('Root/a').status).toBe('running')
    expect(lab.last()).toMatchObject({
      state: 'ended',
      why: 'hub-lost',
      readBack: '2 of 2 read back: the process is not suspended',
      targets: [{ key: 'Root/a', state: 'recovered' }, { state: 'recovered' }],
    })
  })

  test('one that is renewed ends when its own time is over', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'], { durationMs: 8_000 })
    await lab.advance(7_900)
    expect(lab.ended).toEqual([])
    await lab.advance(200)
    expect(lab.ended).toEqual(['L1 expired'])
  })

  test('[WIRE-92] one without a duration lasts as long as it is renewed', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'], { durationMs: null })
    await lab.advance(120_000)
    expect(lab.ended).toEqual([])
    expect(lab.injections.end('L1', 'released')).toBe(true)
    expect(lab.injections.end('L1', 'released')).toBe(false)
  })

  test('nothing fires once the lease is over, though nobody has come to say so', async () => {
    const lab = await faultNode(Root)
    lab.inject('throw', ['Root/a'], { when: { kind: 'always' } })
    const { tick: say } = lab.injections
    lab.injections.tick = () => undefined
    await lab.advance(4_800, true)
    lab.node.cast(at('a'), tick)
    await lab.settle()
    expect(lab.crashes).toEqual([])
    say()
    expect(lab.ended).toEqual(['L1 hub-lost'])
  })

  test('[WIRE-57] halt ends all of them at once', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'])
    lab.inject('throw', ['Root/b'])
    expect(lab.injections.endAll('halted')).toBe(2)
    expect(lab.ended).toEqual(['L1 halted', 'L2 halted'])
    expect(lab.injections.endAll('halted')).toBe(0)
  })
})

describe('[WIRE-90] refusals', () => {
  test('a target is refused by itself, the others are laid upon', async () => {
    const lab = await faultNode(Root)
    const begun = lab.inject('hang', ['Root', 'Root/none', 'Root/a', 'Root/a'])
    expect(begun).toEqual({
      ok: true,
      value: {
        targets: [
          expect.objectContaining({ key: 'Root', state: 'refused', code: 'process.immune' }),
          expect.objectContaining({ key: 'Root/none', state: 'refused', code: 'process.unknown' }),
          expect.objectContaining({ key: 'Root/a', state: 'refused', code: 'fault.busy' }),
          expect.objectContaining({ key: 'Root/a', state: 'injected', code: '' }),
        ],
      },
    })
    expect(lab.process('Root').status).toBe('running')
  })

  test.each([
    ['fault.unknown', { fault: 'earthquake' }],
    ['fault.malformed', { parameters: { reason: 7 } }],
    ['fault.malformed', { parameters: { colour: 'red' } }],
    ['fault.over_limit', { parameters: { reason: 'x'.repeat(300) } }],
    ['fault.no_target', { targets: [] }],
    ['fault.malformed', { port: 'database' }],
  ])('%s is of the whole', async (code, rest) => {
    const lab = await faultNode(Root)
    expect(lab.inject('throw', ['Root/a'], rest)).toEqual({ ok: false, code })
    expect(lab.statuses).toEqual([])
    expect(lab.injections.size).toBe(0)
  })

  test('a second fault of the same kind on one process is refused, another kind is not', async () => {
    const lab = await faultNode(Root)
    lab.inject('throw', ['Root/a'])
    expect(lab.inject('throw', ['Root/a'])).toMatchObject({ value: { targets: [{ code: 'fault.busy' }] } })
    expect(lab.ended).toEqual(['L2 target-gone'])
    expect(lab.inject('hang', ['Root/a'])).toMatchObject({ value: { targets: [{ state: 'injected' }] } })
  })

  test('an id of a lease is taken once', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'], { leaseId: 'L1' })
    lab.injections.end('L1', 'released')
    expect(lab.inject('hang', ['Root/a'], { leaseId: 'L1' })).toEqual({
      ok: false,
      code: 'command.replayed',
    })
  })

  test('a static target that has been restarted meanwhile is unknown, a dynamic one is found', async () => {
    const lab = await faultNode(Root)
    const old = [{ key: 'Root/a', pid: String(lab.process('Root/a').pid) }]
    lab.node.exit(lab.process('Root/a'), 'kill')
    await lab.settle()
    expect(lab.inject('hang', [], { targets: old, follow: 'static' })).toMatchObject({
      value: { targets: [{ code: 'process.unknown' }] },
    })
    expect(lab.inject('hang', [], { targets: old })).toMatchObject({
      value: { targets: [{ state: 'injected', pid: String(lab.process('Root/a').pid) }] },
    })
  })
})

describe('[WIRE-93] what is told', () => {
  test('all targets at the beginning and at the end, what changed once a second', async () => {
    const lab = await faultNode(Root)
    lab.inject('crash_times', ['Root/a', 'Root/b'], { when: { kind: 'times', times: 1 } })
    expect(lab.statuses).toMatchObject([{ state: 'active', targets: [{ firings: 0 }, { firings: 0 }] }])
    await lab.advance(1_000)
    lab.node.cast(at('a'), tick)
    await lab.advance(1_000)
    expect(lab.last()).toMatchObject({
      firings: 1,
      touched: 1,
      crashes: 1,
      targets: [{ key: 'Root/a', firings: 1, state: 'gone' }],
    })
    lab.node.cast(at('b'), tick)
    await lab.advance(1_000)
    expect(lab.ended).toEqual(['L1 fired'])
    expect(lab.last()).toMatchObject({ state: 'ended', why: 'fired', firings: 2 })
    expect(lab.last().targets).toHaveLength(2)
  })
})

describe('[WIRE-95] a target', () => {
  test('that is dynamic is laid upon again when it starts anew', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'])
    lab.node.exit(lab.process('Root/a'), 'kill')
    await lab.settle()
    expect(lab.process('Root/a').status).toBe('suspended')
    await lab.advance(1_000)
    expect(lab.last()).toMatchObject({ state: 'active', targets: [{ state: 'injected' }] })
    lab.injections.end('L1', 'released')
    expect(lab.process('Root/a').status).toBe('running')
  })

  test('that is static is gone with its process, and takes the lease with it', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/a'], { follow: 'static' })
    lab.node.exit(lab.process('Root/a'), 'kill')
    await lab.advance(200)
    expect(lab.process('Root/a').status).toBe('running')
    expect(lab.last()).toMatchObject({ why: 'target-gone', targets: [{ state: 'gone' }] })
    expect(lab.last().readBack).toBe('1 process has ended')
  })
})
