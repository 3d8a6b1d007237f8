/** Experiments and their targets in the database. Targets go in one statement each time: there may be ten thousand. */
import type { ExperimentState } from '@orrery/protocol/faults'
import type {
  ExperimentFilter,
  ExperimentRecord,
  ExperimentStore,
  TargetRecord,
} from '../faults/experiment-store.ts'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Page, PageRequest } from './store.ts'

const NUMBER = 'fault_experiments'
/** Of each experiment in a list. */
const LISTED_TARGETS = 50
const MAX_ENDED = 1_000
const UNFINISHED: ExperimentState[] = ['scheduled', 'running', 'ending']

export async function mintExperimentId(prisma: PrismaClient): Promise<string> {
  const [row] = await prisma.$queryRaw<{ n: number }[]>`
    INSERT INTO hub_settings (key, value, updated_at) VALUES (${NUMBER}, '1'::jsonb, now())
    ON CONFLICT (key) DO UPDATE SET value = to_jsonb((hub_settings.value #>> '{}')::int + 1), updated_at = now()
    RETURNING (value #>> '{}')::int AS n`
  return `F-${String(row?.n ?? 0).padStart(4, '0')}`
}

export async function beginExperiment(prisma: PrismaClient, record: ExperimentRecord): Promise<void> {
  const places = record.targets.map((_, place) => place)
  await prisma.$transaction([
    prisma.faultExperiment.create({ data: { id: record.id, ...columns(record) } }),
    putTargets(prisma, record, places),
  ])
}

export async function saveExperiment(
  prisma: PrismaClient,
  record: ExperimentRecord,
  places: readonly number[],
): Promise<void> {
  const update = prisma.faultExperiment.updateMany({ where: { id: record.id }, data: columns(record) })
  if (places.length === 0) await update
  else await prisma.$transaction([update, putTargets(prisma, record, places)])
}

export async function readExperiment(prisma: PrismaClient, id: string): Promise<ExperimentRecord | null> {
  const row = await prisma.faultExperiment.findUnique({ where: { id } })
  if (row === null) return null
  const targets = await prisma.faultTarget.findMany({
    where: { experimentId: id },
    orderBy: { place: 'asc' },
  })
  return toRecord(row, targets)
}

export async function listExperiments(
  prisma: PrismaClient,
  filter: ExperimentFilter,
  page: PageRequest,
): Promise<Page<ExperimentRecord>> {
  const after = decodeCursor(page.cursor)
  const rows = await prisma.faultExperiment.findMany({
    where: {
      ...(filter.status === undefined ? {} : { status: filter.status }),
      ...(after
        ? { OR: [{ createdAt: { lt: after.at } }, { createdAt: after.at, id: { lt: after.id } }] }
        : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  })
  const shown = rows.slice(0, page.limit)
  const last = rows[page.limit - 1]
  const items = await withFirstTargets(prisma, shown)
  return {
    items,
    nextCursor: rows.length > page.limit && last ? encodeCursor(last.createdAt, last.id) : null,
  }
}

export async function endedSince(prisma: PrismaClient, fromMs: number): Promise<ExperimentRecord[]> {
  const rows = await prisma.faultExperiment.findMany({
    where: { status: 'ended', createdAt: { gte: new Date(fromMs) } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: MAX_ENDED,
  })
  return withFirstTargets(prisma, rows.reverse())
}

export async function unfinishedExperiments(prisma: PrismaClient): Promise<ExperimentRecord[]> {
  const rows = await prisma.faultExperiment.findMany({
    where: { status: { in: UNFINISHED } },
    orderBy: { createdAt: 'asc' },
    select: { id: true },
  })
  const found = await Promise.all(rows.map(({ id }) => readExperiment(prisma, id)))
  return found.filter((record) => record !== null)
}

export async function saveResilience(
  prisma: PrismaClient,
  id: string,
  resilience: ExperimentRecord['resilience'],
): Promise<void> {
  const value = resilience === null ? Prisma.DbNull : json(resilience)
  await prisma.faultExperiment.updateMany({ where: { id }, data: { resilience: value } })
}

/** The store's part for experiments; `read` and `write` watch whether the database answers. */
export function experimentStore(
  prisma: PrismaClient,
  read: <T>(work: Promise<T>) => Promise<T>,
  write: <T>(work: () => Promise<T>) => Promise<T>,
): ExperimentStore {
  return {
    mintId: () => write(() => mintExperimentId(prisma)),
    begin: (record) => write(() => beginExperiment(prisma, record)),
    save: (record, places) => write(() => saveExperiment(prisma, record, places)),
    get: (id) => read(readExperiment(prisma, id)),
    list: (filter, page) => read(listExperiments(prisma, filter, page)),
    endedSince: (fromMs) => read(endedSince(prisma, fromMs)),
    unfinished: () => read(unfinishedExperiments(prisma)),
    saveResilience: (id, resilience) => write(() => saveResilience(prisma, id, resilience)),
  }
}

type Row = Prisma.FaultExperimentGetPayload<object>
type TargetRow = Prisma.FaultTargetGetPayload<object>
/** What stands in `body`: the rest of the record. */
type Body = Omit<
  ExperimentRecord,
  'id' | 'status' | 'by' | 'routine' | 'createdAtMs' | 'startedAtMs' | 'endedAtMs' | 'resilience' | 'targets'
>

function columns(record: ExperimentRecord) {
  const { id: _, status, by, routine, createdAtMs, startedAtMs, endedAtMs, ...rest } = record
  const { resilience: __, targets: ___, ...body } = rest
  return {
    status,
    startedBy: by,
    routine,
    createdAt: new Date(createdAtMs),
    startedAt: startedAtMs === null ? null : new Date(startedAtMs),
    endedAt: endedAtMs === null ? null : new Date(endedAtMs),
    body: json(body satisfies Body),
  }
}

function putTargets(prisma: PrismaClient, record: ExperimentRecord, places: readonly number[]) {
  const rows = places.flatMap((place) => {
    const target = record.targets[place]
    return target === undefined ? [] : [{ place, ...target }]
  })
  return prisma.$executeRaw`
    INSERT INTO fault_targets
      (experiment_id, place, step, lease_id, node, key, pid, state, code, firings, injected_at, recovered_at, read_back)
    SELECT ${record.id}, t.place, t.step, t."leaseId", t.node, t.key, t.pid, t.state, t.code, t.firings,
      to_timestamp(t."injectedAtMs" / 1000), to_timestamp(t."recoveredAtMs" / 1000), t."readBack"
    FROM jsonb_to_recordset(${toJsonb(rows)}::jsonb) AS t(
      place int, step int, "leaseId" text, node text, key text, pid text, state text, code text, firings bigint,
      "injectedAtMs" float8, "recoveredAtMs" float8, "readBack" text)
    ON CONFLICT (experiment_id, place) DO UPDATE SET
      lease_id = excluded.lease_id, pid = excluded.pid, state = excluded.state, code = excluded.code,
      firings = excluded.firings, injected_at = excluded.injected_at, recovered_at = excluded.recovered_at,
      read_back = excluded.read_back`
}

async function withFirstTargets(prisma: PrismaClient, rows: readonly Row[]): Promise<ExperimentRecord[]> {
  const targets = await prisma.faultTarget.findMany({
    where: { experimentId: { in: rows.map(({ id }) => id) }, place: { lt: LISTED_TARGETS } },
    orderBy: { place: 'asc' },
  })
  const byId = new Map<string, TargetRow[]>(rows.map(({ id }) => [id, []]))
  for (const target of targets) byId.get(target.experimentId)?.push(target)
  return rows.map((row) => toRecord(row, byId.get(row.id) ?? []))
}

function toRecord(row: Row, targets: readonly TargetRow[]): ExperimentRecord {
  return {
    // Written by `columns` above, so it is what it was.
    ...(row.body as unknown as Body),
    id: row.id,
    status: row.status as ExperimentState,
    by: row.startedBy,
    routine: row.routine,
    createdAtMs: row.createdAt.getTime(),
    startedAtMs: row.startedAt?.getTime() ?? null,
    endedAtMs: row.endedAt?.getTime() ?? null,
    resilience: row.resilience as ExperimentRecord['resilience'],
    targets: targets.map(toTarget),
  }
}

function toTarget(row: TargetRow): TargetRecord {
  const { step, node, key, pid, leaseId, code, readBack } = row
  return {
    ...{ step, node, key, pid, leaseId, code, readBack },
    state: row.state as TargetRecord['state'],
    firings: Number(row.firings),
    injectedAtMs: row.injectedAt?.getTime() ?? null,
    recoveredAtMs: row.recoveredAt?.getTime() ?? null,
  }
}

function json(value: unknown): Prisma.InputJsonObject {
  return JSON.parse(toJsonb(value)) as Prisma.InputJsonObject
}
