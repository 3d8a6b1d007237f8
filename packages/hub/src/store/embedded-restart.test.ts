import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { crashReport } from './fixture.ts'
import { openStore } from './open-store.ts'

/** Threads of the embedded database that this process began, newest last. */
const threads: Worker[] = []
process.on('worker', (worker: Worker) => void threads.push(worker))

test('an embedded database whose thread dies comes back by itself, with all that was committed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-embedded-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const died: string[] = []
  const turns: boolean[] = []
  await using store = await openStore({
    dataDir: join(folder, 'data'),
    databaseUrl: null,
    retentionDays: 30,
    retentionMb: null,
    onReady: (isReady) => turns.push(isReady),
    onDied: (error) => died.push(error.message),
  })
  const committed: string[] = []
  for (let life = 1; life <= 3; life++) {
    const before = crashReport()
    expect(await store.saveCrashes([before])).toEqual([before.id])
    committed.push(before.id)
    const under = store.saveCrashes([crashReport()]).then(
      (ids) => committed.push(...ids),
      // It was not said to be stored: nothing is promised.
      () => undefined,
    )
    await threads.at(-1)?.terminate()
    await under
    await vi.waitFor(async () => expect(await store.ping()).toBe(true), { timeout: 30_000, interval: 50 })
    expect(died).toHaveLength(life)
    expect(threads).toHaveLength(life + 1)
    for (const id of committed) expect(await store.crash(id)).not.toBeNull()
  }
  expect(turns.filter((isReady) => !isReady).length).toBeGreaterThanOrEqual(3)
  expect(turns.at(-1)).toBe(true)
}, 120_000)

test('one that is closed while its thread is being started again leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-embedded-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const options = { dataDir: join(folder, 'data'), databaseUrl: null, retentionDays: 30, retentionMb: null }
  const store = await openStore(options)
  await threads.at(-1)?.terminate()
  await store.close()
  await using again = await openStore(options)
  expect(await again.ping()).toBe(true)
}, 120_000)
