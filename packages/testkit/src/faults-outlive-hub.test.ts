/** Whatever lies upon a node when its hub dies is gone five seconds later, all of it at once, and the next hub is told so. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import { LIMITS } from '@orrery/protocol'
import type { FaultName } from '@orrery/protocol/faults'
import { child, GenServer, Port, Supervisor, start } from '@orrery/runtime'
import { afterEach, expect, test } from 'vitest'
import { tinyHub } from '../../agent/src/testing/tiny-hub.ts'
import { until } from './until.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

const Line = Port.define<{ resource: object }>({ module: 'Line', isLine: true, open: () => ({}) })
const Worker = GenServer.define<{ args: undefined; state: null }>({ module: 'Worker', init: () => null })
const Root = Supervisor.define({
  module: 'Root',
  children: () => [
    child(Line, { id: 'line', name: 'line' }),
    child(Worker, { id: 'worker', args: undefined, name: 'worker' }),
  ],
})

interface Laid {
  fault: FaultName
  parameters?: Record<string, number | string>
  port?: string
  targets?: { key: string; pid: string }[]
}

test('[WIRE-56] [WIRE-94] every lasting fault of a node ends five seconds after its hub, though the event loop is blocked', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-outlive-'))
  const hub = await tinyHub()
  const port = Number(new URL(hub.url).port)
  const node = await start(Root, { name: 'outlive@localhost' })
  const quiet = { info: () => undefined, warn: () => undefined }
  const agent = await observe(node, { hub: hub.url, faults: 'allow', spoolDir: dir, logger: quiet })
  undo.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => node.stop(),
    () => agent.stop(),
  )
  await until(() => agent.status.connection === 'welcomed', 'no welcome')
  const worker = [{ key: 'Root/worker', pid: String(node.process('worker')?.pid) }]
  const faults: Laid[] = [
    { fault: 'block', parameters: { spinMs: 700, everyMs: 750 } },
    { fault: 'memory', parameters: { percent: 2 } },
    { fault: 'clock', parameters: { offsetMs: 3_600_000, driftPercent: 100 } },
    { fault: 'partition', port: 'line' },
    { fault: 'dependency', port: 'line', parameters: { mode: 'timeout' } },
    { fault: 'hang', targets: worker },
    { fault: 'delay', targets: worker },
    { fault: 'drop', targets: worker },
  ]
  const ids = faults.map(({ fault }) => `L-${fault}`)
  const renew = setInterval(() => hub.renew(ids), 500)
  undo.push(() => clearInterval(renew))
  for (const { fault, parameters = {}, port: name = null, targets = [] } of faults) {
    hub.command({
      op: 'fault.inject',
      id: `inject-${fault}`,
      leaseId: `L-${fault}`,
      experiment: 'F-0001',
      injection: {
        ...{ fault, targets, senders: null, port: name, follow: 'dynamic', parameters, when: null, seed: 1 },
        ...{ durationMs: null, maxFirings: 10_000 },
      },
    })
  }
  await until(
    () => agent.status.leases === faults.length,
    () => `${agent.status.leases} are in force`,
  )
  await until(() => (hub.statuses.findLast(({ fault }) => fault === 'block')?.firings ?? 0) > 1, 'no block')
  expect(node.clock.wallMs() - Date.now()).toBeGreaterThan(3_500_000)
  // Longer than a lease lasts: it is renewed, block or not.
  const heldMs = performance.now()
  await until(() => performance.now() - heldMs > LIMITS.leaseMs + 1_000, 'time', { withinMs: 20_000 })
  expect(agent.status.leases).toBe(faults.length)

  clearInterval(renew)
  hub.renew(ids)
  const diedAtMs = performance.now()
  await hub.close()
  await until(
    () => agent.status.leases === 0,
    () => `${agent.status.leases} are still in force`,
  )
  // The longest go of the block may end just after it was due.
  expect(performance.now() - diedAtMs).toBeLessThan(LIMITS.leaseMs + 1_200)
  expect(node.clock.skewMs()).toBe(0)
  expect(node.ports.get('line')).toMatchObject({ blocked: 'none', isIntercepted: false })
  expect(node.process('worker')?.status).toBe('running')

  const next = await tinyHub({ port })
  undo.push(() => next.close())
  await until(
    () => next.statuses.filter(({ state }) => state === 'ended').length >= faults.length,
    () => JSON.stringify(next.statuses.map(({ fault, state }) => [fault, state])),
  )
  for (const { fault, why, targets } of next.statuses)
    expect([fault, why, targets.map(({ state }) => state)]).toEqual([fault, 'hub-lost', ['recovered']])
}, 90_000)
