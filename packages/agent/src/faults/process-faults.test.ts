/** Faults of processes: what each does, that it ends, that it is read back, and what a crash comes of. */
import { child, GenServer, nameOf, noreply, reply, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { type FaultNode, faultNode } from '../testing/fault-node.ts'

const Worker = GenServer.define<{
  args: undefined
  state: number
  calls: { ask: () => number }
  casts: { tick: object; lean: { on: string } }
}>({
  module: 'Worker',
  init: () => 0,
  handleCall: { ask: (_message, _from, state) => reply(state, state) },
  handleCast: {
    tick: (_message, state) => noreply(state + 1),
    lean: async ({ on }, state, ctx) => {
      await ctx.call(nameOf(Worker, on), { type: 'ask' }, { timeoutMs: 1_000 })
      return noreply(state)
    },
  },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 5,
  periodMs: 60_000,
  children: () => [
    child(Pair, { id: 'pair', args: undefined }),
    child(Crew, { id: 'crew', args: undefined }),
    ...['a', 'b', 'c'].map((id) => child(Worker, { id, args: undefined, name: id })),
  ],
})
const linkedTo = (name: string) =>
  GenServer.define<{ args: undefined; state: null }>({
    module: 'Linked',
    init: (_args, ctx) => {
      const other = ctx.whereis(nameOf(Worker, name))
      if (other !== null) ctx.link(other)
      return null
    },
  })
const Linked = linkedTo('x')
const LinkedToO = linkedTo('o')
const Pair = Supervisor.define({
  module: 'Pair',
  intensity: 3,
  periodMs: 10_000,
  children: () => [
    child(Worker, { id: 'x', args: undefined, name: 'x' }),
    child(Linked, { id: 'y', args: undefined }),
  ],
})
const Crew = Supervisor.define({
  module: 'Crew',
  intensity: 3,
  periodMs: 10_000,
  children: () => [
    // The first two fall together, so a kill of one of them costs two restarts.
    child(Worker, { id: 'o', args: undefined, name: 'o' }),
    child(LinkedToO, { id: 'l', args: undefined }),
    ...['p', 'q', 'r'].map((id) => child(Worker, { id, args: undefined })),
  ],
})
const at = (name: string) => nameOf(Worker, name)
const tick = { type: 'tick' } as const

async function poke(lab: FaultNode, name: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    lab.node.cast(at(name), tick)
    await lab.settle()
  }
}

describe('kill', () => {
  test('ends the process, is proven by its exit signal, and is not laid upon who takes its place', async () => {
    const lab = await faultNode(Root)
    const { pid } = lab.process('Root/a')
    lab.inject('kill', ['Root/a'])
    await lab.settle()
    expect(lab.node.process(pid)).toBe(null)
    expect(lab.process('Root/a').restarts).toBe(1)
    expect(lab.crashes).toMatchObject([
      { key: 'Root/a', touches: [{ fault: 'F-L1', kind: 'kill', role: 'direct', firing: 'L1:1' }] },
    ])
    expect(lab.last()).toMatchObject({
      why: 'fired',
      crashes: 1,
      touched: 1,
      targets: [{ state: 'gone', firings: 1 }],
    })
    await lab.advance(1_000)
    expect(lab.process('Root/a').restarts).toBe(1)
  })

  test('another reason may be trapped: then nothing is left of the signal', async () => {
    const lab = await faultNode(Root)
    lab.inject('kill', ['Root/pair'], { parameters: { reason: 'please' } })
    await lab.advance(200)
    expect(lab.process('Root/pair').restarts).toBe(0)
    expect(lab.last()).toMatchObject({ state: 'ended', targets: [{ state: 'recovered' }] })
  })

  test('whoever dies of a killed process by a link is upstream of it', async () => {
    const lab = await faultNode(Root)
    lab.inject('kill', ['Root/pair/x'])
    await lab.advance(100)
    expect(lab.crashes.map(({ key, touches }) => [key, touches[0]?.role])).toEqual([
      ['Root/pair/x', 'direct'],
      ['Root/pair/y', 'upstream'],
    ])
    expect(lab.crashes[1]?.touches).toEqual([
      { fault: 'F-L1', kind: 'kill', role: 'upstream', firing: 'L1:1' },
    ])
    expect(lab.last().crashes).toBe(1)
  })
})

describe('crashes', () => {
  test('crash on next throws once, at a message of the type that is meant', async () => {
    const lab = await faultNode(Root)
    lab.inject('crash_next', ['Root/a'], { parameters: { messageType: 'tick', reason: 'drill' } })
    const answer = lab.node.call(at('a'), { type: 'ask' })
    await lab.settle()
    expect(await answer).toBe(0)
    await poke(lab, 'a', 3)
    expect(lab.crashes).toMatchObject([
      { touches: [{ fault: 'F-L1', kind: 'crash_next', role: 'direct', firing: 'L1:1' }] },
    ])
    expect(lab.ended).toEqual(['L1 fired'])
  })

  test('at the end of a handler its work is done when it throws', async () => {
    const lab = await faultNode(Root)
    lab.inject('crash_next', ['Root/a'], { parameters: { at: 'after' } })
    await poke(lab, 'a')
    expect(lab.crashes).toHaveLength(1)
    expect(lab.process('Root/a').restarts).toBe(1)
  })

  test('crash n times goes on over restarts, and then never again', async () => {
    const lab = await faultNode(Root)
    lab.inject('crash_times', ['Root/a'])
    await poke(lab, 'a', 6)
    expect(lab.crashes.map(({ touches }) => touches[0]?.firing)).toEqual(['L1:1', 'L1:2', 'L1:3'])
    expect(lab.process('Root/a').restarts).toBe(3)
    expect(lab.last()).toMatchObject({ why: 'fired', firings: 3, crashes: 3, targets: [{ firings: 3 }] })
    expect(lab.node.interceptorOf(lab.process('Root/a'))).toBe(null)
  })

  test('throw with a probability fires at the same messages for the same seed', async () => {
    const play = async (seed: number) => {
      const lab = await faultNode(Root)
      lab.inject('throw', ['Root/b'], { when: { kind: 'probability', probability: 0.03 }, seed })
      const fired: number[] = []
      for (let n = 0; n < 80; n++) {
        await poke(lab, 'b')
        if (lab.crashes.length > fired.length) fired.push(n)
      }
      return fired
    }
    const first = await play(5)
    expect(first.length).toBeGreaterThan(0)
    expect(await play(5)).toEqual(first)
    expect(await play(6)).not.toEqual(first)
  })

  test('a crash of its own under a fault that did not fire says that it was silent', async () => {
    const lab = await faultNode(Root)
    lab.inject('throw', ['Root/a'], { parameters: { messageType: 'never' } })
    lab.node.exit(lab.process('Root/a'), 'bad_luck')
    await lab.settle()
    expect(lab.crashes).toMatchObject([
      { touches: [{ fault: 'F-L1', kind: 'throw', role: 'silent', firing: null }] },
    ])
  })

  test('maxFirings ends what would go on', async () => {
    const lab = await faultNode(Root)
    lab.inject('throw', ['Root/a'], { when: { kind: 'always' }, maxFirings: 2 })
    await poke(lab, 'a', 5)
    expect(lab.crashes).toHaveLength(2)
    expect(lab.ended).toEqual(['L1 fired'])
  })
})

describe('slow and busy', () => {
  test('a slow handler waits, and a caller that gives up knows why, also of one that stands behind it', async () => {
    const lab = await faultNode(Root)
    lab.inject('slow', ['Root/a'], { parameters: { delayMs: 1_500 } })
    lab.node.cast(at('b'), { type: 'lean', on: 'a' })
    await lab.advance(100)
    lab.node.cast(at('c'), { type: 'lean', on: 'a' })
    await lab.advance(1_400)
    expect(lab.crashes.map(({ key, touches }) => [key, touches[0]?.kind, touches[0]?.role])).toEqual([
      ['Root/b', 'slow', 'direct'],
      ['Root/c', 'slow', 'direct'],
    ])
  })

  test('the end lets go of a handler that waits', async () => {
    const lab = await faultNode(Root)
    lab.inject('slow', ['Root/a'], { parameters: { delayMs: 4_000 } })
    const answer = lab.node.call(at('a'), { type: 'ask' })
    await lab.advance(100)
    expect(lab.process('Root/a').status).toBe('handling')
    lab.injections.end('L1', 'released')
    await lab.settle()
    expect(await answer).toBe(0)
    expect(lab.last()).toMatchObject({ held: 0, targets: [{ state: 'recovered' }] })
  })

  test('one that fires once waits its whole time before it is over', async () => {
    const lab = await faultNode(Root)
    lab.inject('slow', ['Root/a'], { when: { kind: 'once' }, parameters: { delayMs: 500 } })
    lab.node.cast(at('a'), tick)
    await lab.advance(400)
    expect(lab.process('Root/a').status).toBe('handling')
    expect(lab.ended).toEqual([])
    await lab.advance(200)
    expect(lab.process('Root/a').status).toBe('running')
    expect(lab.ended).toEqual(['L1 fired'])
  })

  test('a busy handler computes before it begins', async () => {
    const lab = await faultNode(Root)
    lab.inject('busy', ['Root/a'], { parameters: { spinMs: 30 }, when: { kind: 'times', times: 2 } })
    await poke(lab, 'a', 5)
    expect(lab.spun).toEqual([30, 30])
    expect(lab.ended).toEqual(['L1 fired'])
  })
})

describe('hang', () => {
  test('messages pile up until it is resumed; a call that came to nothing knows why', async () => {
    const lab = await faultNode(Root)
    lab.node.cast(at('b'), { type: 'lean', on: 'a' })
    lab.inject('hang', ['Root/a'])
    await poke(lab, 'a', 3)
    expect(lab.process('Root/a').mailboxLength).toBeGreaterThanOrEqual(3)
    lab.node.cast(at('c'), { type: 'lean', on: 'a' })
    await lab.advance(1_500)
    expect(lab.crashes.map(({ key }) => key)).toContain('Root/c')
    expect(lab.crashes.at(-1)?.touches).toMatchObject([{ kind: 'hang', role: 'direct', firing: 'L1:1' }])
    lab.injections.end('L1', 'released')
    await lab.settle()
    expect(lab.process('Root/a').mailboxLength).toBe(0)
    expect(lab.last()).toMatchObject({ readBack: '1 of 1 read back: the process is not suspended' })
  })

  test('a restarted process is held only once it has initialised, so its supervisor is not', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/pair/x'])
    lab.node.exit(lab.process('Root/pair/x'), 'kill')
    await lab.settle()
    expect(lab.process('Root/pair/x').status).toBe('suspended')
    expect(lab.process('Root/pair/y').status).toBe('running')
  })

  test('one that somebody suspended before is busy', async () => {
    const lab = await faultNode(Root)
    lab.node.suspend(lab.process('Root/a'))
    expect(lab.inject('hang', ['Root/a'])).toMatchObject({
      value: { targets: [{ state: 'refused', code: 'fault.busy' }] },
    })
    expect(lab.ended).toEqual(['L1 target-gone'])
    expect(lab.process('Root/a').status).toBe('suspended')
  })
})

describe('exhaust', () => {
  test('kills exactly as many children as there is headroom, and the supervisor lives', async () => {
    const lab = await faultNode(Root)
    lab.inject('exhaust', ['Root/crew'], { parameters: { everyMs: 100 } })
    await lab.advance(2_000)
    expect(lab.process('Root/crew').restarts).toBe(0)
    const facts = lab.process('Root/crew').supervisor
    expect(facts?.restartsUsed).toBe(3)
    expect(lab.last()).toMatchObject({ why: 'fired', targets: [{ state: 'recovered' }] })
    expect(lab.last().readBack).toContain('it has used 3 of 3 restarts')
  })

  test('one beyond, and it gives up: its crash is upstream of the kills', async () => {
    const lab = await faultNode(Root)
    lab.inject('exhaust', ['Root/crew'], { parameters: { everyMs: 100, extra: '1' } })
    await lab.advance(2_000)
    expect(lab.process('Root/crew').restarts).toBe(1)
    const roles = lab.crashes.map(({ key, touches }) => `${key} ${touches[0]?.kind} ${touches[0]?.role}`)
    expect(roles).toContain('Root/crew exhaust upstream')
    expect(lab.last()).toMatchObject({ why: 'fired', targets: [{ state: 'gone' }] })
    expect(lab.last().readBack).toContain('the supervisor has ended')
  })

  test('who is no supervisor is refused', async () => {
    const lab = await faultNode(Root)
    expect(lab.inject('exhaust', ['Root/a'])).toMatchObject({
      value: { targets: [{ code: 'node.unsupported' }] },
    })
  })
})
