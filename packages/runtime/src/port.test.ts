import { expect, test } from 'vitest'
import { type Context, child, Port, PortError, type RawCrash, Supervisor, sys } from './index.ts'
import { createVirtualNode } from './testing.ts'

interface Connection {
  id: number
  isOpen: boolean
}

function database() {
  const opened: Connection[] = []
  const Database = Port.define<{ args: { failsOnce?: boolean } | undefined; resource: Connection }>({
    module: 'Database',
    open: async (args, ctx) => {
      await ctx.node.after(10)
      if (args?.failsOnce === true && opened.length === 1) throw new Error('refused')
      const connection = { id: opened.length + 1, isOpen: true }
      opened.push(connection)
      return connection
    },
    close: (connection) => {
      connection.isOpen = false
    },
    formatStatus: ({ id }) => ({ id }),
  })
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Database, { id: 'database', name: 'database' })],
  })
  return { opened, Root, name: Port.nameOf(Database, 'database'), Database }
}

async function running() {
  const { node, time } = createVirtualNode()
  const { Root, ...rest } = database()
  const up = node.start(Root, { name: 'root' })
  await time.advance(10)
  await up
  return { node, time, ...rest }
}

test('[PORT-1] a port opens its resource, lends it, counts, and closes it when it ends', async () => {
  const { node, opened, name } = await running()
  expect(await Port.use(node, name, (connection) => `from ${connection.id}`)).toBe('from 1')
  await expect(
    Port.use(node, name, () => {
      throw new RangeError('bad query')
    }),
  ).rejects.toThrow('bad query')
  expect(node.ports.get('database')).toMatchObject({ isOpen: true, uses: 2, failures: 1, underWay: 0 })
  expect(await sys.getState(node, 'database')).toMatchObject({ uses: 2, resource: { id: 1 } })
  expect(node.process('database')).toMatchObject({ behaviour: 'Port', module: 'Database' })
  await Supervisor.terminateChild(node, 'root', 'database')
  expect(opened.map(({ isOpen }) => isOpen)).toEqual([false])
  expect(node.ports.list()).toMatchObject([{ name: 'database', isOpen: false }])
})

test('[PORT-2] what is under way when the port ends is aborted; its supervisor opens it again', async () => {
  const { node, time, opened, name } = await running()
  let reason: unknown
  const use = Port.use(node, name, (_connection, signal) => {
    signal.addEventListener('abort', () => {
      reason = signal.reason
    })
    return new Promise<never>(() => undefined)
  }).catch((error: unknown) => error)
  await time.settle()
  node.exit(node.process('database') as never, 'kill')
  expect(await use).toMatchObject({ name: 'PortError', reason: 'port_cut', port: 'database' })
  expect(reason).toBeInstanceOf(PortError)
  await expect(Port.use(node, name, () => 1)).rejects.toMatchObject({ reason: 'port_closed' })
  await time.advance(10)
  expect(await Port.use(node, name, ({ id }) => id)).toBe(2)
  expect(opened.map(({ isOpen }) => isOpen)).toEqual([false, true])
})

test('[PORT-3] an interceptor slows and fails uses by name, over restarts, and its firings are proven', async () => {
  const { node, time, name } = await running()
  const crashes: RawCrash[] = []
  node.hooks = { processCrashed: (crash) => crashes.push(crash) }
  const seen: string[] = []
  node.ports.intercept('database', {
    beforeUse: (use) => {
      seen.push(`${use.operation} by ${use.by?.name}`)
      return node.after(100)
    },
  })
  let value: number | undefined
  node.spawn(
    async (ctx: Context<never>) => {
      value = await Port.use(ctx, name, ({ id }) => id, { operation: 'query' })
    },
    { name: 'user' },
  )
  await time.advance(99)
  expect(value).toBeUndefined()
  await time.advance(1)
  expect(value).toBe(1)
  expect(seen).toEqual(['query by user'])
  node.exit(node.process('database') as never, 'kill')
  await time.advance(20)
  expect(node.ports.get('database')).toMatchObject({ isOpen: true, isIntercepted: true })
  node.ports.intercept('database', {
    beforeUse: () => {
      throw new PortError('database', 'port_cut', 'fault-7')
    },
  })
  const failing = node.spawn({
    handle: async (_message: string, ctx: Context<string>) => {
      await Port.use(ctx, name, () => 1)
    },
  })
  node.send(failing, 'go')
  await time.settle()
  expect(crashes.at(-1)).toMatchObject({ error: { message: 'database: port_cut' }, firings: ['fault-7'] })
  node.ports.intercept('database', null)
  expect(await Port.use(node, name, () => 1)).toBe(1)
})

test('[PORT-4] cut aborts what is under way; a use gives up after its timeout; who ends aborts its own', async () => {
  const { node, time, name } = await running()
  const endless = (_connection: Connection, _signal: AbortSignal) => new Promise<never>(() => undefined)
  const cut = Port.use(node, name, endless).catch((error: PortError) => error)
  await time.settle()
  node.ports.cut('database', 'fault-8')
  expect(await cut).toMatchObject({ reason: 'port_cut', firing: 'fault-8' })
  const late = Port.use(node, name, endless, { timeoutMs: 50 }).catch((error: PortError) => error)
  await time.advance(50)
  expect(await late).toMatchObject({ reason: 'timeout' })
  let isAborted = false
  const user = node.spawn(async (ctx: Context<never>) => {
    await Port.use(ctx, name, (_connection, signal) => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      return new Promise<never>(() => undefined)
    })
  })
  await time.settle()
  node.exit(user as never, 'kill')
  await time.settle()
  expect(isAborted).toBe(true)
})

test('[PORT-5] a port without a name, or that cannot open, does not start and says why', async () => {
  const { node, time } = createVirtualNode()
  const { Database } = database()
  await expect(node.start(Database, { args: undefined })).rejects.toThrow(/needs a name/)
  const Broken = Port.define<{ resource: null }>({
    module: 'Broken',
    open: () => {
      throw new Error('no route')
    },
  })
  await expect(node.start(Broken, { name: 'broken' })).rejects.toThrow(/no route/)
  await expect(Port.use(node, 'nobody', () => 1)).rejects.toThrow(/nobody: port_closed/)
  await time.settle()
})

test('[PORT-6] a line is blocked one way or both, over its restarts, counts what it stops, and carries again', async () => {
  const { node, time } = createVirtualNode()
  const wire: string[] = []
  const Line = Port.define<{ resource: (text: string) => void }>({
    module: 'Line',
    isLine: true,
    open: (_args, ctx) => (text) => {
      if (ctx.node.ports.carries('line', 'out')) wire.push(text)
    },
  })
  const Root = Supervisor.define({
    module: 'Root',
    children: () => [child(Line, { id: 'line', name: 'line' })],
  })
  await node.start(Root, { name: 'root' })
  const say = (text: string) => Port.use(node, Port.nameOf(Line, 'line'), (write) => write(text))
  expect(node.ports.get('line')).toMatchObject({ isLine: true, module: 'Line', blocked: 'none', stopped: 0 })
  node.ports.block('line', 'in')
  await say('one')
  expect(node.ports.carries('line', 'in')).toBe(false)
  node.ports.block('line', 'out')
  await say('two')
  expect(node.ports.carries('line', 'in')).toBe(true)
  node.exit(node.process('line') as never, 'kill')
  await time.settle()
  await say('three')
  node.ports.block('line', 'both')
  await say('four')
  expect(await sys.getState(node, 'line')).toMatchObject({ blocked: 'both' })
  node.ports.block('line', 'none')
  await say('five')
  expect(wire).toEqual(['one', 'five'])
  expect(node.ports.get('line')).toMatchObject({ blocked: 'none', stopped: 4 })
})
