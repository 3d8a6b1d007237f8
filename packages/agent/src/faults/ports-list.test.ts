/** What a node says of its ports when it is asked: to anybody, consent or not. */
import { portList } from '@orrery/protocol'
import { child, Port, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { startConstellation, until } from '../testing/constellation.ts'

const Line = Port.define<{ resource: object }>({ module: 'Line', isLine: true, open: () => ({}) })
const Store = Port.define<{ resource: object }>({ module: 'Store', open: () => ({}) })
const Root = Supervisor.define({
  module: 'Root',
  children: () => [child(Line, { id: 'line', name: 'line' }), child(Store, { id: 'store', name: 'store' })],
})

test('[WIRE-110] the ports of a node are listed by name, with what a fault holds of them', async () => {
  const { hub, node } = await startConstellation(Root, { faults: 'refuse' })
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  expect(hub.hellos[0]?.capabilities).toContain('inspect.ports')
  await Port.use(node, Port.nameOf(Store, 'store'), () => 1)
  node.ports.block('line', 'out')
  hub.command({ op: 'ports.list', id: 'list-1' })
  await until(() => expect(hub.of('command.result')).toHaveLength(1))
  const { result } = hub.of('command.result')[0] ?? {}
  const { ports } = portList.parse(result?.ok === true ? result.value : null)
  const rest = { isOpen: true, isIntercepted: false, failures: 0, underWay: 0 }
  expect(ports).toEqual([
    { name: 'line', module: 'Line', isLine: true, blocked: 'out', uses: 0, ...rest },
    { name: 'store', module: 'Store', isLine: false, blocked: 'none', uses: 1, ...rest },
  ])
})
