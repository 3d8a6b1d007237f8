/**
 * Searching a month of crash reports as the crashes screen does, on a server and on the embedded database: the mix of
 * queries, opening the list, pruning beside it, and new crashes that must be stored while searches run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../packages/hub/src/store/connect.ts'
import { startEmbedded } from '../../packages/hub/src/store/embedded.ts'
import { openStore } from '../../packages/hub/src/store/open-store.ts'
import type { Store } from '../../packages/hub/src/store/store.ts'
import { startCluster } from '../../packages/hub/test/postgres.ts'
import { type Figures, quantile } from '../suite.ts'
import { fill } from './fill.ts'
import { createRandom, moduleName, nodeName, reasonName, reportAt } from './reports.ts'

export interface SearchOptions {
  reports: number
  /** Queries of the mix. */
  searches: number
  kind: 'postgres' | 'embedded'
}

export interface SearchFigures {
  searchP50Ms: number
  searchP95Ms: number
  searchMaxMs: number
  /** Opening the list: the screen and the first page of reports. */
  openP95Ms: number
  /** Searches while a day of reports is pruned. */
  pruneSearchP95Ms: number
  pruned: number
  /** From a new crash to stored while four searches run without a pause. */
  storedP95Ms: number
  tooWide: number
}

/** Fills a store of its own and measures. */
export async function measureSearch(
  { reports, searches, kind }: SearchOptions,
  log: (line: string) => void,
): Promise<SearchFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-search-'))
  await using cluster = kind === 'postgres' ? await startCluster() : null
  const at = { databaseUrl: (await cluster?.database()) ?? null, dataDir: join(folder, 'data') }
  const nowMs = Date.now()
  try {
    await (await connect(at)).close()
    const embedded = at.databaseUrl === null ? await startEmbedded(at.dataDir) : null
    await fill(embedded?.connection ?? { connectionString: at.databaseUrl ?? '' }, { reports, nowMs }, log)
    await embedded?.close()
    // One day less than what is held, so that there is something to prune.
    await using store = await openStore({ ...at, retentionDays: 29, retentionMb: null })
    return await measure(store, searches, nowMs, log)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Measures a filled store as of the moment at which its reports end. */
export async function measure(
  store: Store,
  searches: number,
  nowMs: number,
  log: (line: string) => void,
): Promise<SearchFigures> {
  const random = createRandom(Number(process.env.ORRERY_SEED ?? 7))
  let tooWide = 0
  const search = async (q: string) => {
    const began = performance.now()
    const view = await store.crashesView(q, nowMs)
    if (view.error?.code === 'query.too_wide') tooWide++
    else if (view.error) throw new Error(`${q}: ${view.error.message}`)
    return performance.now() - began
  }
  for (let i = 0; i < 20; i++) await search(mixed(random))
  const took: { q: string; ms: number }[] = []
  for (let i = 0; i < searches; i++) {
    const q = mixed(random)
    took.push({ q, ms: await search(q) })
  }
  const slowest = [...took].sort((a, b) => b.ms - a.ms).slice(0, 5)
  for (const { q, ms } of slowest) log(`slow: ${Math.round(ms)} ms ${q}`)

  const opened: number[] = []
  for (let i = 0; i < 20; i++) {
    const began = performance.now()
    await Promise.all([
      store.crashesView('last:24h', nowMs),
      store.searchCrashes({ text: '', clauses: [] }, { limit: 100, cursor: null }),
    ])
    opened.push(performance.now() - began)
  }

  const pruning = store.prune(nowMs)
  let isPruning = true
  void pruning.finally(() => {
    isPruning = false
  })
  const beside: number[] = []
  while (isPruning) beside.push(await search(mixed(random)))
  const pruned = (await pruning).crashes

  let isSearching = true
  const busy = Array.from({ length: 4 }, async () => {
    while (isSearching) await search(mixed(random))
  })
  const stored: number[] = []
  for (let i = 0; i < 100; i++) {
    const report = reportAt(nowMs, random)
    const began = performance.now()
    await store.saveCrashes([report])
    stored.push(performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  isSearching = false
  await Promise.all(busy)
  const ms = took.map((one) => one.ms)
  return {
    searchP50Ms: quantile(ms, 0.5),
    searchP95Ms: quantile(ms, 0.95),
    searchMaxMs: Math.max(...ms),
    openP95Ms: quantile(opened, 0.95),
    pruneSearchP95Ms: quantile(beside, 0.95),
    pruned,
    storedP95Ms: quantile(stored, 0.95),
    tooWide,
  }
}

const KINDS = ['throw', 'exit', 'timeout']
const OUTCOMES = ['restarted', 'given_up', 'not_restarted']
const TIMES = ['last:24h', 'last:24h', 'last:24h', 'last:3h', 'last:7d', 'last:30d']

/** A query as somebody at the screen makes one: facets clicked, a word typed, a longer time taken. */
function mixed(random: () => number): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const one = (): string => {
    switch (Math.floor(random() * 8)) {
      case 0:
        return `module:${moduleName(Math.floor(random() ** 2.5 * 160))}`
      case 1:
        return `node:${nodeName(Math.floor(random() * 12))}`
      case 2:
        return `reason:${reasonName(Math.floor(random() * 8))}`
      case 3:
        return `outcome:${pick(OUTCOMES)}`
      case 4:
        return `kind:${pick(KINDS)}`
      case 5:
        return `-reason:${reasonName(Math.floor(random() * 8))}`
      case 6:
        return pick(['is:injected', 'is:organic', 'is:root'])
      default:
        return ''
    }
  }
  /** A module, what went wrong, a number out of a log. */
  const word = () =>
    pick([
      moduleName(Math.floor(random() * 160)),
      pick(['ledger', 'trunk writer', 'noproc reserve', 'frame_overrun', 'session_client']),
      `trunk ${Math.floor(random() * 1_000_000)}`,
    ])
  const words = random() < 0.4 ? [word()] : []
  const facets = [one(), random() < 0.3 ? one() : '']
  return [...words, ...facets, pick(TIMES)].filter(Boolean).join(' ')
}

/** Figures as the suite names them. */
export function figuresOf(seen: SearchFigures, size: string): Figures {
  return {
    [`search_p50_ms_${size}`]: seen.searchP50Ms,
    [`search_p95_ms_${size}`]: seen.searchP95Ms,
    [`search_max_ms_${size}`]: seen.searchMaxMs,
    [`list_p95_ms_${size}`]: seen.openP95Ms,
    [`search_beside_prune_p95_ms_${size}`]: seen.pruneSearchP95Ms,
    [`pruned_${size}`]: seen.pruned,
    [`stored_beside_searches_p95_ms_${size}`]: seen.storedP95Ms,
    [`searches_too_wide_${size}`]: seen.tooWide,
  }
}
