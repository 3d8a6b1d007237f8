/**
 * Who may begin or end what: role and limits first, then a dry run, then the audit trail and the intent in the database, and only then the course of it. A
 * refusal is written down as well.
 */
import { randomInt } from 'node:crypto'
import type { ZodError } from 'zod'
import type { AuditTrail } from '../commands/audit-trail.ts'
import type { Actor } from '../commands/commands.ts'
import { describe } from '../logger.ts'
import { auditOf, entryOf, summary } from './audit-words.ts'
import { liveOf } from './births.ts'
import type { Course } from './course.ts'
import { type Prepared, prepare, presentDryRun } from './dry-run.ts'
import { type ConductorOptions, type Experiments, KEPT_IDS } from './experiments.ts'
import type { DryRunOutcome, FaultRefusal, Faults, StartOutcome, StopOutcome } from './faults.ts'
import { createThrottle, MAX_OPEN, MAX_STARTING } from './limits.ts'
import type { LiveExperiment } from './live-experiment.ts'
import { malformed, type Plan, type Refused, readPlan, refuse } from './plan.ts'
import { runsOf } from './schedule.ts'
import type { Showing } from './showing.ts'

export interface Admission extends Pick<Faults, 'start' | 'dryRun' | 'stop'> {
  /** A body that no schema takes: refused, and written down as any other. */
  refuseUnread(actor: Actor, error: ZodError): Promise<FaultRefusal>
  /** Refusals are told one by one again; those that were only counted are told now. */
  newSecond(): void
}

const AUDIT_MS = 3_000
const MAX_TOLD_REFUSALS = 10

export function createAdmission(
  options: Pick<ConductorOptions, 'store' | 'trail' | 'latch' | 'clock' | 'logger' | 'counters' | 'scenario'>,
  { open, sources }: Pick<Experiments, 'open' | 'sources'>,
  { moved }: Pick<Showing, 'moved'>,
  { layOut, beginRun, end }: Pick<Course, 'layOut' | 'beginRun' | 'end'>,
): Admission {
  const { store, trail, latch, clock, logger, counters } = options
  const taken = new Set<string>()
  const throttle = createThrottle()
  let starting = 0
  let turnedAway = 0
  let toldRefusals = 0

  const start = async (
    actor: Actor,
    body: unknown,
    from: { routine: string | null } = { routine: null },
  ): Promise<StartOutcome> => {
    counters.commands++
    const no = (refusal: Refused, plan: Plan | null): Promise<FaultRefusal> =>
      turnAway(actor, 'fault.start', refusal, plan, body)
    if (actor.role !== 'operator') return no(refuse('role.insufficient'), null)
    // What is being started has the database to wait for; more of it at once would only make all of it wait.
    if (starting >= MAX_STARTING || !throttle(clock.nowMs())) return no(refuse('fault.too_often'), null)
    starting++
    try {
      return await consider(actor, body, from.routine, no)
    } finally {
      starting--
    }
  }

  const consider = async (
    actor: Actor,
    body: unknown,
    routine: string | null,
    no: (refusal: Refused, plan: Plan | null) => Promise<FaultRefusal>,
  ): Promise<StartOutcome> => {
    const read = await readPlan(body, options.scenario, () => randomInt(0, 2 ** 32))
    if (!read.ok) return no(read, null)
    const { plan } = read
    if (plan.id !== null && taken.has(plan.id)) return no(refuse('command.replayed'), plan)
    if (latch.isHalted) return no(refuse('halt.latched'), plan)
    if (open.size + starting > MAX_OPEN)
      return no(refuse('fault.too_often', `${MAX_OPEN} experiments are open; end one first`), plan)
    if (plan.id !== null) remember(plan.id)
    const tried = await prepare(plan, 0, sources)
    if (tried.ok) return admit(actor, plan, tried.prepared, routine, no)
    if (plan.id !== null) taken.delete(plan.id)
    return no(tried, plan)
  }

  const admit = async (
    actor: Actor,
    plan: Plan,
    prepared: Prepared,
    routine: string | null,
    no: (refusal: Refused, plan: Plan) => Promise<FaultRefusal>,
  ): Promise<StartOutcome> => {
    const auditId = await trail.write(entryOf(actor, 'fault.start', plan, prepared, clock.nowMs()), AUDIT_MS)
    if (auditId === null) return { ...refuse('audit.unavailable'), auditId: null }
    const due = runsOf(plan.schedule, plan.seed, clock.nowMs())
    const live = liveOf(plan, actor, routine, prepared, due, clock.nowMs())
    const isNow = (due[0] ?? 0) <= clock.nowMs()
    const begun = await intend(live, prepared, isNow)
    const settle = (refusal: Refused | null): void =>
      trail.settle(auditId, {
        atMs: clock.nowMs(),
        ...(refusal === null ? { ok: true, detail: summary(live) } : refusal),
      } as Parameters<AuditTrail['settle']>[1])
    if (!begun) {
      settle(refuse('audit.unavailable'))
      return { ...refuse('audit.unavailable'), auditId }
    }
    open.set(live.record.id, live)
    // Between the first look at the latch and here it may have closed.
    if (latch.isHalted) {
      end(live, 'halted', 'all was halted before it began')
      settle(refuse('halt.latched'))
      return no(refuse('halt.latched'), plan)
    }
    if (isNow) await beginRun(live)
    else moved()
    settle(null)
    return { ok: true, experiment: live.record, auditId }
  }

  const dryRun = async (actor: Actor, body: unknown): Promise<DryRunOutcome> => {
    const read = await readPlan(body, options.scenario, () => randomInt(0, 2 ** 32))
    if (!read.ok) return { ...read, auditId: null }
    const { plan } = read
    const tried = await prepare(plan, 0, sources)
    const first = !tried.ok
      ? tried
      : actor.role !== 'operator'
        ? refuse('role.insufficient')
        : latch.isHalted
          ? refuse('halt.latched')
          : null
    return { ok: true, dryRun: presentDryRun(plan, tried.prepared, first) }
  }

  const stop = async (actor: Actor, id: string): Promise<StopOutcome> => {
    counters.commands++
    const live = open.get(id)
    const found = live?.record ?? (await store.get(id))
    const entry = {
      ...auditOf(actor, 'fault.stop', clock.nowMs()),
      node: found?.nodes[0] ?? null,
      target: id,
    }
    if (actor.role !== 'operator' || found === null) {
      const refusal = refuse(found === null ? 'experiment.unknown' : 'role.insufficient')
      const auditId = await trail.write({ ...entry, result: { ...refusal, atMs: clock.nowMs() } }, AUDIT_MS)
      return { ...refusal, auditId }
    }
    // Harm is stopped first and written down after.
    const done = live === undefined ? Promise.resolve() : end(live, 'stopped', `stopped by ${actor.who}`)
    const auditId = await trail.write({ ...entry, result: { ok: true, atMs: clock.nowMs() } }, AUDIT_MS)
    await done
    return { ok: true, experiment: live?.record ?? found, auditId }
  }

  /** A thousand refusals at once are counted; the first are told one by one, the others in one row a second. */
  const turnAway = async (
    actor: Actor,
    action: string,
    refusal: Refused,
    plan: Plan | null,
    body: unknown,
  ): Promise<FaultRefusal> => {
    const { ok, code, message } = refusal
    if (code === 'fault.too_often' && toldRefusals >= MAX_TOLD_REFUSALS) {
      turnedAway++
      return { ok, code, message, auditId: null }
    }
    toldRefusals++
    const entry =
      plan === null
        ? { ...auditOf(actor, action, clock.nowMs()), parameters: { asked: body } }
        : entryOf(actor, action, plan, null, clock.nowMs())
    const result = { ok, code, message, atMs: clock.nowMs() }
    const auditId = await trail.write({ ...entry, result }, AUDIT_MS)
    return { ok, code, message, auditId }
  }

  /** The record and its first run, written before anything is sent. */
  const intend = async (live: LiveExperiment, prepared: Prepared, isNow: boolean): Promise<boolean> => {
    let isLate = false
    const write = async (): Promise<boolean> => {
      live.record.id = await store.mintId()
      if (isNow) layOut(live, prepared, 0)
      await store.begin({ ...live.record, targets: [...live.record.targets] })
      if (!isLate) return true
      Object.assign(live.record, {
        status: 'refused',
        endedBy: 'refused',
        endedWhy: 'written too late; nothing was sent',
      })
      live.record.endedAtMs = clock.nowMs()
      await store.save(live.record, [])
      return false
    }
    const late = new Promise<boolean>((resolve) => {
      clock.after(AUDIT_MS, () => {
        isLate = true
        resolve(false)
      })
    })
    const written = write().catch((error: unknown) => {
      counters.storeFailures++
      logger.warn('database', `an experiment could not be written: ${describe(error)}`)
      return false
    })
    return Promise.race([written, late])
  }

  const newSecond = (): void => {
    toldRefusals = 0
    tellTurnedAway()
  }

  const tellTurnedAway = (): void => {
    if (turnedAway === 0) return
    const refusal = refuse('fault.too_often', `${turnedAway} more requests were refused within a second`)
    const nobody: Actor = { who: 'several', role: 'operator' }
    const entry = { ...auditOf(nobody, 'fault.start', clock.nowMs()), parameters: { requests: turnedAway } }
    turnedAway = 0
    void trail.write({ ...entry, result: { ...refusal, atMs: clock.nowMs() } }, AUDIT_MS)
  }

  const remember = (id: string): void => {
    taken.add(id)
    if (taken.size > KEPT_IDS) for (const oldest of taken) return void taken.delete(oldest)
  }

  return {
    start,
    dryRun,
    stop,
    refuseUnread(actor, error) {
      counters.commands++
      const refusal = actor.role === 'operator' ? malformed(error) : refuse('role.insufficient')
      return turnAway(actor, 'fault.start', refusal, null, null)
    },
    newSecond,
  }
}
