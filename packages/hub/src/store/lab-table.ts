/** Scenarios, routines and verdicts in the database. What is read is parsed: a row nobody can read any more is as good as none. */
import { routineBody, type Scenario, scenarioBody, VERDICTS, type Verdict } from '@orrery/protocol/faults'
import { z } from 'zod'
import {
  FRESH,
  type LabStore,
  MAX_ROUTINES,
  MAX_SCENARIOS,
  type RoutineState,
  type StoredRoutine,
} from '../faults/lab-store.ts'
import type { Prisma, PrismaClient } from '../generated/client.ts'
import { toJsonb } from './crash-row.ts'
import { crashesOf } from './fault-crashes.ts'

/** How the store reads and writes: each says whether the database answers. */
export interface Access {
  read<T>(work: () => Promise<T>): Promise<T>
  write<T>(work: () => Promise<T>): Promise<T>
}

/** Supervisors are many, their names long: what does not fit an index is cut. */
const NAME_CHARS = 255
const VERDICT_ROWS = 100_000

export function labTable(prisma: PrismaClient, { read, write }: Access): LabStore {
  return {
    scenarios: () =>
      read(async () => {
        const rows = await prisma.faultScenario.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }] })
        return rows.flatMap((row) => scenarioOf(row) ?? [])
      }),
    scenario: (id) =>
      read(async () => {
        const row = await prisma.faultScenario.findUnique({ where: { id } })
        return row && scenarioOf(row)
      }),
    addScenario: (body, by) =>
      write(async () => {
        if ((await prisma.faultScenario.count()) >= MAX_SCENARIOS) return null
        const id = await numbered(prisma, 'fault_scenarios', 'S')
        const row = await prisma.faultScenario.create({ data: { id, ...scenarioData(body, by) } })
        return scenarioOf(row)
      }),
    putScenario: (id, body, by) =>
      write(async () => {
        const { count } = await prisma.faultScenario.updateMany({
          where: { id },
          data: scenarioData(body, by),
        })
        if (count === 0) return null
        const row = await prisma.faultScenario.findUnique({ where: { id } })
        return row && scenarioOf(row)
      }),
    dropScenario: (id) =>
      write(async () => {
        // One statement, so that no routine begins to use it meanwhile.
        const gone = await prisma.$executeRaw`
          DELETE FROM fault_scenarios WHERE id = ${id}
            AND NOT EXISTS (SELECT 1 FROM fault_routines r WHERE r.scenario_id = ${id})`
        if (gone > 0) return 'dropped'
        return (await prisma.faultScenario.findUnique({ where: { id } })) === null ? 'unknown' : 'in_use'
      }),

    routines: () =>
      read(async () => {
        const rows = await prisma.faultRoutine.findMany({ orderBy: [{ id: 'asc' }] })
        return rows.flatMap((row) => routineOf(row) ?? [])
      }),
    addRoutine: (body, by) =>
      write(async () => {
        if ((await prisma.faultRoutine.count()) >= MAX_ROUTINES) return null
        const id = await numbered(prisma, 'fault_routines', 'R')
        return routineOf(await prisma.faultRoutine.create({ data: { id, ...routineData(body, by) } }))
      }),
    putRoutine: (id, body, by) =>
      write(async () => {
        const { count } = await prisma.faultRoutine.updateMany({ where: { id }, data: routineData(body, by) })
        if (count === 0) return null
        const row = await prisma.faultRoutine.findUnique({ where: { id } })
        return row && routineOf(row)
      }),
    saveRoutineState: (id, state) =>
      write(async () => {
        await prisma.faultRoutine.updateMany({ where: { id }, data: { state: json(state) } })
      }),
    dropRoutine: (id) =>
      write(async () => (await prisma.faultRoutine.deleteMany({ where: { id } })).count > 0),

    crashesOf: (asked) => read(() => crashesOf(prisma, asked)),
    saveVerdicts: (experiment, atMs, rows) =>
      write(async () => {
        const data = unique(rows.map((row) => ({ ...row, subtree: clean(row.subtree).slice(0, NAME_CHARS) })))
        await prisma.$transaction([
          prisma.faultVerdict.deleteMany({ where: { experimentId: experiment } }),
          prisma.faultVerdict.createMany({
            data: data.map((row) => ({ experimentId: experiment, at: new Date(atMs), ...row })),
          }),
        ])
      }),
    verdicts: (fromMs) =>
      read(async () => {
        const rows = await prisma.faultVerdict.findMany({
          where: { at: { gte: new Date(fromMs) } },
          orderBy: [{ at: 'desc' }, { experimentId: 'desc' }, { subtree: 'desc' }, { fault: 'desc' }],
          take: VERDICT_ROWS,
        })
        return rows.reverse().flatMap((row) => {
          const verdict = VERDICTS.find((known) => known === row.verdict)
          const { experimentId: experiment, subtree, fault, at } = row
          return verdict === undefined ? [] : [{ experiment, subtree, fault, verdict, atMs: at.getTime() }]
        })
      }),
  }
}

/** The next of a row of numbers that outlives what it numbered: `S-0001`. */
async function numbered(prisma: PrismaClient, row: string, letter: string): Promise<string> {
  const [next] = await prisma.$queryRaw<{ n: number }[]>`
    INSERT INTO hub_settings AS held (key, value, updated_at) VALUES (${row}, '1'::jsonb, now())
    ON CONFLICT (key) DO UPDATE SET value = to_jsonb(held.value::text::int + 1), updated_at = now()
    RETURNING held.value::text::int AS n`
  return `${letter}-${String(next?.n ?? 0).padStart(4, '0')}`
}

function scenarioOf(row: Prisma.FaultScenarioGetPayload<object>): Scenario | null {
  const body = scenarioBody.safeParse(row.body)
  if (!body.success) return null
  return { id: row.id, name: row.name, by: row.savedBy, savedAt: row.savedAt.toISOString(), body: body.data }
}

function scenarioData(body: Scenario['body'], { who, atMs }: { who: string; atMs: number }) {
  return { name: clean(body.name), savedBy: clean(who), savedAt: new Date(atMs), body: json(body) }
}

const stateSchema: z.ZodType<RoutineState> = z.object({
  day: z.string(),
  runs: z.int(),
  crashes: z.int(),
  refused: z.int(),
  stoppedWhy: z.string(),
  lastExperiment: z.string().nullable(),
})

function routineOf(row: Prisma.FaultRoutineGetPayload<object>): StoredRoutine | null {
  const body = routineBody.safeParse(row.body)
  if (!body.success) return null
  const state = stateSchema.safeParse(row.state)
  return {
    id: row.id,
    by: row.savedBy,
    savedAtMs: row.savedAt.getTime(),
    body: body.data,
    state: state.success ? state.data : FRESH,
  }
}

function routineData(body: StoredRoutine['body'], { who, atMs }: { who: string; atMs: number }) {
  return {
    scenarioId: body.scenario,
    savedBy: clean(who),
    savedAt: new Date(atMs),
    body: json(body),
    state: json(FRESH),
  }
}

function unique<T extends { subtree: string; fault: string; verdict: Verdict }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [`${row.subtree}\n${row.fault}`, row])).values()]
}

function json(value: unknown): Prisma.InputJsonObject {
  return JSON.parse(toJsonb(value)) as Prisma.InputJsonObject
}

/** What Postgres cannot hold in a text. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd')
}
