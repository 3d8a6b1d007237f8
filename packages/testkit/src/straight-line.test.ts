import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { type Constellation, type ObservedNode, startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000

describe.each(['embedded', 'postgres'] as const)('the straight line over %s', (database) => {
  let constellation: Constellation
  let shop: ObservedNode
  let browser: Browser

  beforeAll(async () => {
    constellation = await startConstellation({ database })
    shop = await constellation.observe(await startShop('shop@localhost'))
    browser = await constellation.browser()
  }, SLOW_MS)
  afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

  const stored = async (why: string): Promise<{ id: string }[]> => {
    const answer = await constellation.api(`/api/v1/crashes?q=${encodeURIComponent(`"${why}"`)}&limit=1000`)
    return (answer.body as { items: { id: string }[] }).items
  }

  test(
    'a crash moves the tree at once, is stored once, and opens as a report',
    async () => {
      const tree = browser.view('tree', { node: 'shop@localhost' })
      const crashes = browser.view('crashes', { q: 'reason:TypeError' })
      const key = 'Shop/counter-1'
      await tree.waitFor(({ rows }) => rows[key]?.status === 'running', 'a running counter')
      const before = tree.value.rows[key]?.pid
      shop.node.cast(counter(1), { type: 'fail', why: 'the till is empty' })
      const after = await tree.waitFor(({ rows }) => rows[key]?.exit !== null, 'the exit')
      expect(after.rows[key]?.exit).toMatchObject({
        tag: 'TypeError',
        text: expect.stringContaining('the till is empty'),
      })
      await tree.waitFor(({ rows }) => rows[key]?.pid !== before, 'the replacement')
      const list = await crashes.waitFor(
        ({ groups }) => groups[0]?.latest[0]?.stored === true,
        'a stored crash',
      )
      expect(list.groups).toHaveLength(1)
      expect(list.groups[0]).toMatchObject({ count: 1, reason: 'TypeError', module: 'Counter' })
      const id = list.groups[0]?.latest[0]?.id ?? ''
      const crash = browser.view('crash', { id })
      const view = await crash.waitFor(
        ({ report }) => report?.outcome.status === 'captured' && report.outcome.value.kind === 'restarted',
        'the outcome',
      )
      expect(view.report?.decision).toMatchObject({ status: 'captured', value: { action: 'restart' } })
      expect((await constellation.api(`/api/v1/crashes/${id}`)).status).toBe(200)
      for (const live of [tree, crashes, crash]) live.close()
    },
    SLOW_MS,
  )

  test(
    '[WIRE-8] [WIRE-44] a hub that is away loses nothing: nodes run on, reports wait, then everything catches up, once',
    async () => {
      const tree = browser.view('tree', { node: 'shop@localhost' })
      await tree.waitFor(({ rows }) => rows['Shop/counter-2'] !== undefined)
      const why = `away ${randomUUID()}`
      shop.node.cast(counter(2), { type: 'fail', why })
      await until(async () => (await stored(why)).length === 1, 'the first was not stored')
      await constellation.stopHub()
      await until(() => shop.agent.status.connection !== 'welcomed')
      for (const i of [0, 1, 2]) shop.node.cast(counter(i), { type: 'fail', why })
      await until(() => shop.agent.status.pending === 3, 'the reports were not spooled')
      expect(await shop.node.call(counter(0), { type: 'get' })).toBe(0)
      await constellation.startHub()
      await until(async () => (await stored(why)).length === 4, 'not all were stored', { withinMs: 30_000 })
      await until(() => shop.agent.status.pending === 0, 'not all were acked')
      const { items } = (await constellation.api('/api/v1/crash-groups')).body as {
        items: { count: number; reasonText: string }[]
      }
      expect(items.some(({ count }) => count >= 4)).toBe(true)
      await until(() => tree.snapshots >= 2, 'the page did not come back by itself', { withinMs: 30_000 })
      await tree.waitFor(({ nodeStatus }) => nodeStatus === 'live', 'the node live again')
      tree.close()
    },
    SLOW_MS,
  )

  test(
    'what a browser made of deltas is what a new one is given whole',
    async () => {
      const held = {
        tree: browser.view('tree', { node: 'shop@localhost' }),
        processes: browser.view('processes', {
          node: null,
          q: '',
          sort: 'name',
          order: 'asc',
          offset: 0,
          limit: 80,
        }),
      }
      await held.tree.waitFor(() => true)
      for (let i = 0; i < 20; i++) {
        for (let n = 0; n < 50; n++) shop.node.cast(counter(i % 3), { type: 'add', by: 1 })
        if (i % 5 === 0) shop.node.cast(counter(0), { type: 'fail', why: 'again' })
        await until(() => held.tree.seq > i)
      }
      // Numbers stand still only when the node is gone.
      await shop.stop()
      await held.tree.waitFor(({ nodeStatus }) => nodeStatus === 'stopped', 'the node stopped')
      const other = await constellation.browser()
      const fresh = other.view('tree', { node: 'shop@localhost' })
      await until(
        () => JSON.stringify(sorted(held.tree.value)) === JSON.stringify(sorted(fresh.value)),
        () => `${JSON.stringify(held.tree.value)}\n${JSON.stringify(fresh.value)}`,
      )
    },
    SLOW_MS,
  )
})

/** Keys in one order: a delta may add what a snapshot has in another place. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
