/** Process groups, after OTP's `pg`. */
import { expect, test } from 'vitest'
import { type Context, GenServer, type GroupMessage, MisuseError, noreply, type Pid, pg } from './index.ts'
import { createVirtualNode } from './testing.ts'

const idle = { handle: () => undefined }

test('[PG-1] members stand in the order of joining, as often as they joined, and leave as often', async () => {
  const { node, time } = createVirtualNode()
  const [a, b] = [node.spawn(idle), node.spawn(idle)]
  pg.join(node, 'g', a)
  pg.join(node, 'g', b)
  pg.join(node, 'g', a)
  expect(pg.getMembers(node, 'g')).toEqual([a, b, a])
  expect(pg.leave(node, 'g', a)).toBe(true)
  expect(pg.getMembers(node, 'g')).toEqual([b, a])
  expect(pg.leave(node, 'g', a)).toBe(true)
  expect(pg.leave(node, 'g', a)).toBe(false)
  expect(pg.getMembers(node, 'g')).toEqual([b])
  expect(pg.whichGroups(node)).toEqual(['g'])
  pg.leave(node, 'g', b)
  expect(pg.whichGroups(node)).toEqual([])
  await time.settle()
})

test('[PG-2] who ends leaves all its groups before those who monitor it are told', async () => {
  const { node, time } = createVirtualNode()
  const member = node.spawn(idle)
  for (const group of ['g', 'g', 'h']) pg.join(node, group, member)
  const seen: (readonly Pid[])[] = []
  node.spawn({
    init: (ctx) => {
      ctx.monitor(member)
    },
    handle: () => void seen.push(pg.getMembers(node, 'g')),
  })
  await time.settle()
  node.exit(member, 'kill')
  await time.settle()
  expect(seen).toEqual([[]])
  expect(pg.whichGroups(node)).toEqual([])
})

test('[PG-3] who monitors a group gets its members of now, and is told of each joining and leaving until it ends that', async () => {
  const { node, time } = createVirtualNode()
  const told: string[] = []
  const [a, b] = [node.spawn(idle), node.spawn(idle)]
  pg.join(node, 'g', a)
  let before: readonly Pid[] = []
  const watcher = node.spawn({
    init: (ctx: Context<GroupMessage>) => {
      before = pg.monitor(ctx, 'g')
    },
    handle({ type, pid }: GroupMessage, ctx) {
      told.push(`${type} ${pid}`)
      if (told.length === 3) expect(pg.demonitor(ctx, 'g')).toBe(true)
    },
  })
  await time.settle()
  expect(before).toEqual([a])
  pg.join(node, 'g', b)
  node.exit(a, 'kill')
  await time.settle()
  pg.leave(node, 'g', b)
  await time.settle()
  pg.join(node, 'g', b)
  await time.settle()
  expect(told).toEqual([`join ${b}`, `leave ${a}`, `leave ${b}`])
  node.exit(watcher, 'kill')
  await time.settle()
})

test('[PG-4] a process that has ended, and a group without a name, are refused', async () => {
  const { node, time } = createVirtualNode()
  const gone = node.spawn(() => undefined)
  await time.settle()
  expect(() => pg.join(node, 'g', gone)).toThrow(MisuseError)
  expect(() => pg.join(node, '', node.spawn(idle))).toThrow(MisuseError)
})

test('[PG-5] a group may be typed by what its members accept', () => {
  const Clerk = GenServer.define<{ state: null; infos: { flush: { all: boolean } } }>({
    module: 'Clerk',
    init: () => null,
    handleInfo: { flush: (_message, state) => noreply(state) },
  })
  const { node } = createVirtualNode()
  const clerks = pg.groupOf(Clerk, 'clerks')
  pg.join(node, clerks, node.spawn(Clerk))
  for (const clerk of pg.getMembers(node, clerks)) {
    node.send(clerk, { type: 'flush', all: true })
    // @ts-expect-error clerks take no such message
    node.send(clerk, { type: 'flush', all: 1 })
  }
  expect(pg.getMembers(node, clerks)).toHaveLength(1)
})
