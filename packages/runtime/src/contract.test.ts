import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Context,
  Contract,
  type ContractBreach,
  type ContractPolicy,
  type DeadLetter,
  GenServer,
  noreply,
  type RawCrash,
  reply,
} from './index.ts'
import { createVirtualNode } from './testing.ts'

const files = Contract.define({
  name: 'files',
  calls: {
    open: {
      message: z.object({ type: z.literal('open'), path: z.string() }),
      reply: z.enum(['opened', 'denied']),
    },
    read: { reply: z.string() },
    close: {},
    stats: {},
  },
  casts: { hint: { message: z.object({ type: z.string(), size: z.number().int() }) } },
  order: {
    initial: 'closed',
    states: {
      closed: { open: { byReply: { opened: 'opened', denied: 'closed' } } },
      opened: { read: 'opened', close: 'closed' },
    },
  },
})

const Files = GenServer.define<{
  state: { reads: number }
  calls: {
    open: (message: { path: string }) => 'opened' | 'denied'
    read: () => string
    close: () => null
    stats: () => number
    secret: () => number
  }
  casts: { hint: { size: number } }
}>({
  module: 'Files',
  contract: files,
  init: () => ({ reads: 0 }),
  handleCall: {
    open: ({ path }, _from, state) => reply(path === '/etc/shadow' ? 'denied' : 'opened', state),
    read: (_message, _from, { reads }) => reply((reads < 1 ? 'text' : 42) as string, { reads: reads + 1 }),
    close: (_message, _from, state) => reply(null, state),
    stats: (_message, _from, state) => reply(state.reads, state),
    secret: (_message, _from, state) => reply(1, state),
  },
  handleCast: {
    hint: ({ size }, state) => {
      if (size < 0) throw new RangeError('negative')
      return noreply(state)
    },
  },
})

async function system(contracts: ContractPolicy) {
  const { node, time } = createVirtualNode({ contracts })
  const breaches: ContractBreach[] = []
  const crashes: RawCrash[] = []
  const letters: DeadLetter[] = []
  node.hooks = {
    contractBroken: (breach) => breaches.push(breach),
    processCrashed: (crash) => crashes.push(crash),
    deadLetter: (letter) => letters.push(letter),
  }
  const server = await node.start(Files, { name: 'files' })
  return { node, time, breaches, crashes, letters, server }
}

test('[CON-1] who keeps the contract hears nothing of it', async () => {
  const { node, server, breaches } = await system('enforce')
  expect(await node.call(server, { type: 'open', path: '/etc/shadow' })).toBe('denied')
  expect(await node.call(server, { type: 'open', path: '/tmp/a' })).toBe('opened')
  expect(await node.call(server, { type: 'read' })).toBe('text')
  expect(await node.call(server, { type: 'stats' })).toBe(1)
  expect(await node.call(server, { type: 'close' })).toBeNull()
  node.cast(server, { type: 'hint', size: 3 })
  expect(breaches).toEqual([])
})

test('[CON-2] a client that sends what it must not is named, and refused where contracts are enforced', async () => {
  const { node, time, server, breaches, letters } = await system('enforce')
  await expect(node.call(server, { type: 'read' })).rejects.toThrow(/contract_broken/)
  await expect(node.call(server, { type: 'open', path: 7 as never })).rejects.toThrow(/contract_broken/)
  await expect(node.call(server, { type: 'secret' })).rejects.toThrow(/contract_broken/)
  node.cast(server, { type: 'hint', size: 1.5 })
  await time.settle()
  expect(breaches.map(({ side, what, type, state }) => [side, what, type, state])).toEqual([
    ['client', 'out_of_order', 'read', 'closed'],
    ['client', 'bad_message', 'open', 'closed'],
    ['client', 'unknown_message', 'secret', 'closed'],
    ['client', 'bad_message', 'hint', 'closed'],
  ])
  expect(breaches[0]?.why).toBe('read may not come in state closed; open may')
  expect(breaches[1]?.why).toMatch(/^path: /)
  expect(letters).toMatchObject([{ why: 'contract', message: { type: 'hint' } }])
  expect(await node.call(server, { type: 'stats' })).toBe(0)
  expect(node.counters.contractsBroken).toBe(4)
})

test('[CON-3] a server that answers what it has not promised is named, and crashes where contracts are enforced', async () => {
  const { node, time, server, breaches, crashes } = await system('enforce')
  await node.call(server, { type: 'open', path: '/a' })
  await node.call(server, { type: 'read' })
  await expect(node.call(server, { type: 'read' })).rejects.toThrow(/contract_broken/)
  await time.settle()
  expect(breaches).toMatchObject([
    { side: 'server', what: 'bad_reply', type: 'read', kind: 'reply', isRefused: true },
  ])
  expect(crashes).toMatchObject([
    {
      reason: { tag: 'contract_broken', contract: 'files' },
      message: { type: 'read', breach: { contract: 'files', side: 'server', what: 'bad_reply' } },
    },
  ])
})

test('[CON-4] reported only, everything goes on, and a crash says that the message broke the contract', async () => {
  const { node, time, server, breaches, crashes } = await system('report')
  expect(await node.call(server, { type: 'read' })).toBe('text')
  expect(await node.call(server, { type: 'secret' })).toBe(1)
  node.cast(server, { type: 'hint', size: -0.5 })
  await time.settle()
  expect(breaches.map(({ what, isRefused }) => [what, isRefused])).toEqual([
    ['out_of_order', false],
    ['unknown_message', false],
    ['bad_message', false],
  ])
  expect(crashes[0]?.message?.breach).toMatchObject({ side: 'client', what: 'bad_message' })
})

test('[CON-5] each client has its own place in the order', async () => {
  const { node, time, breaches } = await system('enforce')
  const open = async (ctx: Context<string>) => {
    await ctx.call('files', { type: 'open', path: '/a' })
    await ctx.receive()
  }
  const first = node.spawn(open, { name: 'first' })
  await time.settle()
  let failed: unknown
  node.spawn(
    async (ctx: Context<never>) => {
      failed = await ctx.call('files', { type: 'read' }).catch((error: Error) => error.message)
    },
    { name: 'second' },
  )
  await time.settle()
  expect(failed).toMatch(/contract_broken/)
  expect(breaches[0]?.client?.name ?? 'ended').toMatch(/second|ended/)
  void first
})

test('[CON-6] off, which is the default, costs nothing and sees nothing', async () => {
  const { node, server, breaches } = await system('off')
  expect(await node.call(server, { type: 'secret' })).toBe(1)
  expect(breaches).toEqual([])
  expect(createVirtualNode().node.contracts).toBe('off')
})

test('[CON-7] a contract that leads nowhere is refused where it is defined', () => {
  expect(() => Contract.define({ name: 'x', order: { initial: 'a', states: { a: { go: 'b' } } } })).toThrow(
    /there is no state b/,
  )
})
