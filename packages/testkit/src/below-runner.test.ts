/** A real node with a real agent below a real runner: paused, resumed and killed from outside, told and proven. */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultName } from '@orrery/protocol/faults'
import { afterEach, expect, test } from 'vitest'
import { type TinyHub, tinyHub } from '../../agent/src/testing/tiny-hub.ts'
import { processState } from '../../cli/src/run/process-state.ts'
import { runBelow } from './run-below.ts'
import { until } from './until.ts'

const SLOW_MS = 90_000
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

interface Below {
  hub: TinyHub
  runner: ChildProcess
  /** Of the node, in its latest life. */
  pid(): number
}

async function below(): Promise<Below> {
  const hub = await tinyHub()
  const dir = mkdtempSync(join(tmpdir(), 'orrery-below-'))
  const runner = runBelow(new URL('./below-runner-node.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'ignore'],
    settings: { ORRERY_HUB_URL: hub.url, ORRERY_FAULTS: 'allow', ORRERY_SPOOL_DIR: dir },
  })
  const pid = () => hub.hellos.at(-1)?.pid ?? 0
  const renew = setInterval(() => hub.renew([...hub.held]), 1_000)
  undo.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => hub.close(),
    () => clearInterval(renew),
    () => {
      for (const end of [runner.pid, pid()]) {
        try {
          if (end) process.kill(end, 'SIGKILL')
        } catch {
          // It has ended by itself.
        }
      }
    },
  )
  await until(() => hub.hellos.length > 0, 'the node said no hello', { withinMs: 40_000 })
  return { hub, runner, pid }
}

function inject(hub: TinyHub, fault: FaultName, durationMs: number | null): void {
  hub.held.add('L1')
  hub.command({
    op: 'fault.inject',
    id: `inject-${fault}`,
    leaseId: 'L1',
    experiment: 'F-0001',
    injection: {
      fault,
      targets: [],
      senders: null,
      port: null,
      follow: 'dynamic',
      parameters: {},
      when: null,
      seed: 1,
      durationMs,
      maxFirings: 10,
    },
  })
}

const last = (hub: TinyHub) => hub.statuses.at(-1)

test(
  '[WIRE-112] a node is paused as a whole and told so first; released by the hub, it says that it was resumed',
  async () => {
    const { hub, pid } = await below()
    expect(hub.hellos[0]?.capabilities).toEqual(expect.arrayContaining(['fault.pause', 'fault.node_kill']))
    inject(hub, 'pause', null)
    await until(() => processState(pid()) === 'stopped', 'it was not stopped')
    expect(hub.of('command.result').at(-1)?.result).toMatchObject({
      ok: true,
      value: { targets: [{ key: '', state: 'injected' }] },
    })
    expect(last(hub)).toMatchObject({ experiment: 'F-0001', state: 'active' })
    // Longer than any agent would keep a lease that nobody renews.
    const atMs = performance.now()
    await until(
      () => performance.now() - atMs > 6_500 && processState(pid()) === 'stopped',
      'it did not stay',
      {
        withinMs: 12_000,
      },
    )
    hub.held.delete('L1')
    await until(() => last(hub)?.state === 'ended', 'its end was not told', { withinMs: 20_000 })
    expect(processState(pid())).toBe('running')
    expect(last(hub)).toMatchObject({ why: 'released', targets: [{ state: 'recovered' }] })
    expect(hub.hellos.every(({ incarnation }) => incarnation === hub.hellos[0]?.incarnation)).toBe(true)
  },
  SLOW_MS,
)

test(
  '[WIRE-112] a hub that has died resumes nobody: five seconds later the runner does',
  async () => {
    const { hub, pid } = await below()
    inject(hub, 'pause', 60_000)
    await until(() => processState(pid()) === 'stopped', 'it was not stopped')
    const paused = pid()
    const atMs = performance.now()
    await hub.close()
    await until(() => processState(paused) === 'running', 'it was not resumed')
    expect(performance.now() - atMs).toBeLessThan(5_500)
  },
  SLOW_MS,
)

test(
  '[WIRE-113] [WIRE-114] a node that is killed comes again, and its hello proves by which fault it ended',
  async () => {
    const { hub, pid } = await below()
    const [first] = hub.hellos
    const killed = pid()
    inject(hub, 'node_kill', null)
    await until(
      () => hub.hellos.some(({ incarnation }) => incarnation !== first?.incarnation),
      'it did not come again',
      {
        withinMs: 40_000,
      },
    )
    // The hello of a life goes out again where the marks were read after the first.
    await until(() => (hub.hellos.at(-1)?.lives?.length ?? 0) > 0, 'it told of no life')
    expect(hub.hellos.at(-1)?.lives).toEqual([
      expect.objectContaining({
        incarnation: first?.incarnation,
        pid: killed,
        end: 'killed',
        fault: { experiment: 'F-0001', kind: 'node_kill', firing: 'L1:1' },
      }),
    ])
    expect(processState(killed)).toBe('gone')
  },
  SLOW_MS,
)
