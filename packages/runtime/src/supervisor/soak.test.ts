/** Random trees under random deaths: whatever happens, nothing is orphaned and everything adds up. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Behaviour,
  child,
  GenServer,
  Node,
  noreply,
  type RawCrash,
  type Restart,
  type Strategy,
  Supervisor,
} from '../index.ts'
import type { Proc } from '../process.ts'
import { each, hasLink } from '../relations.ts'
import { virtualTime } from '../testing.ts'

type Shape =
  | { kind: 'worker'; restart: Restart; traps: boolean; initMs: number }
  | {
      kind: 'supervisor'
      restart: Restart
      strategy: Exclude<Strategy, 'simple_one_for_one'>
      children: Shape[]
    }

const restart = fc.constantFrom<Restart>('permanent', 'permanent', 'transient', 'temporary')
const { tree } = fc.letrec<{ tree: Shape; worker: Shape; supervisor: Shape }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, tie('worker'), tie('supervisor')),
  worker: fc.record({
    kind: fc.constant('worker' as const),
    restart,
    traps: fc.boolean(),
    initMs: fc.constantFrom(0, 0, 0, 5),
  }),
  supervisor: fc.record({
    kind: fc.constant('supervisor' as const),
    restart,
    strategy: fc.constantFrom('one_for_one' as const, 'one_for_all' as const, 'rest_for_one' as const),
    children: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
  }),
}))

const Worker = GenServer.define<{
  args: { traps: boolean; initMs: number }
  state: null
  casts: { crash: Record<never, never>; later: Record<never, never> }
}>({
  module: 'Worker',
  init: async ({ traps, initMs }, ctx) => {
    ctx.trapExit(traps)
    if (initMs > 0) await ctx.node.after(initMs)
    return null
  },
  handleCast: {
    crash: () => {
      throw new Error('crash')
    },
    later: async (_message, state, ctx) => {
      await ctx.node.after(3)
      return noreply(state)
    },
  },
  handleOtherInfo: (_message, state) => noreply(state),
  terminate: async (_reason, _state, ctx) => {
    await ctx.node.after(2)
  },
})

function behaviourOf(shape: Shape): Behaviour<never, unknown> {
  if (shape.kind === 'worker') return Worker as Behaviour<never, unknown>
  return Supervisor.define({
    module: 'Sup',
    strategy: shape.strategy,
    intensity: 4,
    periodMs: 20,
    children: () =>
      shape.children.map((inner, i) => {
        const args = inner.kind === 'worker' ? { traps: inner.traps, initMs: inner.initMs } : undefined
        return child(behaviourOf(inner) as Behaviour<unknown, unknown>, {
          id: `c${i}`,
          args,
          restart: inner.restart,
          shutdown: inner.kind === 'worker' ? 1 : 'infinity',
        })
      }),
  }) as Behaviour<never, unknown>
}

/** Every seeded suite obeys it. */
const seed = process.env.ORRERY_SEED === undefined ? {} : { seed: Number(process.env.ORRERY_SEED) }

const deed = fc.record({
  who: fc.nat(50),
  what: fc.constantFrom('kill', 'oops', 'normal', 'shutdown', 'crash', 'later', 'suspend', 'resume'),
  waitMs: fc.nat(6),
})

function check(node: Node, crashes: readonly RawCrash[], isSettled: boolean): void {
  const processes = [...node.processes()] as Proc[]
  processes.forEach((process, i) => {
    expect(process.index).toBe(i)
    expect(process.status).not.toBe('exited')
    // A supervisor that is starting or stopping children hears of its parent's end when that is done.
    if (isSettled && process.childId !== '') expect(process.parent?.status).not.toBe('exited')
    each(process.links, (peer) => {
      expect(hasLink(peer.links, process)).toBe(true)
      expect(peer.status).not.toBe('exited')
    })
  })
  expect(node.condemned).toHaveLength(0)
  expect(node.counters.spawned - node.counters.exited).toBe(processes.length)
  expect(node.counters.crashes).toBe(crashes.length)
  expect(new Set(crashes.map(({ id }) => id)).size).toBe(crashes.length)
  const known = new Map(crashes.map((crash) => [crash.id, crash]))
  for (const { cascade } of crashes) {
    if (cascade.parentCrash === null) expect(cascade.depth).toBe(0)
    else expect(known.get(cascade.parentCrash)?.cascade.rootCrash).toBe(cascade.rootCrash)
  }
}

test('[SOAK-1] under random deaths no process is orphaned, links stay mutual, counts and cascades add up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 3 }),
      fc.array(deed, { maxLength: 25 }),
      async (shapes, deeds) => {
        const time = virtualTime()
        const node = new Node({ name: 'soak@localhost', ...time.options })
        const crashes: RawCrash[] = []
        node.hooks = { processCrashed: (crash) => crashes.push(crash) }
        for (const shape of shapes) {
          const args = shape.kind === 'worker' ? { traps: shape.traps, initMs: shape.initMs } : undefined
          node.spawn(behaviourOf(shape), { args: args as never })
        }
        for (const { who, what, waitMs } of deeds) {
          const all = [...node.processes()]
          const process = all[who % Math.max(1, all.length)]
          if (process === undefined) break
          if (what === 'suspend') node.suspend(process)
          else if (what === 'resume') node.resume(process)
          else if (what === 'crash' || what === 'later')
            node.cast(process.pid as never, { type: what } as never)
          else node.exit(process, what)
          await time.advance(waitMs)
          if (waitMs === 6) check(node, crashes, false)
        }
        for (const process of node.processes()) node.resume(process)
        await time.advance(500)
        check(node, crashes, true)
        expect(node.counters.hookErrors).toBe(0)
        const stopped = node.stop()
        await time.advance(500)
        await stopped
        expect(node.processCount).toBe(0)
      },
    ),
    { numRuns: Number(process.env.ORRERY_RUNS ?? 100), ...seed },
  )
}, 60_000)
