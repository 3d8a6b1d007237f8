import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crashReport } from './fixture.ts'
import { openStore } from './open-store.ts'

test('what is asked of a fresh store all at once gets its own answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-embedded-'))
  try {
    for (let start = 0; start < 2; start++) {
      await using store = await openStore({
        dataDir: join(folder, 'data'),
        databaseUrl: null,
        retentionDays: 30,
        retentionMb: null,
      })
      const entry = {
        atMs: Date.now(),
        who: 'operator token',
        role: 'operator',
        action: 'process.kill',
        node: null,
        target: null,
        pid: null,
        parameters: {},
      } as const
      const report = crashReport()
      const [first, second, saved, view, held, setting] = await Promise.all([
        store.appendAudit(entry),
        store.appendAudit(entry),
        store.saveCrashes([report]),
        store.crashesView('', Date.now()),
        store.seriesHeldFromMs(),
        store.readSetting('none'),
        store.writeSetting('some', { start }),
        store.saveStormCounts('a@b', 'c', [{ key: 'k', total: 1, notStored: 0 }]),
        store.ping(),
      ])
      expect(first).not.toBe(second)
      expect(saved).toEqual([report.id])
      expect(view.error).toBe(null)
      expect([held, setting]).toEqual([null, null])
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)
