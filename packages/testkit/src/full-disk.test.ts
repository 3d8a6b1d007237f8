import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { canMount, mountSmallDisk } from './small-disk.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
vi.setConfig({ testTimeout: SLOW_MS })

const stored = async (constellation: Awaited<ReturnType<typeof startConstellation>>): Promise<number> => {
  const { body } = await constellation.api('/api/v1/crashes?limit=200')
  return (body as { items: unknown[] }).items.length
}

test.runIf(canMount)(
  'a full disk under the spool harms no node: reports are kept in memory, and accepted when there is room again',
  async () => {
    await using disk = mountSmallDisk(8)
    await using constellation = await startConstellation()
    const { node, agent } = await constellation.observe(await startShop('shop@localhost'), {
      spoolDir: join(disk.path, 'spool'),
    })
    const fail = (why: string): void => node.cast(counter(0), { type: 'fail', why })
    fail('while there is room')
    await until(() => agent.status.acked === 1, 'the first was not acked')
    await constellation.stopHub()
    disk.fill()
    for (let i = 0; i < 5; i++) {
      const before = node.counters.restarts
      fail(`on a full disk ${i}`)
      await until(() => node.counters.restarts > before, 'it was not started again')
    }
    await until(() => agent.status.unspooled === 5, 'they were not kept')
    expect(agent.status).toMatchObject({ accepted: 1, pending: 0, drops: { crashes: 0 }, faults: {} })
    expect(agent.status.spoolRefused).toBeGreaterThanOrEqual(5)
    expect(await node.call(counter(0), { type: 'get' })).toBe(0)
    disk.free()
    await until(() => agent.status.accepted === 6, 'they were not accepted', { withinMs: 5_000 })
    expect(agent.status).toMatchObject({ unspooled: 0, pending: 5 })
    await constellation.startHub()
    await until(async () => (await stored(constellation)) === 6, 'they were not stored', { withinMs: 30_000 })
  },
)

test.runIf(canMount)(
  'a full disk under the embedded database stops storing alone; it goes on by itself when there is room again',
  async () => {
    await using disk = mountSmallDisk(160)
    await using constellation = await startConstellation({ dataDir: join(disk.path, 'hub') })
    const { node, agent } = await constellation.observe(await startShop('shop@localhost'))
    const browser = await constellation.browser()
    const tree = browser.view('tree', { node: 'shop@localhost' })
    await tree.waitFor(({ processes }) => processes >= 3)
    const fail = (why: string): void => node.cast(counter(0), { type: 'fail', why })
    fail('while there is room')
    await until(() => agent.status.acked === 1, 'the first was not acked')
    disk.fill()
    let asked = 0
    await until(
      () => {
        fail(`on a full disk ${asked++}`)
        return constellation.hub.counters().storeFailures > 0
      },
      'nothing failed',
      { withinMs: 60_000 },
    )
    const seq = tree.seq
    fail('seen by whoever looks')
    await until(() => tree.seq > seq, 'the tree stood still')
    const pending = agent.status.pending
    expect(pending).toBeGreaterThan(0)
    expect((await constellation.api('/readyz')).status).toBe(503)
    disk.free()
    await until(() => agent.status.pending === 0, 'they were not stored', { withinMs: 60_000 })
    expect(await stored(constellation)).toBe(Math.min(200, agent.status.accepted))
    expect((await constellation.api('/readyz')).status).toBe(200)
  },
)
