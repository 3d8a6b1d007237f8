import { Application, child, createNode, GenServer, nameOf, reply, Supervisor } from '@orrery/runtime'

const Store = GenServer.define<{ args: string; state: string; calls: { where: () => string } }>({
  module: 'Store',
  init: (folder) => folder,
  handleCall: { where: (_message, _from, folder) => reply(folder, folder) },
})
const StoreSup = Supervisor.define<{ args: string }>({
  module: 'StoreSup',
  children: (folder) => [child(Store, { id: 'store', name: 'store', args: folder })],
})
const ShopSup = Supervisor.define({ module: 'ShopSup', children: () => [] })

const Storage = Application.define({
  name: 'storage',
  version: '1.0.0',
  env: { folder: '/var/lib/shop' },
  start: ({ env }) => ({ supervisor: StoreSup, args: env.folder }),
})
const Shop = Application.define({
  name: 'shop',
  version: '1.0.0',
  applications: [Storage],
  start: () => ({ supervisor: ShopSup }),
  startPhases: [{ phase: 'open the door' }],
  startPhase: ({ phase }) => console.log(phase), // → open the door
  stop: () => console.log('closed'),
})

const node = createNode({ name: 'thirteenth@localhost' })
console.log(await Application.ensureAllStarted(node, Shop)) // → [ 'storage', 'shop' ]
console.log(await node.call(nameOf(Store, 'store'), { type: 'where' })) // → /var/lib/shop
await node.stop() // → closed
