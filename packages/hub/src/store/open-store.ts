/** Puts the store together: one connection, and a thin object over the functions that do the work. */
import type { CrashesView } from '@orrery/live/views'
import type { CrashReport } from '@orrery/protocol'
import { Prisma } from '../generated/client.ts'
import { appendAudit, readAudit, settleAudit } from './audit-table.ts'
import { createCellBook } from './cell-book.ts'
import { type Connection, type ConnectOptions, connect } from './connect.ts'
import { groupsSql, parseCrashQuery, splitStatuses, toSql } from './crash-query.ts'
import { readCrash, readCrashView, readGroup, searchCrashes, searchGroups } from './crash-read.ts'
import { toJsonb } from './crash-row.ts'
import { amendCrashes, saveCrashes } from './crash-write.ts'
import { NO_STATUSES, readCrashesView } from './crashes-screen.ts'
import { isTimeout, isUnwilling } from './database-error.ts'
import { createDiskRoom, type DiskRoom } from './disk-room.ts'
import { experimentStore } from './fault-table.ts'
import { createGate } from './gate.ts'
import { leadGroups } from './group-address.ts'
import { changeGroup, notesOf } from './group-notes.ts'
import { mergeGroup, unmergeGroup } from './group-rules.ts'
import { labTable } from './lab-table.ts'
import { prune, type Retention, tidy } from './prune.ts'
import { regroup } from './regroup.ts'
import { createRollupBook } from './rollup-book.ts'
import { readSeries, saveSeries, seriesHeldFromMs } from './series-table.ts'
import { deleteSourceMap, listSourceMaps, saveSourceMap } from './source-map-table.ts'
import { createSourceMaps } from './source-maps.ts'
import type { Store } from './store.ts'
import { saveStormCounts } from './storm-counts.ts'

export interface StoreOptions extends ConnectOptions {
  retentionDays: number
  retentionMb: number | null
  /** Called when the database stops or starts to answer. */
  onReady?: (isReady: boolean) => void
}

/** Above this an embedded database gets slow; a server of its own has no such bound. */
const EMBEDDED_REPORTS = 100_000
const EMBEDDED_MB = 2_048
/** Searches at once: the other connections are for what comes in. */
const SEARCHES = { embedded: 1, postgres: 3 } as const
/** So long after it last refused to write, a database that answers is taken at its word. Above the inbox's longest wait. */
const UNWILLING_MS = 10_000
/** Notes of one group that are answered with. */
const MAX_NOTES = 1_000

/** Opens the database, migrates it and answers with the store. Throws `StoreError`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  let died = (): void => undefined
  const connection = await connect({
    ...options,
    onDied(error) {
      died()
      options.onDied?.(error)
    },
  })
  const isEmbedded = connection.kind === 'embedded'
  const retention: Retention = {
    days: options.retentionDays,
    mb: options.retentionMb ?? (isEmbedded ? EMBEDDED_MB : null),
    reports: isEmbedded ? EMBEDDED_REPORTS : null,
  }
  const room = isEmbedded ? createDiskRoom(options.dataDir) : null
  const { store, setReady } = storeOver(connection, retention, options.onReady ?? (() => undefined), room)
  died = () => setReady(false)
  return store
}

function storeOver(
  connection: Connection,
  retention: Retention,
  onReady: (isReady: boolean) => void,
  room: DiskRoom | null,
): { store: Store; setReady: (isReady: boolean) => void } {
  const { prisma, kind } = connection
  const maps = createSourceMaps(prisma)
  const books = { cells: createCellBook(), rollups: createRollupBook() }
  const searches = createGate(SEARCHES[kind])
  let isReady = true
  let unwillingUntilMs = 0
  let isClosed = false
  const setReady = (now: boolean) => {
    if (isReady === now || isClosed) return
    isReady = now
    onReady(now)
  }
  const ping = async () => {
    try {
      await prisma.$queryRaw`SELECT 1`
      setReady(performance.now() > unwillingUntilMs)
    } catch {
      setReady(false)
    }
    return isReady
  }
  /** What is written says that it can be; a database may answer and have no room. */
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    const value = await watch(room === null ? work() : room.check().then(work))
    unwillingUntilMs = 0
    setReady(true)
    return value
  }
  /** Any answer of the database says whether it is there; a refusal of one statement does not. */
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const value = await work
      setReady(performance.now() > unwillingUntilMs)
      return value
    } catch (error) {
      if (isUnwilling(error)) unwillingUntilMs = performance.now() + UNWILLING_MS
      if (!isClosed) await ping()
      throw error
    }
  }
  /** A report as the maps that are here by now read it. */
  const read = async (report: CrashReport | null): Promise<CrashReport | null> =>
    report === null ? null : ((await maps.apply([report], Date.now()))[0] ?? null)
  const close = async () => {
    isClosed = true
    isReady = false
    await connection.close()
  }
  const store: Store = {
    kind,
    saveCrashes: (reports) => write(async () => saveCrashes(prisma, await maps.apply(reports, Date.now()))),
    importCrash: async (report, importedBy) => {
      if ((await watch(readCrash(prisma, report.id))) !== null) return 'held'
      const saved = await write(async () =>
        saveCrashes(prisma, await maps.apply([report], Date.now()), importedBy.slice(0, 255)),
      )
      return saved.length === 0 ? 'refused' : 'stored'
    },
    amendCrashes: (amendments) => write(() => amendCrashes(prisma, amendments)),
    saveStormCounts: (node, incarnation, counts, release = null) =>
      write(() => saveStormCounts(prisma, node, incarnation, counts, release)),
    crash: (id) => watch(readCrash(prisma, id).then(read)),
    crashView: (id) =>
      watch(
        readCrashView(prisma, id, Date.now()).then(async (view) => ({
          ...view,
          report: await read(view.report),
        })),
      ),
    crashesView: async (q, nowMs) => {
      const parsed = parseCrashQuery(q)
      if (!parsed.ok) return { ...NO_CRASHES, error: parsed.error }
      const { ofCrashes, statuses } = splitStatuses(await watch(leadGroups(prisma, parsed.query)))
      return watch(
        searches
          .pass(() => readCrashesView(prisma, books, ofCrashes, statuses, nowMs))
          .catch((error: unknown) => {
            if (isTimeout(error)) return { ...NO_CRASHES, error: tooWide(q) }
            throw error
          }),
      )
    },
    searchCrashes: (query, page) =>
      watch(
        searches.pass(async () =>
          searchCrashes(prisma, toSql(await leadGroups(prisma, query), Date.now()), page),
        ),
      ),
    searchGroups: (query, page) =>
      watch(
        searches.pass(async () => {
          const where = groupsSql(await leadGroups(prisma, query), Date.now())
          return searchGroups(prisma, where, page, Date.now())
        }),
      ),
    group: (id, nowMs) => watch(readGroup(prisma, id, nowMs)),
    groupNotes: (id) => watch(notesOf(prisma, id, MAX_NOTES)),
    changeGroup: (id, patch, by) => write(() => changeGroup(prisma, id, patch, by)),
    mergeGroup: (id, into, by) => write(() => mergeGroup(prisma, id, into, by)),
    unmergeGroup: (id, by) => write(() => unmergeGroup(prisma, id, by)),
    regroup: () => write(() => regroup(prisma)),
    experiments: experimentStore(prisma, watch, write),
    appendAudit: (entry) => write(() => appendAudit(prisma, entry)),
    settleAudit: (id, result) => write(() => settleAudit(prisma, id, result)),
    audit: (filter, page) => watch(readAudit(prisma, filter, page)),
    saveSeries: (blocks) => write(() => saveSeries(prisma, blocks)),
    series: (q) => watch(readSeries(prisma, q)),
    seriesHeldFromMs: () => watch(seriesHeldFromMs(prisma)),
    saveSourceMap: (map) => write(() => saveSourceMap(prisma, map)),
    sourceMaps: (page) => watch(listSourceMaps(prisma, page)),
    deleteSourceMap: (id) => write(() => deleteSourceMap(prisma, id)),
    lab: labTable(prisma, { read: (work) => watch(work()), write }),
    readSetting: async (key) =>
      (await watch(prisma.hubSetting.findUnique({ where: { key } })))?.value ?? null,
    writeSetting: async (key, value) => {
      const json = JSON.parse(toJsonb(value)) as Prisma.InputJsonValue | null
      const data = { value: json ?? Prisma.JsonNull }
      await write(() => prisma.hubSetting.upsert({ where: { key }, create: { key, ...data }, update: data }))
    },
    prune: (nowMs) =>
      watch(
        (async () => {
          const pruned = await prune(prisma, retention, nowMs)
          if (kind === 'embedded') await tidy(prisma, pruned)
          return pruned
        })(),
      ),
    ready: () => isReady,
    ping,
    close,
    [Symbol.asyncDispose]: close,
  }
  return { store, setReady }
}

function tooWide(q: string): CrashesView['error'] & object {
  return {
    code: 'query.too_wide',
    message:
      'This finds too much to count in five seconds: take a shorter time, as in last:24h, or add a field.',
    from: 0,
    to: q.length,
  }
}

const NO_CRASHES = {
  total: 0,
  groupsTotal: 0,
  groupsFound: 0,
  groups: [],
  statuses: NO_STATUSES,
  facets: { reason: [], node: [], module: [], outcome: [], kind: [], cause: [] },
  pending: 0,
}
