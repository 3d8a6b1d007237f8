/** A store with something in every part of it, and all that can be read back. */
import { createHash } from 'node:crypto'
import type { CrashReport, Outcome } from '@orrery/protocol'
import { routineBody, scenarioBody } from '@orrery/protocol/faults'
import { experimentRecord } from '../src/faults/fixture.ts'
import { parseCrashQuery } from '../src/store/crash-query.ts'
import { crashReport } from '../src/store/fixture.ts'
import { SERIES_BLOCK_MS, type Store } from '../src/store/store.ts'

export const NOW_MS = Date.now()
const FROM_MS = Math.floor(NOW_MS / SERIES_BLOCK_MS) * SERIES_BLOCK_MS
const NODE = 'exchange@kista-1'
const page = { limit: 1_000, cursor: null }
const outcome: Outcome = {
  kind: 'restarted',
  newPid: '<0.1720.0>',
  backAfterMs: 1_840,
  firstHandledAfterMs: 1_900,
  crashedAgain: false,
  escalatedTo: null,
}

/** `crashes` reports in some groups, cascades among them, with outcomes, storms, commands, series and a setting. */
export async function fill(store: Store, crashes: number): Promise<void> {
  const reports = Array.from({ length: crashes }, (_, i) =>
    crashReport({
      id: uuid(i),
      // Over hours, some of which are over.
      at: new Date(NOW_MS - i * 300_000).toISOString(),
      module: `Module${'ABCDE'[i % 5]}`,
      stormKey: `key-${i % 5}`,
      text: `frame_overrun "${i}" \\u0000 naïve 🔭`,
      // Above what a JavaScript number holds exactly is nothing we write; just below it is.
      atUs: Number.MAX_SAFE_INTEGER - i,
      ...(i % 7 === 1 ? { rootCrash: uuid(i - 1) } : {}),
    }),
  )
  await store.saveCrashes(reports)
  const amended = [...Array(crashes).keys(), crashes].filter((i) => i % 3 === 0 || i === crashes)
  await store.amendCrashes(amended.map((i) => ({ id: uuid(i), outcome })))
  await store.saveStormCounts(NODE, 'life', [{ key: 'key-0', total: 9_007_199_254_740_991, notStored: 12 }])
  for (const isKnown of [true, false]) {
    const id = await store.appendAudit({
      atMs: NOW_MS - 5_000,
      who: 'operator token',
      role: 'operator',
      action: 'process.kill',
      node: NODE,
      target: 'ExchangeSup/trunk_sup/link',
      pid: '<0.1712.0>',
      parameters: { reason: 'kill', isKnown },
    })
    if (isKnown) await store.settleAudit(id, { ok: true, atMs: NOW_MS - 4_000 })
  }
  await store.saveSeries([
    { node: NODE, metric: 'messages', fromMs: FROM_MS, stepMs: 1_000, values: [1, null, 0.1, 1e-7] },
  ])
  await store.experiments.begin(
    experimentRecord({ id: await store.experiments.mintId(), createdAtMs: NOW_MS }),
  )
  const by = { who: 'operator token', atMs: NOW_MS }
  const steps = [{ fault: 'kill', target: { query: 'module:Call sample:1' } }]
  const scenario = await store.lab.addScenario(scenarioBody.parse({ name: 'One call', steps }), by)
  const routine = { name: 'Calls', scenario: scenario?.id ?? '', everyMs: 600_000 }
  await store.lab.addRoutine(routineBody.parse(routine), by)
  await store.lab.saveVerdicts('F-0001', NOW_MS, [{ subtree: 'CallSup', fault: 'kill', verdict: 'absorbed' }])
  await store.writeSetting('halt', { isLatched: true, by: 'operator token' })
}

/** Everything a store of `fill` tells through its interface; two that hold the same answer the same. */
export async function contents(store: Store, crashes: number) {
  const parsed = parseCrashQuery('')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const found = await store.searchCrashes(parsed.query, page)
  const reports: (CrashReport | null)[] = []
  for (let i = 0; i < crashes; i++) reports.push(await store.crash(uuid(i)))
  const overrun = parseCrashQuery('frame_overrun module:ModuleA')
  if (!overrun.ok) throw new Error(overrun.error.message)
  return {
    reports,
    summaries: found.items.map(({ id, atMs, atUs, node, module, reason, outcome: end, groupId, isRoot }) => {
      return { id, atMs, atUs, node, module, reason, outcome: end, groupId, isRoot }
    }),
    byWords: (await store.searchCrashes(overrun.query, page)).items.map(({ id }) => id),
    groups: (await store.searchGroups(parsed.query, page)).items.map(
      ({ id, fingerprint, name, count, casualties, notStored, firstSeenMs, lastSeenMs, nodes }) => {
        return { id, fingerprint, name, count, casualties, notStored, firstSeenMs, lastSeenMs, nodes }
      },
    ),
    audit: (await store.audit({}, page)).items,
    series: await store.series({ node: null, metric: 'messages', fromMs: 0, toMs: NOW_MS }),
    experiments: (await store.experiments.list({}, page)).items,
    lab: [await store.lab.scenarios(), await store.lab.routines(), await store.lab.verdicts(0)],
    setting: await store.readSetting('halt'),
  }
}

/** The same for the same number, so that two stores can be compared. */
function uuid(n: number): string {
  const hex = createHash('sha256').update(`crash ${n}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
