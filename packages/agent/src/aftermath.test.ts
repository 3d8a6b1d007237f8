/** What is learnt after a crash, and what is counted in a loop of crashes. */
import type { Outcome } from '@orrery/protocol'
import { crashReport } from '@orrery/protocol'
import { child, GenServer, type Node, nameOf, noreply, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { type Constellation, startConstellation, until } from './testing/constellation.ts'

const Worker = GenServer.define<{ args: undefined; state: null; casts: { fail: object; ok: object } }>({
  module: 'Worker',
  init: () => null,
  handleCast: {
    ok: () => noreply(null),
    fail: () => {
      throw new Error('again')
    },
  },
})
const supervisor = (intensity: number, restart: 'permanent' | 'temporary') =>
  Supervisor.define({
    module: 'Root',
    strategy: 'one_for_one',
    intensity,
    periodMs: 60_000,
    children: () => [child(Worker, { id: 'w', args: undefined, name: 'w', restart })],
  })
const w = nameOf(Worker, 'w')

/** The outcome as the hub knows it: the report's, then every amendment's. */
function outcomeOf({ hub }: Constellation, index = 0): Outcome | null {
  const report = [...hub.reports.values()][index]?.report
  const later = hub.of('crash.amended').filter(({ crashId, outcome }) => crashId === report?.id && outcome)
  const first = report?.outcome.status === 'captured' ? report.outcome.value : null
  return later.at(-1)?.outcome ?? first
}
const back = (node: Node, crashes: number): Promise<void> =>
  until(() => {
    expect(node.counters.crashes).toBe(crashes)
    expect(node.process('w')?.isInitialised).toBe(true)
  })

test('the outcome tells who came back, when, when it worked again, and that it crashed again', async () => {
  const parts = await startConstellation(supervisor(100, 'permanent'))
  const { hub, node } = parts
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  node.cast(w, { type: 'fail' })
  await back(node, 1)
  await until(() => expect(outcomeOf(parts)).toMatchObject({ kind: 'restarted', firstHandledAfterMs: null }))
  expect(outcomeOf(parts)?.newPid).toBe(String(node.process('w')?.pid))
  expect(outcomeOf(parts)?.backAfterMs).toBeGreaterThanOrEqual(0)
  node.cast(w, { type: 'ok' })
  await until(() => expect(outcomeOf(parts)?.firstHandledAfterMs).toBeGreaterThanOrEqual(0))
  node.cast(w, { type: 'fail' })
  await back(node, 2)
  await until(() => expect(outcomeOf(parts)).toMatchObject({ crashedAgain: true, kind: 'restarted' }))
})

test('a temporary child is left: decided and said', async () => {
  const parts = await startConstellation(supervisor(100, 'temporary'))
  const { hub, node } = parts
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  node.cast(w, { type: 'fail' })
  await until(() => expect(outcomeOf(parts)).toMatchObject({ kind: 'not_restarted', newPid: null }))
  expect(hub.of('supervisor.decided')).toMatchObject([{ action: 'leave', restartsUsed: 0 }])
})

test('[WIRE-46] in a crash loop counts are exact, reports are few, and every one of them is whole', async () => {
  const parts = await startConstellation(supervisor(1_000_000, 'permanent'))
  const { hub, node, agent } = parts
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  const crashes = 1_000
  for (let n = 1; n <= crashes; n++) {
    node.cast(w, { type: 'fail' })
    // The name is registered again before the next is sent.
    while (node.counters.crashes < n || node.whereis(w) === null)
      await new Promise((done) => setImmediate(done))
  }
  await until(() => {
    const counts = hub.of('storm.counts').flatMap((record) => record.counts)
    expect(counts.at(-1)).toMatchObject({ key: 'Worker throw Error fail', total: crashes })
  })
  await until(() => expect(agent.status.pending).toBe(0))
  const counts = hub
    .of('storm.counts')
    .flatMap((record) => record.counts)
    .at(-1)
  expect(hub.reports.size).toBe(crashes - (counts?.notStored ?? 0))
  expect(agent.status).toMatchObject({ accepted: hub.reports.size, acked: hub.reports.size })
  for (const { report } of hub.reports.values()) expect(crashReport.safeParse(report).success).toBe(true)
  const exits = hub.of('process.exited').length
  expect(exits + agent.status.drops.lifecycle).toBeGreaterThanOrEqual(crashes)
}, 60_000)
