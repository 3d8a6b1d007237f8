/** A hub that is killed takes its faults with it: they are gone from the node within five seconds, and its successor has the proof. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import type { Experiment } from '@orrery/protocol/faults'
import { expect, test } from 'vitest'
import { forkHub } from './child-hub.ts'
import { startShop } from './shop.ts'
import { until } from './until.ts'

const NODE = 'orphan@localhost'
const QUIET = { info: () => undefined, warn: () => undefined }

test('[WIRE-94] faults of a killed hub end within five seconds, and the record says so once a hub is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-killed-'))
  const settings = { ORRERY_DATA: join(folder, 'hub') }
  const first = await forkHub(settings)
  const node = await startShop(NODE, 40)
  const agent = await observe(node, {
    hub: first.url,
    faults: 'allow',
    spoolDir: join(folder, 'spool'),
    logger: QUIET,
  })
  const api = async (path: string, json?: object) => {
    const headers = { 'content-type': 'application/json' }
    const how = json === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(json) }
    const answer = await fetch(new URL(path, first.url), how)
    return { status: answer.status, body: (await answer.json()) as Experiment }
  }
  try {
    let id = ''
    await until(
      async () => {
        const target = { query: 'module:Counter sample:5' }
        const { status, body } = await api('/api/v1/faults', {
          fault: 'hang',
          target,
          durationMs: null,
          seed: 3,
        })
        id = body.id
        return status === 201
      },
      'it did not begin',
      { withinMs: 30_000 },
    )
    // Renewed at least once, and its beginning told.
    await until(async () =>
      (await api(`/api/v1/faults/${id}`)).body.targets.every(({ state }) => state === 'injected'),
    )
    process.kill(first.pid, 'SIGKILL')
    const killedAtMs = performance.now()
    await until(() => agent.status.leases === 0, 'the fault outlives its hub', { withinMs: 20_000 })
    // A lease is five seconds from its last renewal; what is above it is this test looking.
    expect(performance.now() - killedAtMs).toBeLessThan(5_500)
    await using second = await forkHub({ ...settings, ORRERY_PORT: new URL(first.url).port })
    expect(second.url).toBe(first.url)
    const isOver = async () => (await api(`/api/v1/faults/${id}`)).body.status === 'ended'
    await until(isOver, 'the record stays open', { withinMs: 60_000 })
    const { body } = await api(`/api/v1/faults/${id}`)
    expect(body.endedBy).toBe('hub_restarted')
    expect(body.targets.map(({ state }) => state)).toEqual(new Array(5).fill('recovered'))
    expect(body.targets[0]?.readBack).toMatch(/^5 of 5 read back/)
  } finally {
    await agent.stop()
    await node.stop()
    await first[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
