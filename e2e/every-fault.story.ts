/**
 * Faults of the catalogue, from the page, on the whole demo: the effect is seen, it is undone, that is proven, and its crashes name it. One of each sort by
 * default; all of them with `ORRERY_EVERY_FAULT=yes`, as `npm run soak` does.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'
import { FAULTS, type FaultName } from '../packages/protocol/src/faults/index.ts'
import { freePort, launch, type Part } from './constellation.ts'

const runner = join(dirname(fileURLToPath(import.meta.url)), '../scripts/run.mjs')
const HERE = 'exchange@kista-1'
const THERE = 'exchange@kista-2'
const rater = `node:${HERE} name:Rater`

let url = ''
let folder = ''
let demo: Part
test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  const port = await freePort()
  folder = mkdtempSync(join(tmpdir(), 'orrery-faults-'))
  url = `http://127.0.0.1:${port}`
  demo = launch(
    runner,
    {
      ...process.env,
      ORRERY_PORT: String(port),
      ORRERY_DATA: join(folder, 'hub'),
      ORRERY_SPOOL_DIR: join(folder, 'spool'),
      MAIL_DATA: join(folder, 'mail'),
      EXCHANGE_DATA: join(folder, 'exchange'),
    },
    ['dashboard', 'demo'],
  )
  await expect.poll(reached, { timeout: 90_000 }).toBe(3)
})
test.afterAll(async () => {
  await demo.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Experiment {
  status: string
  firings: number
  touched: number
  dropped: number
  crashes: number
  targets: { state: string; readBack: string; node: string; key: string }[]
}
interface Crash {
  identity: { key: string; node: string }
  faults: { value?: { fault: string; kind: string; role: string; firing: string | null }[] }
}

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${url}${path}`)).json()) as T
}

async function reached(): Promise<number> {
  const { items } = await ask<{ items: { status: string }[] }>('/api/v1/nodes').catch(() => ({ items: [] }))
  return items.filter(({ status }) => status === 'live').length
}

const incarnationOf = async (node: string) =>
  (await ask<{ incarnation: string }>(`/api/v1/nodes/${node}`)).incarnation
const processOf = (node: string, key: string) =>
  ask<{ status: string; mailboxLength: number }>(`/api/v1/nodes/${node}/processes/${encodeURIComponent(key)}`)
/** The highest of the last ten seconds. */
async function peak(node: string, metric: string): Promise<number> {
  const now = Date.now()
  const span = { from: new Date(now - 10_000).toISOString(), to: new Date(now).toISOString() }
  const asked = new URLSearchParams({ node, metric, step: '1000', ...span })
  const { lines } = await ask<{ lines: { values: (number | null)[] }[] }>(`/api/v1/series?${asked}`)
  return Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)))
}

interface Told {
  step: Record<string, unknown>
  /** Whether it is seen to work. */
  seen(now: Experiment): boolean | Promise<boolean>
  /** Asked before it is injected. */
  before?(): Promise<void>
}

/** Whose own page is looked at, too: one of a process, of messages and of a node. */
const SHOWN = new Set<FaultName>(['kill', 'delay', 'pause'])

const fired = (now: Experiment) => now.firings > 0
const crashed = (now: Experiment) => now.crashes > 0
let known: number | string = 0

const STORIES: Record<FaultName, Told> = {
  kill: { step: { query: `node:${HERE} module:Mixer sample:2` }, seen: crashed },
  crash_next: { step: { query: rater }, seen: crashed },
  throw: { step: { query: rater, when: { kind: 'always' }, maxFirings: 1 }, seen: crashed },
  crash_times: { step: { query: rater, when: { kind: 'times', times: 1 } }, seen: crashed },
  slow: { step: { query: rater, parameters: { delayMs: 300 } }, seen: fired },
  busy: { step: { query: rater, parameters: { spinMs: 20 } }, seen: fired },
  hang: {
    step: { query: rater },
    seen: async ({ targets }) => {
      const { status, mailboxLength } = await processOf(HERE, targets[0]?.key ?? '')
      return status === 'suspended' && mailboxLength > 0
    },
  },
  delay: { step: { query: rater, parameters: { delayMs: 500 } }, seen: ({ touched }) => touched > 0 },
  drop: { step: { query: rater, when: { kind: 'always' } }, seen: ({ dropped }) => dropped > 0 },
  duplicate: { step: { query: rater, when: { kind: 'always' } }, seen: ({ touched }) => touched > 0 },
  reorder: { step: { query: rater, parameters: { holdMs: 500 } }, seen: ({ touched }) => touched > 0 },
  corrupt: { step: { query: rater, when: { kind: 'always' }, maxFirings: 2 }, seen: fired },
  flood: {
    step: { query: rater, parameters: { perS: 3_000 } },
    before: async () => {
      known = await peak(HERE, 'messages')
    },
    seen: async () => (await peak(HERE, 'messages')) > Number(known) + 1_500,
  },
  block: {
    step: { node: HERE, parameters: { spinMs: 400, everyMs: 500 } },
    seen: async () => (await peak(HERE, 'utilisation')) > 0.6,
  },
  memory: {
    step: { node: HERE, parameters: { percent: 5 } },
    before: async () => {
      known = await peak(HERE, 'memory')
    },
    seen: async () => (await peak(HERE, 'memory')) > Number(known) + 40_000_000,
  },
  clock: { step: { node: HERE }, seen: ({ targets }) => targets.every(({ state }) => state === 'injected') },
  partition: { step: { node: HERE, port: 'trunk' }, seen: ({ touched }) => touched > 0 },
  dependency: { step: { node: HERE, port: 'ledger' }, seen: fired },
  pause: {
    step: { node: THERE, durationMs: 4_000 },
    seen: async () => {
      const { items } = await ask<{ items: { node: string; pausedBy?: string | null }[] }>('/api/v1/nodes')
      return items.some(({ node, pausedBy }) => node === THERE && typeof pausedBy === 'string')
    },
  },
  node_kill: {
    step: { node: THERE },
    before: async () => {
      known = await incarnationOf(THERE)
    },
    seen: async () => (await incarnationOf(THERE)) !== known,
  },
  exhaust: { step: { query: `node:${HERE} name:MediaSup` }, seen: crashed },
}

async function run(page: Page, fault: FaultName, step: Record<string, unknown>): Promise<string> {
  const draft = {
    steps: [{ kind: fault, durationMs: 30_000, ...step }],
    at: 0,
    blastPercent: 100,
    stop: { crashes: null, intensityPercent: null, mailbox: null, lostMs: null, handlingP99Ms: null },
  }
  await page.goto(`${url}/faults?kind=${fault}&${new URLSearchParams({ d: JSON.stringify(draft) })}`)
  const typing = page.locator('.fl-typing')
  if (FAULTS[fault].needsTyping) {
    await typing.locator('input').fill((await typing.locator('b').textContent()) ?? '')
  }
  const button = page.locator('[data-run]:not([aria-disabled="true"])')
  await expect(button).toBeVisible({ timeout: 30_000 })
  await button.hover()
  await page.mouse.down()
  const told = page.locator('.fl-told')
  await expect(told).toContainText(/F-\d{4} runs/, { timeout: 20_000 })
  await page.mouse.up()
  return /F-\d{4}/.exec((await told.textContent()) ?? '')?.[0] ?? ''
}

/** A signal, a tap on messages, the event loop, the line to another node, the process above. */
const SORTS: readonly FaultName[] = ['kill', 'delay', 'block', 'partition', 'pause']
const told = (Object.entries(STORIES) as [FaultName, Told][]).filter(
  ([name]) => process.env.ORRERY_EVERY_FAULT === 'yes' || SORTS.includes(name),
)

for (const [name, { step, seen, before }] of told) {
  test(`${FAULTS[name].title} is injected, seen, undone, proven and attributed`, async ({ page }) => {
    test.setTimeout(120_000)
    await page.setViewportSize({ width: 1440, height: 900 })
    await before?.()
    const id = await run(page, name, step)
    const now = () => ask<Experiment>(`/api/v1/faults/${id}`)
    await expect.poll(async () => await seen(await now()), { timeout: 60_000 }).toBe(true)
    const stop = page.getByRole('button', { name: `Stop ${id}` })
    // A shot, one that is spent, and one that lasts for seconds only are over by themselves.
    if (FAULTS[name].life === 'lease' && (await now()).status === 'running')
      await stop.click({ timeout: 5_000 }).catch(() => undefined)
    await expect.poll(async () => (await now()).status, { timeout: 60_000 }).toBe('ended')
    const { targets, crashes } = await now()
    expect(targets.length).toBeGreaterThan(0)
    for (const { state, readBack } of targets) {
      expect(['recovered', 'gone']).toContain(state)
      expect(readBack).not.toBe('')
    }
    if (SHOWN.has(name)) {
      await page.goto(`${url}/faults/${id}`)
      await expect(page.getByRole('region', { name: 'Targets' })).toContainText(/recovered|gone/)
    }
    if (crashes > 0) {
      const { items } = await ask<{ items: { id: string }[] }>(
        `/api/v1/crashes?${new URLSearchParams({ q: `fault:${id}`, limit: '20' })}`,
      )
      const reports = await Promise.all(items.map((item) => ask<Crash>(`/api/v1/crashes/${item.id}`)))
      const touches = reports.flatMap(({ faults }) => faults.value ?? [])
      const direct = touches.filter(({ fault, role }) => fault === id && role === 'direct')
      expect(direct.length).toBeGreaterThan(0)
      for (const { kind, firing } of direct) {
        expect(kind).toBe(name)
        expect(firing).toMatch(new RegExp(`^${id}`))
      }
    }
    await expect.poll(reached, { timeout: 30_000 }).toBe(3)
  })
}
