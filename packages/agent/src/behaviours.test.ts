import { crashReport, inspection } from '@orrery/protocol'
import { Contract, child, GenEvent, GenServer, noreply, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { startConstellation, until } from './testing/constellation.ts'

const Alarms = GenEvent.define<{ events: { raised: { what: string } } }>({ module: 'Alarms' })
const Pager = GenEvent.handler<{ state: { number: string }; events: { raised: { what: string } } }>({
  module: 'Pager',
  init: () => ({ number: '112' }),
  handleEvent: {
    raised: ({ what }) => {
      throw new RangeError(`nobody answers about the ${what}`)
    },
  },
})
const Meter = GenServer.define<{ state: { total: number }; casts: { add: { amount: number } } }>({
  module: 'Meter',
  version: '2.1.0',
  contract: Contract.define({ name: 'meter', casts: {} }),
  init: () => ({ total: 0 }),
  handleCast: {
    add: ({ amount }, { total }) => {
      if (amount < 0) throw new RangeError('negative')
      return noreply({ total: total + amount })
    },
  },
})
const Root = Supervisor.define({
  module: 'Root',
  intensity: 10,
  children: () => [
    child(Alarms, { id: 'alarms', name: 'alarms' }),
    child(Meter, { id: 'meter', name: 'meter' }),
  ],
})

test('an event handler that crashes is a report of a process that goes on', async () => {
  const { hub, node } = await startConstellation(Root)
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  await GenEvent.addHandler(node, 'alarms' as never, Pager, {})
  GenEvent.notify(node, 'alarms' as never, { type: 'raised', what: 'fire' } as never)
  await until(() => expect(hub.reports.size).toBe(1))
  const { report } = [...hub.reports.values()][0] ?? {}
  expect(crashReport.safeParse(report).error).toBeUndefined()
  expect(report).toMatchObject({
    identity: { behaviour: 'GenEvent handler', module: 'Pager', key: 'Root/alarms' },
    mailbox: { value: { fate: 'kept' } },
    outcome: { value: { kind: 'not_restarted' } },
  })
  expect(hub.of('process.exited')).toEqual([])
})

test('an inspection tells version and isolation', async () => {
  const { hub } = await startConstellation(Root)
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  hub.command({ op: 'process.inspect', id: 'i1', target: 'Root/meter' })
  await until(() => expect(hub.of('command.result')).toHaveLength(1))
  const { result } = hub.of('command.result')[0] ?? {}
  const value = result?.ok ? result.value : null
  expect(inspection.safeParse(value).error).toBeUndefined()
  expect(value).toMatchObject({ version: '2.1.0', isolation: null })
})

test('a crash by a message that broke the contract says so, and by whom', async () => {
  const { hub, node } = await startConstellation(Root, { contracts: 'report' })
  node.cast('meter', { type: 'add', amount: -1 })
  await until(() => expect(hub.reports.size).toBe(1))
  const { report } = [...hub.reports.values()][0] ?? {}
  expect(crashReport.safeParse(report).error).toBeUndefined()
  expect(report?.message).toMatchObject({
    value: { breach: { contract: 'meter', side: 'client', what: 'unknown_message' } },
  })
})
