/** Faults of a node as a whole and of its ports: what each does, that it is undone, and what proves it. */
import { child, GenServer, nameOf, noreply, Port, reply, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { faultNode } from '../../testing/fault-node.ts'
import { memoryOn } from './memory.ts'

const wire: string[] = []
const Line = Port.define<{ resource: (text: string) => void }>({
  module: 'Line',
  isLine: true,
  open: (_args, ctx) => (text) => {
    if (ctx.node.ports.carries('line', 'out')) wire.push(text)
  },
})
const Store = Port.define<{ resource: Map<string, string> }>({ module: 'Store', open: () => new Map() })
const line = Port.nameOf(Line, 'line')
const store = Port.nameOf(Store, 'store')

const User = GenServer.define<{
  args: undefined
  state: null
  casts: { save: object; saveSoon: object; say: { text: string }; sayAndFail: object }
  calls: { read: () => string }
}>({
  module: 'User',
  init: () => null,
  handleCast: {
    save: async (_message, state, ctx) => {
      await Port.use(ctx, store, (map) => map.set('a', 'b'), { operation: 'save' })
      return noreply(state)
    },
    saveSoon: async (_message, state, ctx) => {
      await Port.use(ctx, store, (map) => map.set('a', 'b'), { operation: 'save', timeoutMs: 300 })
      return noreply(state)
    },
    say: async ({ text }, state, ctx) => {
      await Port.use(ctx, line, (say) => say(text))
      return noreply(state)
    },
    sayAndFail: async (_message, _state, ctx) => {
      await Port.use(ctx, line, (say) => say('last'))
      throw new Error('no answer came')
    },
  },
  handleCall: {
    read: async (_message, _from, state, ctx) =>
      reply(await Port.use(ctx, store, (map) => map.get('a') ?? 'none', { operation: 'read' }), state),
  },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 100,
  periodMs: 5_000,
  children: () => [
    child(Line, { id: 'line', name: line }),
    child(Store, { id: 'store', name: store }),
    child(User, { id: 'user', args: undefined, name: 'user' }),
  ],
})
const user = nameOf(User, 'user')

test('clock: the wall clock is out by offset and drift, leases are not, and it is right to the millisecond afterwards', async () => {
  const lab = await faultNode(Root)
  const trueMs = () => lab.node.clock.hostWallMs()
  lab.inject('clock', [], { parameters: { offsetMs: -3_000, driftPercent: 100 }, durationMs: 10_000 })
  expect(lab.node.clock.wallMs() - trueMs()).toBe(-3_000)
  await lab.advance(9_900)
  expect(lab.node.clock.wallMs() - trueMs()).toBe(6_900)
  // What the hub is told is timed by the host's clock.
  expect(lab.source.wallMs()).toBe(trueMs())
  expect(lab.ended).toEqual([])
  await lab.advance(100)
  expect(lab.ended).toEqual(['L1 expired'])
  expect(lab.node.clock.wallMs()).toBe(trueMs())
  expect(lab.last()).toMatchObject({
    state: 'ended',
    targets: [{ key: '', pid: '', state: 'recovered' }],
    readBack: '1 of 1 read back: wall clock and clock of the node agree to the millisecond',
  })
})

test('clock: a second one is refused while the first lasts, and a lost hub sets it right', async () => {
  const lab = await faultNode(Root)
  lab.inject('clock', [])
  expect(lab.inject('clock', [])).toEqual({ ok: false, code: 'fault.busy' })
  await lab.advance(5_000, true)
  expect(lab.node.clock.skewMs()).toBe(0)
  expect(lab.ended).toEqual(['L1 hub-lost'])
})

test('partition: what goes out vanishes and is counted; a crash of who used the line is proven; healed, it carries', async () => {
  const lab = await faultNode(Root)
  wire.length = 0
  lab.inject('partition', [], { port: 'line', parameters: { direction: 'out' } })
  lab.node.cast(user, { type: 'say', text: 'one' })
  await lab.settle()
  lab.node.cast(user, { type: 'sayAndFail' })
  await lab.advance(1_400)
  expect(wire).toEqual([])
  expect(lab.node.ports.carries('line', 'in')).toBe(true)
  expect(lab.crashes.at(-1)?.touches).toEqual([
    { fault: 'F-L1', kind: 'partition', role: 'direct', firing: 'L1:1' },
  ])
  expect(lab.last()).toMatchObject({ state: 'active', dropped: 2, touched: 2, firings: 1, crashes: 1 })
  expect(lab.source.faults.ports.get('line')).toMatchObject({ blocked: 'out' })
  lab.injections.end('L1', 'released')
  lab.node.cast(user, { type: 'say', text: 'two' })
  await lab.settle()
  expect(wire).toEqual(['two'])
  expect(lab.last()).toMatchObject({
    state: 'ended',
    dropped: 2,
    targets: [{ key: 'line', state: 'recovered' }],
    readBack: '1 of 1 read back: the port carries both ways',
  })
})

test('partition: a port that is no line, and one that is not there, are refused', async () => {
  const lab = await faultNode(Root)
  const refused = (code: string) => ({ value: { targets: [{ state: 'refused', code }] } })
  expect(lab.inject('partition', [], { port: 'store' })).toMatchObject(refused('node.unsupported'))
  expect(lab.inject('partition', [], { port: 'nobody' })).toMatchObject(refused('port.unknown'))
  expect(lab.inject('dependency', [], { port: 'nobody' })).toMatchObject(refused('port.unknown'))
  expect(lab.inject('dependency', [])).toEqual({ ok: false, code: 'fault.no_target' })
  expect(lab.node.ports.get('nobody')).toBeNull()
})

test('dependency: uses of one operation fail, by seed, and the crash is proven; others are not touched; undone, they work', async () => {
  const lab = await faultNode(Root)
  lab.inject('dependency', [], { port: 'store', parameters: { mode: 'fail', operation: 'save' } })
  expect(await lab.node.call(user, { type: 'read' })).toBe('none')
  lab.node.cast(user, { type: 'save' })
  await lab.advance(1_400)
  expect(lab.crashes).toMatchObject([
    { key: 'Root/user', touches: [{ fault: 'F-L1', kind: 'dependency', role: 'direct', firing: 'L1:1' }] },
  ])
  expect(lab.last()).toMatchObject({ firings: 1, touched: 1, crashes: 1 })
  lab.injections.end('L1', 'released')
  lab.node.cast(user, { type: 'save' })
  await lab.settle()
  expect(await lab.node.call(user, { type: 'read' })).toBe('b')
  expect(lab.node.ports.get('store')).toMatchObject({ isIntercepted: false })
  expect(lab.last()).toMatchObject({
    readBack: '1 of 1 read back: no interceptor of this fault is on the port',
  })
})

test('dependency: slow uses wait so long and then work; what gets no answer goes on when it is undone', async () => {
  const lab = await faultNode(Root)
  let answer: string | undefined
  const read = () =>
    void lab.node.call(user, { type: 'read' }, { timeoutMs: 60_000 }).then((said) => (answer = said))
  lab.inject('dependency', [], { port: 'store', parameters: { mode: 'slow', delayMs: 700 } })
  read()
  await lab.advance(600)
  expect(answer).toBeUndefined()
  await lab.advance(200)
  expect(answer).toBe('none')
  lab.injections.end('L1', 'released')
  answer = undefined
  lab.inject('dependency', [], { port: 'store', parameters: { mode: 'timeout' } })
  read()
  await lab.advance(10_000)
  expect(answer).toBeUndefined()
  expect(lab.last('L2')).toMatchObject({ held: 1, firings: 1 })
  lab.injections.end('L2', 'released')
  await lab.settle()
  expect(answer).toBe('none')
  expect(lab.last('L2')).toMatchObject({ held: 0, targets: [{ state: 'recovered' }] })
})

test('dependency: a use that gives up waiting is a crash that the firing proves', async () => {
  const lab = await faultNode(Root)
  lab.inject('dependency', [], { port: 'store', parameters: { mode: 'timeout' } })
  lab.node.cast(user, { type: 'saveSoon' })
  await lab.advance(1_000)
  expect(lab.crashes).toMatchObject([{ touches: [{ kind: 'dependency', role: 'direct', firing: 'L1:1' }] }])
})

test('two faults lie behind each other on one port, and each takes out only itself', async () => {
  const lab = await faultNode(Root)
  lab.inject('dependency', [], { port: 'line', parameters: { mode: 'slow', delayMs: 500 } })
  lab.inject('partition', [], { port: 'line' })
  wire.length = 0
  lab.node.cast(user, { type: 'say', text: 'lost' })
  await lab.advance(1_400)
  expect(lab.last('L2')).toMatchObject({ dropped: 1 })
  lab.injections.end('L2', 'released')
  expect(lab.node.ports.get('line')).toMatchObject({ isIntercepted: true, blocked: 'none' })
  lab.injections.end('L1', 'released')
  expect(lab.node.ports.get('line')).toMatchObject({ isIntercepted: false })
  expect(wire).toEqual([])
})

test('memory: the share is held in steps, never what the node needs to live, and freed', () => {
  const MB = 1_048_576
  const heap = { limitBytes: 400 * MB, usedBytes: 100 * MB }
  const waits: (() => void)[] = []
  let minted = 0
  const order = {
    parameters: { percent: 20 },
    mint: () => `L1:${++minted}`,
    time: {
      nowMs: () => 0,
      after(_ms: number, run: () => void) {
        waits.push(run)
        return () => void waits.splice(waits.indexOf(run), 1)
      },
      spin: () => undefined,
    },
  }
  const before = process.memoryUsage().heapUsed
  const applied = memoryOn(() => heap).apply(order as never, {} as never)
  if ('refused' in applied) throw new Error(applied.refused)
  const step = () => waits.shift()?.()
  while (waits.length > 0 && process.memoryUsage().heapUsed - before < 60 * MB) step()
  expect(applied.check()).toMatch(/bytes are still held/)
  // Now the node itself needs what there is.
  heap.usedBytes = 297 * MB
  const held = applied.check()
  step()
  step()
  expect(applied.check()).toBe(held)
  heap.usedBytes = 150 * MB
  while (waits.length > 0) step()
  expect(applied.check()).toBe(`${80 * MB} bytes are still held`)
  expect(process.memoryUsage().heapUsed - before).toBeGreaterThan(70 * MB)
  applied.undo()
  expect(applied.check()).toBeNull()
  expect(minted).toBe(1)
})
