/** Faults of messages: what each does, that it ends, that it is read back, and that a seed plays it again. */
import { child, GenServer, nameOf, noreply, reply, Supervisor } from '@orrery/runtime'
import { describe, expect, test } from 'vitest'
import { type FaultNode, faultNode } from '../testing/fault-node.ts'

interface Note {
  type: string
  n: number
}
const Sink = GenServer.define<{
  args: undefined
  state: readonly string[]
  calls: { ask: (message: { n: number }) => number; seen: () => readonly string[] }
  infos: { note: { n: number }; other: { n: number } }
}>({
  module: 'Sink',
  init: () => [],
  handleCall: {
    ask: ({ n }, _from, state) => reply(n, [...state, `ask${n}`]),
    seen: (_message, _from, state) => reply(state, state),
  },
  handleInfo: {
    note: ({ n }, state) => noreply([...state, `${n}`]),
    other: ({ n }, state) => noreply([...state, `o${n}`]),
  },
})
const sink = nameOf(Sink, 'sink')
/** Sends on what it is told, so that there is an edge. */
const Talker = GenServer.define<{
  args: undefined
  state: null
  casts: { tell: { note: Note }; ask: { n: number } }
}>({
  module: 'Talker',
  init: () => null,
  handleCast: {
    tell: ({ note }, state, ctx) => {
      ctx.send(sink, note as never)
      return noreply(state)
    },
    ask: async ({ n }, state, ctx) => {
      await ctx.call(sink, { type: 'ask', n }, { timeoutMs: 1_000 })
      return noreply(state)
    },
  },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 1_000,
  periodMs: 5_000,
  children: () => [
    child(Sink, { id: 'sink', args: undefined, name: 'sink' }),
    child(Talker, { id: 'one', args: undefined, name: 'one' }),
    child(Talker, { id: 'two', args: undefined, name: 'two' }),
  ],
})
const one = nameOf(Talker, 'one')
const two = nameOf(Talker, 'two')

const say = (lab: FaultNode, from: number, to: number, type = 'note'): void => {
  for (let n = from; n <= to; n++) lab.node.send(sink, { type, n } as never)
}
const tell = (lab: FaultNode, who: typeof one, n: number): void =>
  lab.node.cast(who, { type: 'tell', note: { type: 'note', n } })

async function seen(lab: FaultNode): Promise<readonly string[]> {
  await lab.settle()
  const answer = lab.node.call(sink, { type: 'seen' })
  await lab.settle()
  return await answer
}
const untouched = (lab: FaultNode): unknown => lab.node.interceptorOf(lab.process('Root/sink'))

describe('delay', () => {
  test('holds each message for its time, jitter keeps the order, and the end lets go of all in order', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 1_000, jitterMs: 900, messageType: 'note' } })
    for (let n = 1; n <= 20; n++) {
      say(lab, n, n)
      await lab.advance(50)
    }
    const before = await seen(lab)
    expect(before.length).toBeLessThan(20)
    await lab.advance(100)
    expect(lab.last()).toMatchObject({ touched: 20, firings: 20 })
    lab.injections.end('L1', 'released')
    const order = Array.from({ length: 20 }, (_, place) => `${place + 1}`)
    expect(await seen(lab)).toEqual(order)
    expect(lab.last()).toMatchObject({
      held: 0,
      readBack: '1 of 1 read back: nothing is held, and no interceptor of this fault is on the process',
      targets: [{ state: 'recovered', firings: 20 }],
    })
    expect(untouched(lab)).toBe(null)
    expect(lab.failures).toEqual([])
  })

  test('comes to its time by itself', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 500, messageType: 'note' } })
    say(lab, 1, 3)
    await lab.advance(400)
    expect(await seen(lab)).toEqual([])
    await lab.advance(200)
    expect(await seen(lab)).toEqual(['1', '2', '3'])
  })

  test('held messages of a process that ends are dead letters with their firing, counted', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 5_000 } })
    say(lab, 1, 3)
    lab.node.exit(lab.process('Root/sink'), 'kill')
    await lab.settle()
    expect(lab.letters.map(({ why, firing }) => `${why} ${firing}`)).toEqual([
      'noproc L1:1',
      'noproc L1:2',
      'noproc L1:3',
    ])
    await lab.advance(1_000)
    expect(lab.last()).toMatchObject({ held: 0, state: 'active', targets: [{ state: 'injected' }] })
  })

  test('a call that it keeps from its answer proves itself in the crash of its caller', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 3_000 } })
    lab.node.cast(one, { type: 'ask', n: 1 })
    await lab.advance(1_500)
    expect(lab.crashes).toMatchObject([
      {
        key: 'Root/one',
        touches: [{ fault: 'F-L1', kind: 'delay', role: 'direct', firing: 'L1:1' }],
      },
    ])
    expect(lab.last().crashes).toBe(1)
  })

  test('the time of the leases is the host’s: a message is not held for ever by one that nobody renews', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 60_000 } })
    say(lab, 1, 2)
    await lab.advance(5_200, true)
    expect(await seen(lab)).toEqual(['1', '2'])
  })
})

describe('drop', () => {
  test('makes dead letters with the firing, of the type that is meant', async () => {
    const lab = await faultNode(Root)
    lab.inject('drop', ['Root/sink'], { when: { kind: 'always' }, parameters: { messageType: 'note' } })
    say(lab, 1, 2)
    say(lab, 3, 4, 'other')
    expect(await seen(lab)).toEqual(['o3', 'o4'])
    expect(lab.letters.map(({ why, firing }) => `${why} ${firing}`)).toEqual([
      'intercepted L1:1',
      'intercepted L1:2',
    ])
    lab.injections.end('L1', 'released')
    expect(lab.last()).toMatchObject({ dropped: 2, touched: 2 })
    say(lab, 5, 5)
    expect(await seen(lab)).toEqual(['o3', 'o4', '5'])
    expect(untouched(lab)).toBe(null)
  })

  test('on an edge it touches that edge and no other', async () => {
    const lab = await faultNode(Root)
    lab.inject('drop', ['Root/sink'], { when: { kind: 'always' }, senders: ['Root/one'] })
    for (let n = 1; n <= 50; n++) {
      tell(lab, one, n)
      tell(lab, two, 100 + n)
    }
    const got = await seen(lab)
    expect(got).toHaveLength(50)
    expect(got.every((word) => Number(word) > 100)).toBe(true)
    lab.injections.end('L1', 'released')
    expect(lab.last()).toMatchObject({ dropped: 50, touched: 50 })
  })

  test('an edge is of the logical sender: it holds over its restarts', async () => {
    const lab = await faultNode(Root)
    lab.inject('drop', ['Root/sink'], { when: { kind: 'always' }, senders: ['Root/one'] })
    lab.node.exit(lab.process('Root/one'), 'kill')
    await lab.settle()
    tell(lab, one, 1)
    tell(lab, two, 2)
    expect(await seen(lab)).toEqual(['2'])
  })

  test('a dropped call proves itself in the crash of its caller', async () => {
    const lab = await faultNode(Root)
    lab.inject('drop', ['Root/sink'], { when: { kind: 'once' } })
    lab.node.cast(one, { type: 'ask', n: 1 })
    await lab.advance(1_500)
    expect(lab.crashes).toMatchObject([{ touches: [{ kind: 'drop', role: 'direct', firing: 'L1:1' }] }])
    expect(lab.ended).toEqual(['L1 fired'])
  })
})

describe('duplicate', () => {
  test('delivers so many copies more, right behind the message', async () => {
    const lab = await faultNode(Root)
    lab.inject('duplicate', ['Root/sink'], {
      when: { kind: 'times', times: 2 },
      parameters: { copies: 3, messageType: 'note' },
    })
    say(lab, 1, 3)
    expect(await seen(lab)).toEqual(['1', '1', '1', '1', '2', '2', '2', '2', '3'])
    await lab.settle()
    expect(lab.ended).toEqual(['L1 fired'])
    expect(untouched(lab)).toBe(null)
  })

  test('a call is answered once', async () => {
    const lab = await faultNode(Root)
    lab.inject('duplicate', ['Root/sink'], { when: { kind: 'always' }, parameters: { messageType: 'ask' } })
    const answer = lab.node.call(sink, { type: 'ask', n: 7 })
    await lab.settle()
    expect(await answer).toBe(7)
    expect(await seen(lab)).toEqual(['ask7', 'ask7'])
  })

  test('more than three copies are over the limit', async () => {
    const lab = await faultNode(Root)
    expect(lab.inject('duplicate', ['Root/sink'], { parameters: { copies: 4 } })).toEqual({
      ok: false,
      code: 'fault.over_limit',
    })
  })
})

describe('reorder', () => {
  test('shuffles within a window and loses nothing', async () => {
    const lab = await faultNode(Root)
    lab.inject('reorder', ['Root/sink'], { parameters: { window: 8, messageType: 'note' }, seed: 3 })
    say(lab, 1, 16)
    const got = (await seen(lab)).map(Number)
    expect([...got].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, place) => place + 1))
    expect(got).not.toEqual([...got].sort((a, b) => a - b))
    expect(Math.max(...got.slice(0, 8))).toBe(8)
  })

  test('a window that does not fill is let go after its time, and one that is held at the end in order', async () => {
    const lab = await faultNode(Root)
    lab.inject('reorder', ['Root/sink'], { parameters: { window: 64, holdMs: 200, messageType: 'note' } })
    say(lab, 1, 3)
    expect(await seen(lab)).toEqual([])
    await lab.advance(300)
    expect((await seen(lab)).length).toBe(3)
    say(lab, 4, 9)
    lab.injections.end('L1', 'released')
    expect((await seen(lab)).slice(3)).toEqual(['4', '5', '6', '7', '8', '9'])
    expect(lab.last()).toMatchObject({ held: 0, targets: [{ state: 'recovered' }] })
  })

  test('a call is not overtaken by what was sent after it, nor does it overtake, unless asked', async () => {
    const lab = await faultNode(Root)
    lab.inject('reorder', ['Root/sink'], { parameters: { window: 64 } })
    say(lab, 1, 4)
    const got = await seen(lab)
    expect([...got].sort()).toEqual(['1', '2', '3', '4'])
  })
})

describe('corrupt', () => {
  test('changes one field of a copy, and never the type', async () => {
    const lab = await faultNode(Root)
    lab.inject('corrupt', ['Root/sink'], {
      when: { kind: 'times', times: 20 },
      parameters: { mutation: 'number', messageType: 'note' },
    })
    const sent = Array.from({ length: 20 }, (_, place) => ({ type: 'note', n: place + 1 }))
    for (const message of sent) lab.node.send(sink, message as never)
    const got = (await seen(lab)).map(Number)
    expect(got).toHaveLength(20)
    expect(got.every((n, place) => n !== place + 1)).toBe(true)
    expect(sent.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1))
  })
})

describe('flood', () => {
  test('fills a mailbox up to its cap, and takes out what still waits', async () => {
    const lab = await faultNode(Root)
    lab.inject('hang', ['Root/sink'])
    say(lab, 1, 2)
    lab.inject('flood', ['Root/sink'], { parameters: { perS: 2_000, capLength: 500 } })
    await lab.advance(200)
    expect(lab.process('Root/sink').mailboxLength).toBeGreaterThan(300)
    await lab.advance(2_000)
    expect(lab.process('Root/sink').mailboxLength).toBe(500)
    say(lab, 3, 3)
    lab.injections.end('L2', 'released')
    expect(lab.process('Root/sink').mailboxLength).toBe(3)
    expect(lab.last('L2')).toMatchObject({
      touched: 498,
      readBack: '1 of 1 read back: no synthetic message is left in the mailbox',
    })
    lab.injections.end('L1', 'released')
    expect(await seen(lab)).toEqual(['1', '2', '3'])
  })

  test('a crash at a synthetic message is its own', async () => {
    const Picky = GenServer.define<{ args: undefined; state: null; infos: { 'orrery.flood': object } }>({
      module: 'Picky',
      init: () => null,
      handleInfo: {
        'orrery.flood': () => {
          throw new Error('what is this?')
        },
      },
    })
    const Pickies = Supervisor.define({
      module: 'Root',
      intensity: 1_000,
      periodMs: 5_000,
      children: () => [child(Picky, { id: 'picky', args: undefined })],
    })
    const lab = await faultNode(Pickies)
    lab.inject('flood', ['Root/picky'], { parameters: { perS: 100 }, follow: 'static' })
    await lab.advance(500)
    expect(lab.crashes).toMatchObject([
      { touches: [{ fault: 'F-L1', kind: 'flood', role: 'direct', firing: 'L1:1' }] },
    ])
    expect(lab.ended).toEqual(['L1 target-gone'])
  })

  test('a rate that is too high for all its targets together is over the limit', async () => {
    const lab = await faultNode(Root)
    const keys = Array.from({ length: 11 }, () => 'Root/sink')
    expect(lab.inject('flood', keys, { parameters: { perS: 100_000 } })).toEqual({
      ok: false,
      code: 'fault.over_limit',
    })
  })
})

describe('together', () => {
  test('several faults lie upon one process, and a message meets them in the order they were laid', async () => {
    const lab = await faultNode(Root)
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 300, messageType: 'note' } })
    lab.inject('duplicate', ['Root/sink'], { when: { kind: 'always' }, parameters: { messageType: 'note' } })
    say(lab, 1, 2)
    expect(await seen(lab)).toEqual([])
    await lab.advance(400)
    expect(await seen(lab)).toEqual(['1', '1', '2', '2'])
    lab.injections.end('L1', 'released')
    say(lab, 3, 3)
    expect((await seen(lab)).slice(4)).toEqual(['3', '3'])
    lab.injections.end('L2', 'released')
    expect(untouched(lab)).toBe(null)
  })

  test('[WIRE-98] exits and DOWN pass whatever lies upon their target', async () => {
    const lab = await faultNode(Root)
    lab.inject('drop', ['Root/sink'], { when: { kind: 'always' } })
    lab.inject('delay', ['Root/sink'], { parameters: { delayMs: 60_000 } })
    const { pid } = lab.process('Root/sink')
    lab.node.exit(lab.process('Root/sink'), 'enough')
    await lab.settle()
    expect(lab.node.process(pid)).toBe(null)
  })
})

describe('[WIRE-96] the same seed and the same messages', () => {
  const play = async (fault: 'delay' | 'drop' | 'duplicate' | 'reorder' | 'corrupt', seed: number) => {
    const lab = await faultNode(Root)
    const parameters = fault === 'delay' ? { delayMs: 100, jitterMs: 90 } : {}
    lab.inject(fault, ['Root/sink'], {
      when: { kind: 'probability', probability: 0.4 },
      parameters: { ...parameters, messageType: 'note' },
      seed,
    })
    for (let n = 1; n <= 60; n++) {
      say(lab, n, n)
      if (n % 7 === 0) await lab.advance(40)
    }
    await lab.advance(1_000)
    const got = await seen(lab)
    lab.injections.end('L1', 'released')
    expect(lab.failures).toEqual([])
    return {
      got,
      firings: lab.last().firings,
      letters: lab.letters.map(({ firing, message }) => [firing, message]),
    }
  }
  test.each(['delay', 'drop', 'duplicate', 'reorder', 'corrupt'] as const)(
    '%s plays again',
    async (fault) => {
      const first = await play(fault, 7)
      expect(first.firings).toBeGreaterThan(10)
      expect(first.firings).toBeLessThan(50)
      expect(await play(fault, 7)).toEqual(first)
      if (fault !== 'delay') expect((await play(fault, 8)).got).not.toEqual(first.got)
    },
  )
})
