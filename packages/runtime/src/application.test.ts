import { expect, test } from 'vitest'
import { type AnyApplication, Application, child, GenServer, noreply, Supervisor } from './index.ts'
import { createVirtualNode } from './testing.ts'

function system() {
  const log: string[] = []
  const Server = GenServer.define<{ args: string; state: string; casts: { fail: object; end: object } }>({
    module: 'Server',
    init: (name, ctx) => {
      ctx.trapExit(true)
      log.push(`${name} up`)
      return name
    },
    handleCast: {
      fail: () => {
        throw new Error('down')
      },
      end: (_message, name) => noreply(name),
    },
    terminate: (_reason, name) => {
      log.push(`${name} down`)
    },
  })
  const Root = Supervisor.define<{ args: string }>({
    module: 'Root',
    intensity: 0,
    children: (name) => [child(Server, { id: 'server', name, args: name })],
  })
  const app = (name: string, applications: readonly AnyApplication[] = []) =>
    Application.define<{ greeting: string }>({
      name,
      version: '1.0.0',
      description: `the ${name}`,
      env: { greeting: `hello from ${name}` },
      applications,
      start: () => ({ supervisor: Root, args: name }),
      startPhases: [{ phase: 'warm' }, { phase: 'open', args: 80 }],
      startPhase: ({ phase, args }, { env }) => {
        log.push(`${name} ${phase}${args === undefined ? '' : ` ${args}`}: ${env.greeting}`)
      },
      prepStop: () => log.push(`${name} prepares`),
      stop: () => log.push(`${name} stopped`),
    })
  return { log, app }
}

test('[APP-1] an application starts after those it needs, phase by phase, and all stop the other way round', async () => {
  const { node, time } = createVirtualNode()
  const { log, app } = system()
  const ledger = app('ledger')
  const billing = app('billing', [ledger])
  const shop = app('shop', [billing, ledger])
  await expect(Application.start(node, billing)).rejects.toThrow(/billing: not_started/)
  expect(await Application.ensureAllStarted(node, shop, { env: { greeting: 'hej' } })).toEqual([
    'ledger',
    'billing',
    'shop',
  ])
  expect(log.slice(-3)).toEqual(['shop up', 'shop warm: hej', 'shop open 80: hej'])
  expect(Application.whichApplications(node).map(({ name, version }) => [name, version])).toEqual([
    ['shop', '1.0.0'],
    ['billing', '1.0.0'],
    ['ledger', '1.0.0'],
  ])
  expect(
    [...node.processes()].filter(({ kind }) => kind === 'supervisor').every(({ isImmune }) => isImmune),
  ).toBe(true)
  log.length = 0
  const stopped = node.stop()
  await time.settle()
  await stopped
  expect(log).toEqual(
    ['shop', 'billing', 'ledger'].flatMap((name) => [`${name} prepares`, `${name} down`, `${name} stopped`]),
  )
})

test('[APP-2] settings are its own, with what the start gives in their place', async () => {
  const { node } = createVirtualNode()
  const { app } = system()
  const shop = app('shop')
  expect(Application.getEnv(node, shop).greeting).toBe('hello from shop')
  await Application.start(node, shop, { env: { greeting: 'hej' } })
  Application.setEnv(node, shop, 'greeting', 'hoi')
  expect(Application.getEnv(node, shop)).toEqual({ greeting: 'hoi' })
  await expect(Application.start(node, shop)).rejects.toThrow(/already_started/)
  await Application.stop(node, shop)
  await expect(Application.stop(node, 'shop')).rejects.toThrow(/not_started/)
  expect(node.processCount).toBe(0)
})

test('[APP-3] one that ends by itself is stopped; a permanent one takes the node along, a transient one when that was no normal end', async () => {
  for (const [type, isStopped] of [
    ['temporary', false],
    ['transient', true],
    ['permanent', true],
  ] as const) {
    const { node, time } = createVirtualNode()
    const { log, app } = system()
    await Application.start(node, app('other'))
    await Application.start(node, app('shop'), { type })
    node.cast('shop', { type: 'fail' })
    await time.settle()
    expect(log).toContain('shop stopped')
    expect(log).not.toContain('shop prepares')
    expect(log.includes('other stopped'), type).toBe(isStopped)
    expect(Application.whichApplications(node).map(({ name }) => name)).toEqual(isStopped ? [] : ['other'])
  }
})

test('[APP-4] what cannot start leaves nothing behind', async () => {
  const { node, time } = createVirtualNode()
  const { log, app } = system()
  const broken = Application.define({
    ...app('broken'),
    startPhase: () => Promise.reject(new Error('no port')),
  })
  await expect(Application.start(node, broken)).rejects.toThrow(/broken: Error: no port/)
  expect(node.processCount).toBe(0)
  expect(log).toEqual(['broken up', 'broken prepares', 'broken down', 'broken stopped'])
  const Failing = Supervisor.define({
    module: 'Failing',
    children: () => {
      throw new Error('no')
    },
  })
  const failing = Application.define({ name: 'failing', start: () => ({ supervisor: Failing }) })
  await expect(Application.start(node, failing)).rejects.toThrow(/failing: Error: no/)
  await time.settle()
  const a = Application.define({
    name: 'a',
    applications: [],
    start: () => ({ supervisor: Failing }),
  })
  ;(a.applications as unknown[]).push(a)
  await expect(Application.ensureAllStarted(node, a)).rejects.toThrow(/a needs itself/)
})
