/**
 * Experiments, as the HTTP API takes and gives them: one fault or several, laid upon targets, for a time, at a time, with conditions that stop it, and
 * a record of what became of every target.
 */
import { z } from 'zod'
import { when } from './when.ts'
import { MAX_TARGETS, TARGET_STATES } from './wire.ts'

const time = z.iso.datetime()
const count = z.int().min(0)
const text = z.string().max(4_096)

/** What a fault is laid upon. */
export const stepTarget = z
  .union([
    z.strictObject({ node: text, pid: text }).describe('One process, by logical key or pid.'),
    z.strictObject({
      query: text.describe('Processes, in the query language; `sample:5%` or `sample:1` takes some of them.'),
      from: text.optional().describe('Only messages of senders that match this query: an edge.'),
    }),
    z.strictObject({ node: text, port: text }).describe('A named port of a node.'),
    z.strictObject({ node: text }).describe('A node as a whole.'),
  ])
  .meta({ id: 'FaultTarget' })
export type StepTarget = z.infer<typeof stepTarget>

export const step = z.strictObject({
  fault: z.string().min(1).max(64).describe('A kind of the catalogue.'),
  target: stepTarget,
  follow: z
    .enum(['static', 'dynamic'])
    .default('dynamic')
    .describe('`static`: the lives that were chosen; `dynamic`: the logical processes, over restarts.'),
  parameters: z.record(z.string().max(64), z.unknown()).default({}),
  when: when.nullable().default(null).describe('When it fires; `null` for the kind’s own.'),
  durationMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .nullable()
    .default(60_000)
    .describe('`null`: until it is ended or all is halted.'),
  maxFirings: z.int().min(1).max(1_000_000).default(10_000).describe('Of each target, at most.'),
})
export type Step = z.infer<typeof step>

/** Conditions that end an experiment; one left out does not. */
export const stopWhen = z.strictObject({
  crashes: z.int().min(1).max(100_000).nullable().default(100).describe('More crashes caused than this.'),
  intensityPercent: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .default(80)
    .describe('A supervisor above a target has used more than this share of its restart intensity.'),
  mailbox: z.int().min(1).max(1_000_000).nullable().default(10_000).describe('A mailbox is longer.'),
  lostMs: z
    .int()
    .min(1_000)
    .max(60_000)
    .nullable()
    .default(2_000)
    .describe('The hub has not heard a node this long.'),
  handlingP99Ms: z.number().min(0.1).max(60_000).nullable().default(null).describe('Handling takes longer.'),
})
export type StopWhen = z.infer<typeof stopWhen>

export const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('now') }),
  z.strictObject({ kind: z.literal('at'), at: time }),
  z.strictObject({
    kind: z.literal('every'),
    everyMs: z.int().min(1_000).max(86_400_000),
    times: z.int().min(1).max(1_000),
  }),
  z.strictObject({
    kind: z.literal('pattern'),
    times: z.int().min(1).max(1_000),
    minGapMs: z.int().min(1_000).max(86_400_000),
    maxGapMs: z.int().min(1_000).max(86_400_000),
  }),
])
export type Schedule = z.infer<typeof schedule>

const seed = z.int().min(0).max(4_294_967_295)
const whole = {
  name: z.string().max(120).default(''),
  steps: z.array(step).min(1).max(16),
  arrangement: z.enum(['together', 'sequence']).default('together'),
  stop: stopWhen.prefault({}),
  ifRefused: z
    .enum(['run_rest', 'stop_all'])
    .default('run_rest')
    .describe('What becomes of the others where some targets are refused.'),
  blastPercent: z
    .number()
    .gt(0)
    .max(100)
    .default(25)
    .describe('Refused where it would hit more than this share of a node’s processes.'),
}

/** What a scenario holds: an experiment without a time and a seed. */
export const scenarioBody = z.strictObject(whole).meta({ id: 'FaultScenarioBody' })
export type ScenarioBody = z.infer<typeof scenarioBody>

/** What a request may say beside what it does: when, and under which id, so that a request that is sent twice is taken once. */
const request = {
  id: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .optional()
    .describe('Of the request: one with an id that was taken before is refused.'),
  schedule: schedule.default({ kind: 'now' }),
  seed: seed.optional(),
}

/** `POST /api/v1/faults`: one fault in short, or steps, or a saved scenario. */
export const faultRequest = z
  .union([
    z.strictObject({
      ...step.shape,
      name: whole.name,
      stop: whole.stop,
      ifRefused: whole.ifRefused,
      blastPercent: whole.blastPercent,
      ...request,
    }),
    z.strictObject({ ...whole, ...request }),
    z.strictObject({ scenario: z.string().min(1).max(64).describe('Id of a saved scenario.'), ...request }),
  ])
  .meta({ id: 'FaultRequest' })
export type FaultRequest = z.infer<typeof faultRequest>

export const EXPERIMENT_STATES = ['scheduled', 'running', 'ending', 'ended', 'refused'] as const
export type ExperimentState = (typeof EXPERIMENT_STATES)[number]

/** Why an experiment is over. */
export const EXPERIMENT_ENDS = [
  'done',
  'stopped',
  'halted',
  'crashes',
  'intensity',
  'mailbox',
  'lost',
  'handling',
  'refused',
  'hub_restarted',
] as const
export type ExperimentEnd = (typeof EXPERIMENT_ENDS)[number]

/** One target of one step, as it is written down. */
export const experimentTarget = z.object({
  step: count,
  node: z.string(),
  key: z.string(),
  pid: z.string(),
  state: z.enum(['intended', ...TARGET_STATES]),
  code: z.string(),
  firings: count,
  injectedAt: time.nullable(),
  recoveredAt: time.nullable(),
  readBack: z.string(),
})
export type ExperimentTarget = z.infer<typeof experimentTarget>

export const VERDICTS = ['absorbed', 'degraded', 'escalated'] as const
export type Verdict = (typeof VERDICTS)[number]

const beside = z.object({ before: z.number().nullable(), during: z.number().nullable() })

/** What an experiment did to the system, against the same time before it. */
export const resilience = z
  .object({
    verdict: z.enum(VERDICTS),
    /** One sentence each, the weightiest first. */
    because: z.array(z.string()),
    crashesCaused: count,
    crashesOther: count,
    restarts: count,
    recoveryP50Ms: z.number().nullable(),
    recoveryP99Ms: z.number().nullable(),
    messagesTouched: count,
    messagesDropped: count,
    messagesLost: count.describe('In mailboxes of processes that ended.'),
    mailboxPeak: beside,
    handledPerS: beside,
    handlingP99Ms: beside,
    cascadeLargest: count,
    escalations: z.array(z.object({ supervisor: z.string(), to: z.string().nullable() })),
    notBack: count.describe('Processes that did not come back.'),
  })
  .meta({ id: 'ResilienceReport' })
export type Resilience = z.infer<typeof resilience>

export const experiment = z
  .object({
    id: z.string().describe('Like F-0193.'),
    name: z.string(),
    by: z.string(),
    status: z.enum(EXPERIMENT_STATES),
    endedBy: z.enum(EXPERIMENT_ENDS).nullable(),
    /** In words, for a person. */
    endedWhy: z.string(),
    steps: z.array(step),
    arrangement: z.enum(['together', 'sequence']),
    stop: stopWhen,
    schedule,
    seed,
    /** Which standing schedule started it. */
    routine: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    endsAt: time.nullable(),
    endedAt: time.nullable(),
    nodes: z.array(z.string()),
    targets: z.array(experimentTarget).max(MAX_TARGETS),
    firings: count,
    touched: count,
    dropped: count,
    crashes: count,
    resilience: resilience.nullable(),
  })
  .meta({ id: 'Experiment' })
export type Experiment = z.infer<typeof experiment>

/** `GET /api/v1/faults/{id}/report`: whether it passes, for whoever runs it unattended. */
export const faultReport = z
  .object({
    pass: z.boolean().describe('The verdict is better than `failOn`. What injected nothing does not pass.'),
    failOn: z.enum(['degraded', 'escalated']),
    verdict: z.enum(VERDICTS).nullable().describe('`null` where nothing was injected.'),
    because: z.array(z.string()),
    experiment,
  })
  .meta({ id: 'FaultReport' })
export type FaultReport = z.infer<typeof faultReport>

/** A dry run: what would be hit and what might follow. Shapes of `blast` as in `BlastRadius`, one for each node and step. */
export const dryRun = z
  .object({
    matching: count,
    targets: z.array(z.object({ step: count, node: z.string(), key: z.string(), pid: z.string() })),
    refused: z.array(z.object({ node: z.string(), key: z.string(), code: z.string(), message: z.string() })),
    blast: z.array(z.object({ step: count, node: z.string(), radius: z.unknown() })),
    /** Share of the node's processes, in percent, the largest of all nodes. */
    sharePercent: z.number(),
    /** What a person should know before, like a headroom that is smaller than the crashes asked for. */
    warnings: z.array(z.string()),
    /** Why it would be refused as a whole, else `null`. */
    refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
    seed,
  })
  .meta({ id: 'FaultDryRun' })
export type DryRun = z.infer<typeof dryRun>

/** `GET /api/v1/faults/catalogue`: a kind with its form, and which nodes would take it. */
export const catalogueEntry = z
  .object({
    kind: z.string(),
    title: z.string(),
    group: z.enum(['process', 'messages', 'node']),
    summary: z.string(),
    reach: z.int().min(1).max(4).describe('1 its process, 2 its siblings too, 3 the node, 4 the cluster.'),
    scope: z.enum(['process', 'supervisor', 'port', 'node']),
    life: z.enum(['shot', 'lease']),
    when: when.nullable(),
    hasEdges: z.boolean(),
    form: z.array(z.record(z.string(), z.unknown())),
    parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of its parameters.'),
    undone: z.string(),
    proof: z.string(),
    isDirect: z.boolean(),
    needsTyping: z.boolean(),
    nodes: z.array(
      z.object({
        node: z.string(),
        isOffered: z.boolean(),
        why: z.string().describe('Why not, else empty.'),
      }),
    ),
  })
  .meta({ id: 'FaultKind' })
export type CatalogueEntry = z.infer<typeof catalogueEntry>

export const scenario = z
  .object({ id: z.string(), name: z.string(), by: z.string(), savedAt: time, body: scenarioBody })
  .meta({ id: 'FaultScenario' })
export type Scenario = z.infer<typeof scenario>

/** Chaos as routine: a scenario, again and again, within hours and days, by chance, within a budget. */
export const routineBody = z
  .strictObject({
    name: z.string().min(1).max(120),
    scenario: z.string().min(1).max(64),
    isOn: z.boolean().default(true),
    everyMs: z.int().min(60_000).max(86_400_000),
    /** 1 is Monday. */
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).default([1, 2, 3, 4, 5]),
    /** Whole hours in `zone`, `to` exclusive. */
    fromHour: z.int().min(0).max(23).default(9),
    toHour: z.int().min(1).max(24).default(17),
    zone: z.string().max(64).default('UTC').describe('IANA time zone.'),
    holidays: z.array(z.iso.date()).max(366).default([]),
    probability: z.number().gt(0).max(1).default(1),
    seed: seed.default(1),
    /** It stops itself beyond these. */
    budget: z
      .strictObject({
        runsPerDay: z.int().min(1).max(1_000).default(48),
        crashesPerDay: z.int().min(1).max(100_000).default(200),
      })
      .prefault({}),
    /** It stops itself after an experiment with this verdict or a worse one. */
    stopAfter: z.enum(['degraded', 'escalated']).default('escalated'),
  })
  .meta({ id: 'FaultRoutineBody' })
export type RoutineBody = z.infer<typeof routineBody>

export const routine = z
  .object({
    id: z.string(),
    by: z.string(),
    savedAt: time,
    body: routineBody,
    nextAt: time.nullable(),
    runsToday: count,
    crashesToday: count,
    /** Why it stopped itself, else empty. */
    stoppedWhy: z.string(),
    lastExperiment: z.string().nullable(),
  })
  .meta({ id: 'FaultRoutine' })
export type Routine = z.infer<typeof routine>

/** Subtree × fault: the verdicts of a time, with the newest experiment of each cell. */
export const resilienceMatrix = z
  .object({
    from: time,
    experiments: count,
    subtrees: z.array(z.string()),
    faults: z.array(z.string()),
    cells: z.array(
      z.object({
        subtree: z.string(),
        fault: z.string(),
        verdict: z.enum(VERDICTS),
        runs: count,
        /** Verdicts of the newest 20 runs, oldest first: the trend. */
        trend: z.array(z.enum(VERDICTS)),
        latest: z.string(),
      }),
    ),
  })
  .meta({ id: 'ResilienceMatrix' })
export type ResilienceMatrix = z.infer<typeof resilienceMatrix>
