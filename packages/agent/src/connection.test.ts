import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { child, GenServer, type Node, nameOf, noreply, Supervisor, start } from '@orrery/runtime'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryDelayMs } from './connection.ts'
import { observe } from './observe.ts'
import { AgentSettingsError } from './settings.ts'
import { afterwards, newSpoolDir, startConstellation, until } from './testing/constellation.ts'
import { tinyHub } from './testing/tiny-hub.ts'

const Worker = GenServer.define<{ args: undefined; state: null; casts: { fail: { n: number }; ok: object } }>(
  {
    module: 'Worker',
    init: () => null,
    handleCast: {
      ok: () => noreply(null),
      fail: ({ n }) => {
        throw new Error(`failure ${n}`)
      },
    },
  },
)
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 1_000,
  periodMs: 5_000,
  children: () => [child(Worker, { id: 'w', args: undefined, name: 'w' })],
})
const w = nameOf(Worker, 'w')

/** Crashes the worker once more and waits for its replacement. */
async function fail(node: Node): Promise<void> {
  const before = node.counters.crashes
  node.cast(w, { type: 'fail', n: before })
  await until(() => {
    expect(node.counters.crashes).toBe(before + 1)
    expect(node.process('w')?.isInitialised).toBe(true)
  })
}

describe('connecting', () => {
  test('[WIRE-6] a refusal is said once, with its code and its cure, and tried again', async () => {
    const hub = await tinyHub()
    hub.refuse = {
      code: 'auth.invalid',
      message: 'the agent token is not the hub’s',
      cure: 'Set ORRERY_AGENT_TOKEN.',
    }
    const node = await start(Root, { name: 'test@localhost' })
    const said: string[] = []
    const logger = {
      info: (line: string) => void said.push(line),
      warn: (line: string) => void said.push(line),
    }
    const agent = await observe(node, { hub: hub.url, spoolDir: newSpoolDir(), logger })
    afterwards(
      () => hub.close(),
      () => node.stop(),
      () => agent.stop(),
    )
    await until(() => expect(agent.status.connection).toBe('refused'))
    expect(agent.status.refusal?.code).toBe('auth.invalid')
    hub.refuse = null
    await until(() => expect(agent.status.connection).toBe('welcomed'))
    const refused = said.filter((line) => line.includes('refuses'))
    expect(refused).toEqual([
      `the hub at ${hub.url} refuses this node (auth.invalid): the agent token is not the hub’s. Set ORRERY_AGENT_TOKEN.`,
    ])
  })

  test('a hub that is not there costs nothing; what crashed meanwhile arrives when it comes', async () => {
    const first = await tinyHub()
    const port = Number(new URL(first.url).port)
    await first.close()
    const node = await start(Root, { name: 'test@localhost' })
    const logger = { info: () => undefined, warn: () => undefined }
    const agent = await observe(node, { hub: first.url, spoolDir: newSpoolDir(), logger })
    for (let n = 0; n < 3; n++) await fail(node)
    await until(() => expect(agent.status.accepted).toBe(3))
    const hub = await tinyHub({ port })
    afterwards(
      () => hub.close(),
      () => node.stop(),
      () => agent.stop(),
    )
    await until(() => expect(hub.reports.size).toBe(3))
    await until(() => expect(agent.status).toMatchObject({ acked: 3, pending: 0 }))
  })

  test('[WIRE-8] [WIRE-10] after a cut comes a new picture, and frame numbers go on', async () => {
    const { hub, node } = await startConstellation(Root)
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    hub.cut()
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(2))
    expect(hub.hellos[1]?.incarnation).toBe(node.incarnation)
    const seqs = hub.frames.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })

  test('[WIRE-44] what was not acked is sent again after a reconnect, and by the next life of the node', async () => {
    const { hub, node, agent, spoolDir } = await startConstellation(Root, { acks: false })
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    await fail(node)
    await until(() => expect(hub.reports.size).toBe(1))
    hub.cut()
    await until(() => expect([...hub.reports.values()][0]?.times).toBe(2))
    await agent.stop()
    await node.stop()

    hub.acks = true
    const next = await start(Root, { name: 'test@localhost' })
    const heir = await observe(next, {
      hub: hub.url,
      spoolDir,
      logger: { info: () => undefined, warn: () => undefined },
    })
    afterwards(
      () => next.stop(),
      () => heir.stop(),
    )
    await until(() => expect([...hub.reports.values()][0]?.times).toBe(3))
    await until(() => expect(heir.status.pending).toBe(0))
    expect([...hub.reports.values()][0]?.report.identity.incarnation).toBe(node.incarnation)
  })

  test('[WIRE-16] both clocks are told at once', async () => {
    const { hub, node } = await startConstellation(Root)
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    const told = (await hub.clock()) as { atUs: number; wallMs: number }
    expect(Math.abs(told.wallMs - Date.now())).toBeLessThan(1_000)
    expect(told.atUs).toBeLessThanOrEqual(node.clock.nowUs())
  })

  test('nonsense from the hub harms nothing and is counted', async () => {
    const { hub, agent, node } = await startConstellation(Root, { faults: 'allow' })
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    for (const order of [
      null,
      7,
      'x',
      [],
      { op: 'process.kill' },
      { id: 'a', op: 'process.kill', target: {}, reason: 1 },
    ]) {
      hub.command(order as never)
    }
    hub.renew([{ $gt: '' }] as never)
    await until(() => expect(agent.status.faults.command).toBe(5))
    await until(() => expect(agent.status.faults.renewal).toBe(1))
    await fail(node)
    await until(() => expect(hub.reports.size).toBe(1))
  })
})

describe('the folder of the spool', () => {
  test('held by another process it is said so, reports still go out, and it is taken when it is free', async () => {
    const spoolDir = newSpoolDir()
    const dir = join(spoolDir, 'test@localhost')
    const { mkdirSync, rmSync } = await import('node:fs')
    mkdirSync(dir)
    const startedAt = process.ppid
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: startedAt, host: hostname(), startedAt: '' }))
    const { hub, node, agent, said } = await startConstellation(Root, { spoolDir })
    await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
    expect(
      said.some((line) => line.includes(`held by process ${startedAt}`) && line.includes('ORRERY_SPOOL_DIR')),
    ).toBe(true)
    await fail(node)
    await until(() => expect(hub.reports.size).toBe(1))
    expect(agent.status.accepted).toBe(0)
    rmSync(join(dir, 'lock'))
    await until(async () => {
      await fail(node)
      expect(agent.status.accepted).toBeGreaterThan(0)
    })
    expect(readdirSync(dir).some((name) => name.endsWith('.seg'))).toBe(true)
  })
})

describe('settings', () => {
  test('all that is wrong is named at once', async () => {
    const node = await start(Root, { name: 'test@localhost' })
    afterwards(() => node.stop())
    const options = { hub: 'ftp://x', spoolMb: 0, faults: 'yes' as 'allow' }
    const failure = await observe(node, options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AgentSettingsError)
    expect((failure as AgentSettingsError).message).toMatch(/ORRERY_HUB_URL.*ORRERY_SPOOL_MB.*ORRERY_FAULTS/)
  })
})

describe('backoff', () => {
  test('is drawn from nothing to a bound that grows to the cap; the first retries are fast', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, luck) => {
        const delay = retryDelayMs(attempt, 30_000, () => luck)
        return delay >= 0 && delay <= 30_000 && (attempt > 0 || delay <= 100)
      }),
    )
    expect(retryDelayMs(50, 30_000, () => 1)).toBe(30_000)
    expect(retryDelayMs(3, 30_000, () => 1)).toBeLessThan(600)
  })
})

test('a hub that says welcome again gets the whole picture again, and what it has not acked', async () => {
  const { hub, node } = await startConstellation(Root, { acks: false })
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  await fail(node)
  await until(() => expect(hub.reports.size).toBe(1))
  hub.welcomeAgain()
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(2))
  await until(() => expect([...hub.reports.values()][0]?.times).toBe(2))
})
