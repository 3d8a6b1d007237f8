import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { startConstellation } from './constellation.ts'
import { until } from './until.ts'

vi.setConfig({ testTimeout: 120_000 })
const SHOP = new URL('./shop-node.ts', import.meta.url)

test('a crash report outlives its process, its node and the hub: accepted, it arrives, once', async () => {
  await using constellation = await startConstellation()
  const settings = { SHOP_NAME: 'mortal@localhost' }
  const first = constellation.fork(SHOP, settings)
  const live = async () => {
    const { body } = await constellation.api('/api/v1/nodes')
    return (body as { items: { node: string; status: string }[] }).items.some(
      ({ node, status }) => node === 'mortal@localhost' && status === 'live',
    )
  }
  await until(live, 'the node never came', { withinMs: 60_000 })
  await constellation.stopHub()
  const why = `alone ${randomUUID()}`
  first.order({ fail: { counter: 0, why } })
  await until(() => first.status.accepted === 1, 'it was not accepted')
  await first.kill('SIGKILL')
  await constellation.startHub()
  constellation.fork(SHOP, settings)
  const stored = async () => {
    const { body } = await constellation.api(`/api/v1/crashes?q=${encodeURIComponent(`"${why}"`)}`)
    return (body as { items: unknown[] }).items.length
  }
  await until(async () => (await stored()) === 1, 'it never arrived', { withinMs: 60_000 })
  await until(live, 'the node never came back', { withinMs: 60_000 })
  expect(await stored()).toBe(1)
})
