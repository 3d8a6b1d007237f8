/** The same twelve deaths on our runtime, watched by the agent: the reports a hub gets of them, with what was amended later. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type CrashReport, captured } from '@orrery/protocol'
import {
  type Behaviour,
  type ChildSpec,
  type Context,
  child,
  Exit,
  GenServer,
  GenStatem,
  keepState,
  type Node,
  nextState,
  noreply,
  type Pid,
  postpone,
  reply,
  Supervisor,
  start,
  sys,
} from '@orrery/runtime'
import { observe } from '../../src/observe.ts'
import { type TinyHub, tinyHub } from '../../src/testing/tiny-hub.ts'

export const SCENARIOS = [
  'call_error',
  'bad_match_in_cast',
  'exit_in_info',
  'linked_exit',
  'kill',
  'crash_in_init',
  'call_timeout',
  'gives_up',
  'one_for_all',
  'rest_for_one',
  'plain_process',
  'state_machine',
] as const
export type Scenario = (typeof SCENARIOS)[number]

/** An error whose class has the name that Erlang's reason has. */
class Fault extends Error {
  constructor(name: string, n?: number) {
    super(`${name} ${n ?? ''}`)
    this.name = name
  }
}

const silent = { info: () => undefined, warn: () => undefined }

type Money = { total: number }

const Bank = GenServer.define<{
  args: { id: string }
  state: Money
  calls: {
    pay: (message: { amount: number }) => 'ok'
    slow: (message: { ms: number }) => 'ok'
    open_line: (message: { n: number }) => 'ok'
  }
  casts: { post: { n: number }; ask: { ms: number } }
  infos: { tick: { n: number } }
}>({
  module: 'reports',
  init: ({ id }, ctx) => {
    if (id === 'broken') throw new Fault('no_config')
    if (id === 'clerk') ctx.trapExit(true)
    return { total: 7 }
  },
  handleCall: {
    pay: ({ amount }, _from, { total }) => {
      if (amount > total) throw new Fault('insufficient_funds', amount)
      return reply('ok', { total: total - amount })
    },
    slow: async ({ ms }, _from, state) => {
      await wait(ms)
      return reply('ok', state)
    },
    open_line: (_message, _from, state, ctx) => {
      ctx.spawnLink(wire, { name: 'wire' })
      return reply('ok', state)
    },
  },
  handleCast: {
    post: ({ n }) => noreply({ total: posted(n) }),
    ask: async ({ ms }, state, ctx) => {
      await ctx.call('bank' as never, { type: 'slow', ms: ms * 3 } as never, { timeoutMs: ms })
      return noreply(state)
    },
  },
  handleInfo: {
    tick: () => {
      throw new Exit('clock_lost')
    },
  },
})

function posted(n: number): number {
  throw new Fault('badmatch', n)
}

async function wire(): Promise<void> {
  await wait(20)
  throw new Exit('broken_pipe')
}

async function runner(ctx: Context<{ type: 'go'; n: number }>): Promise<void> {
  const { n } = await ctx.receive()
  throw new Fault('no_route', n)
}

const Door = GenStatem.define<{
  state: 'closed'
  data: { knocks: number }
  casts: { knock: { n: number }; push: { n: number } }
}>({
  module: 'reports',
  init: () => nextState('closed', { knocks: 0 }),
  states: {
    closed: (event, data) => {
      if (event.kind !== 'cast') return keepState(data)
      if (event.type === 'knock') return keepState(data, postpone())
      throw new Fault('jammed', event.message.n)
    },
  },
})

/** The reports of one scenario, in the order the hub got them. */
export async function reportsOfOurs(scenario: Scenario): Promise<CrashReport[]> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'orrery-otp-'))
  const hub = await tinyHub()
  const node = await start(supervisorOf(scenario), { name: `${scenario}@localhost`, args: undefined })
  const agent = await observe(node, { hub: hub.url, spoolDir, logger: silent })
  try {
    // The first look at the node's own heap, too: what surrounds a crash is what was seen last.
    while (hub.of('snapshot.end').length === 0 || hub.of('node.vitals').length === 0) await wait(5)
    await run(scenario, node)
    await wait(400)
    return amended(hub)
  } finally {
    await agent.stop()
    await node.stop()
    await hub.close()
    rmSync(spoolDir, { recursive: true, force: true })
  }
}

/** A root that does not give up with it, so that the node goes on. */
function supervisorOf(scenario: Scenario): Behaviour<undefined, unknown> {
  const desk = Supervisor.define({
    module: 'reports',
    strategy: scenario === 'one_for_all' || scenario === 'rest_for_one' ? scenario : 'one_for_one',
    intensity: scenario === 'gives_up' ? 1 : 5,
    periodMs: 5_000,
    children: () => CHILDREN[scenario] ?? [bank('bank')],
  })
  return Supervisor.define({
    module: 'root',
    children: () => [child(desk, { id: 'desk_sup', name: 'desk_sup', restart: 'temporary' })],
  })
}

const bank = (id: string): ChildSpec => child(Bank, { id, name: id, args: { id }, shutdown: 2_000 })

const CHILDREN: { [S in Scenario]?: ChildSpec[] } = {
  call_timeout: [bank('bank'), bank('clerk')],
  one_for_all: [bank('bank'), bank('clerk')],
  rest_for_one: [bank('vault'), bank('bank'), bank('clerk')],
  plain_process: [],
  crash_in_init: [],
  state_machine: [child(Door, { id: 'door', name: 'door', shutdown: 5_000 })],
}

const BANK = 'bank' as never
const cast = (node: Node, to: string, message: object): void => node.cast(to as never, message as never)

async function run(scenario: Scenario, node: Node): Promise<void> {
  switch (scenario) {
    case 'call_error':
      node.spawn(
        async (ctx: Context) =>
          void (await ctx.call(BANK, { type: 'pay', amount: 12 } as never).catch(() => undefined)),
        {
          name: 'teller',
        },
      )
      return
    case 'exit_in_info':
      await sys.suspend(node, BANK)
      for (const n of [1, 2, 3]) node.send(BANK, { type: 'tick', n } as never)
      await sys.resume(node, BANK)
      return
    case 'linked_exit':
      await node.call(BANK, { type: 'open_line', n: 1 } as never)
      return
    case 'kill':
      node.exit(node.whereis(BANK) as Pid, 'kill')
      return
    case 'crash_in_init': {
      const annex = Supervisor.define({ module: 'reports', children: () => [bank('broken')] })
      node.spawn(annex, { name: 'annex_sup' })
      return
    }
    case 'call_timeout':
      cast(node, 'clerk', { type: 'ask', ms: 50 })
      return
    case 'gives_up':
      cast(node, 'bank', { type: 'post', n: 3 })
      await wait(50)
      cast(node, 'bank', { type: 'post', n: 4 })
      return
    case 'plain_process':
      node.send(node.spawn(runner, { name: 'runner' }), { type: 'go', n: 8 })
      return
    case 'state_machine':
      cast(node, 'door', { type: 'knock', n: 1 })
      cast(node, 'door', { type: 'push', n: 9 })
      return
    default:
      cast(node, 'bank', { type: 'post', n: 3 })
  }
}

function amended(hub: TinyHub): CrashReport[] {
  return [...hub.reports.values()].map(({ report }) => {
    const whole = { ...report }
    for (const { crashId, decision, outcome } of hub.of('crash.amended')) {
      if (crashId !== report.id) continue
      if (decision) whole.decision = captured(decision)
      if (outcome) whole.outcome = captured(outcome)
    }
    return whole
  })
}
