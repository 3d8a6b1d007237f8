/** What a report tells of the state before the failure: what the last message changed, and what nobody can know. */
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { child, GenServer, noreply, type RawCrash, Supervisor, start } from '@orrery/runtime'
import { virtualTime } from '@orrery/runtime/testing'
import { expect, test } from 'vitest'
import { createRedactor } from './redact.ts'
import { renderCrash } from './render-crash.ts'

interface Till {
  open: boolean
  token: string
  drawer: { coins: number }
}

const Cashier = GenServer.define<{
  args: { isFrozen: boolean }
  state: Till
  casts: { take: { coins: number; token: string }; mutate: { coins: number }; fail: object }
}>({
  module: 'Cashier',
  init: ({ isFrozen }) => till({ open: true, token: 'aaaa-1111', drawer: { coins: 1 } }, isFrozen),
  handleCast: {
    take: ({ coins, token }, state) =>
      noreply(till({ ...state, token, drawer: { coins } }, Object.isFrozen(state))),
    mutate: ({ coins }, state) => {
      state.drawer.coins = coins
      return noreply(state)
    },
    fail: () => {
      throw new TypeError('the till is empty')
    },
  },
})

function till(state: Till, isFrozen: boolean): Till {
  if (!isFrozen) return state
  Object.freeze(state.drawer)
  return Object.freeze(state)
}

type Order = { type: 'take'; coins: number; token: string } | { type: 'mutate'; coins: number }

async function stateAfter(isFrozen: boolean, orders: Order[]): Promise<CrashReport['state']> {
  const time = virtualTime()
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Cashier, { id: 'till', name: 'till', args: { isFrozen } })],
  })
  const node = await start(Root, { name: 'test@localhost', ...time.options })
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => void crashes.push(crash) }
  for (const order of [...orders, { type: 'fail' }]) node.cast('till' as never, order as never)
  await time.settle()
  const [raw] = crashes
  if (!raw) throw new Error('nothing crashed')
  const identity = {
    node: 'test@localhost',
    incarnation: '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11',
    release: null,
    startedAt: new Date(0),
    runtime: { kind: 'orrery', name: 'Orrery runtime', version: '0.1.0' },
  }
  // As the agent sends it.
  const redactor = createRedactor()
  return redactor.deep(renderCrash(raw, identity, { why: 'not asked for' }, redactor)).state
}

test('what the last message changed is told path by path; a frozen state is captured as it was', async () => {
  const state = await stateAfter(true, [
    { type: 'take', coins: 2, token: 'bbbb-2222' },
    { type: 'take', coins: 5, token: 'cccc-3333' },
  ])
  expect(state.status).toBe('captured')
  expect(fieldValue(state)?.changed).toEqual([{ path: 'drawer.coins', before: 2, after: 5 }])
})

test('a secret that changed is not told by its change', async () => {
  const state = await stateAfter(true, [{ type: 'take', coins: 5, token: 'cccc-3333' }])
  expect(JSON.stringify(state)).not.toMatch(/aaaa-1111|cccc-3333/)
})

test('a state that nothing keeps from being changed in place is that at the failure, and says so', async () => {
  const state = await stateAfter(false, [{ type: 'take', coins: 5, token: 'x' }])
  expect(state).toMatchObject({
    status: 'truncated',
    why: expect.stringContaining('this is the state at the failure'),
    value: { changed: [{ path: 'drawer.coins', before: 1, after: 5 }] },
  })
})

test('a handler that returns the state it was given leaves no earlier one: unavailable, never a wrong picture', async () => {
  const state = await stateAfter(false, [{ type: 'mutate', coins: 9 }])
  expect(state).toMatchObject({
    status: 'truncated',
    why: expect.stringContaining('unavailable (mutated)'),
    value: { changed: [] },
  })
})
