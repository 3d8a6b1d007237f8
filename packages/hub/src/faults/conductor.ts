/**
 * Experiments from request to proof: admitted, tried dry, written down, injected node by node, renewed every second, watched, ended, and accounted for target
 * by target. It owns no fault: an agent that hears nothing from it ends each by itself.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { ExperimentRow, FaultsView } from '@orrery/live/views'
import type { World } from '@orrery/live/world'
import { type CrashReport, LIMITS, type Outcome, type PortList, portList } from '@orrery/protocol'
import { type ExperimentEnd, type FaultStatus, faultNamed } from '@orrery/protocol/faults'
import type { ZodError } from 'zod'
import type { Clock } from '../clock.ts'
import type { AgentCalls } from '../commands/agent-calls.ts'
import type { AuditTrail } from '../commands/audit-trail.ts'
import type { Actor } from '../commands/commands.ts'
import type { Latch } from '../commands/halt.ts'
import type { Counters } from '../counters.ts'
import type { Agents } from '../ingest/agents.ts'
import { describe, type Logger } from '../logger.ts'
import type { Moves } from '../moves.ts'
import { auditOf, entryOf, summary } from './audit-words.ts'
import { isOverRecord, liveOf, revived } from './births.ts'
import { injectionOf, type Prepared, prepare, presentDryRun, wordsOf } from './dry-run.ts'
import { rowOf } from './experiment-row.ts'
import type { ExperimentRecord, ExperimentStore, Observed } from './experiment-store.ts'
import type {
  DryRunOutcome,
  FaultRefusal,
  Faults,
  ScenarioLookup,
  StartOutcome,
  StopOutcome,
} from './faults.ts'
import { createThrottle, MAX_OPEN, MAX_STARTING } from './limits.ts'
import {
  endLeg,
  injectedOf,
  intended,
  isOver,
  type LiveExperiment,
  type LiveLeg,
  liveLeg,
  openLegs,
  settleRest,
  sumUp,
  tellStatus,
  tellTargets,
} from './live-experiment.ts'
import { isArmed, refusalOf } from './offers.ts'
import { malformed, type Plan, type Refused, readPlan, refuse } from './plan.ts'
import { readInjectionAnswer } from './read-answer.ts'
import { runMs, runsOf } from './schedule.ts'
import { reasonToStop } from './stop-conditions.ts'
import { figuresOf, secondOf, seenOf } from './watch.ts'
import { createExperimentWriter } from './writer.ts'

export interface ConductorOptions {
  world: World
  store: ExperimentStore
  trail: AuditTrail
  agents: Pick<Agents, 'connected' | 'isConnected' | 'hello' | 'send' | 'renew'>
  calls: AgentCalls
  latch: Latch
  moves: Moves
  clock: Clock
  logger: Logger
  counters: Counters
  scenario: ScenarioLookup
}

export interface Conductor extends Faults {
  /** Of an agent. Resolves when it is durable, so that it can be acknowledged. */
  status(node: string, status: FaultStatus): Promise<void>
  connected(node: string): void
  disconnected(node: string): void
  crashed(report: CrashReport): void
  amended(crashId: string, outcome: Outcome): void
  /** All of them, because somebody halted all; how many it ended. */
  halt(by: string): number
  /** Whether the hub still wants what lasts under this lease. */
  isHeld(leaseId: string): boolean
  /** Of each node the hub knows, why it would not take this kind; empty where it would. */
  offers(kind: string): { node: string; isOffered: boolean; why: string }[]
  ports(node: string): Promise<{ ok: true; ports: PortList['ports'] } | Refused>
  /** A body that no schema takes: refused, and written down as any other. */
  refuseUnread(actor: Actor, error: ZodError): Promise<FaultRefusal>
  /** Those that have begun and are not over. */
  running(): ExperimentRecord[]
  /** Made to stand still by an experiment that lasts. */
  isPaused(node: string): boolean
  view(): Pick<FaultsView, 'experiments' | 'agents'>
  /** Ends all in order, as far as nodes answer within this time. */
  close(withinMs: number): Promise<void>
}

const ANSWER_MS = 5_000
const AUDIT_MS = 3_000
const TICK_MS = 1_000
/** An agent ends an injection by its own clock; this much later the hub asks. */
const GRACE_MS = 2_000
/** After it was asked, or is back, an agent has this long to say what became of its targets. */
const WORD_MS = 8_000
/** A node that does not come back in this time leaves its targets unverified. */
const RETURN_MS = 45_000
/** How long a killed node has to come back. */
const REBORN_MS = 10_000
/** Ended ones that are shown. */
const SHOWN_ENDED = 50
const DRAWN_MS = 300_000
const MAX_TOLD_REFUSALS = 10
const KEPT_IDS = 10_000

export async function createConductor(options: ConductorOptions): Promise<Conductor> {
  const { world, store, trail, agents, calls, latch, moves, clock, logger, counters } = options
  const open = new Map<string, LiveExperiment>()
  /** Over, the latest last; with what was seen of them where this hub ran them. */
  const ended = new Map<string, LiveExperiment>()
  const listeners = new Set<(record: ExperimentRecord, seen: Observed | null) => void>()
  const causes = new Map<string, LiveExperiment>()
  const taken = new Set<string>()
  const throttle = createThrottle()
  let starting = 0
  let turnedAway = 0
  let toldRefusals = 0
  let isClosing = false
  const writer = createExperimentWriter({
    store,
    clock,
    logger,
    failed: () => {
      counters.storeFailures++
    },
  })
  const sources = { world, calls, hello: (node: string) => agents.hello(node) }

  // ——— asking

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

  // ——— beginning

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

  const layOut = (live: LiveExperiment, prepared: Prepared, run: number): void => {
    const { record } = live
    for (const leg of prepared.legs) {
      const number = live.legs.length + 1
      const leaseId = `${record.id}.${number}-${randomBytes(4).toString('hex')}`
      const kind = record.steps[leg.step]?.fault ?? ''
      // Known before it is injected: a hub that dies meanwhile is told by this life what became of it.
      const incarnation = agents.hello(leg.node)?.incarnation ?? ''
      const legRecord = { leaseId, step: leg.step, node: leg.node, incarnation, endsAtMs: null }
      live.legs.push(liveLeg(legRecord, leg, kind, run, record.targets.length))
      record.legs.push(legRecord)
      record.targets.push(...intended(leg, leaseId))
    }
    for (const { node, key, code } of prepared.refused) {
      if (key === '') continue
      record.targets.push({
        ...{ step: 0, node, key, pid: '', leaseId: null, state: 'refused', code, firings: 0 },
        ...{ injectedAtMs: null, recoveredAtMs: null, readBack: '' },
      })
    }
    record.nodes = [...new Set([...record.nodes, ...prepared.legs.map(({ node }) => node)])]
    record.label = prepared.labels.join(', then ').slice(0, 255)
  }

  const beginRun = async (live: LiveExperiment): Promise<void> => {
    const { record } = live
    const run = live.runs++
    record.status = 'running'
    record.startedAtMs ??= clock.nowMs()
    const lasts = runMs(record.steps, record.arrangement)
    const lastDue = Math.max(record.startedAtMs, live.due.at(-1) ?? 0)
    record.endsAtMs = lasts === null ? null : lastDue + lasts
    live.figures ??= figuresOf(live, world, clock.nowMs())
    const legs = live.legs.filter((leg) => leg.run === run)
    await injectAll(
      live,
      legs.filter((leg) => record.arrangement === 'together' || leg.leg.step === legs[0]?.leg.step),
    )
    const refused = record.targets.filter(({ state }) => state === 'refused').length
    if (refused > 0 && record.ifRefused === 'stop_all' && !isOver(live))
      await end(live, 'refused', `${refused} of ${record.targets.length} targets were refused`)
    else advance(live)
    moved()
    void writer.save(live)
  }

  const injectAll = async (live: LiveExperiment, legs: readonly LiveLeg[]): Promise<void> => {
    await Promise.all(legs.map((leg) => inject(live, leg)))
  }

  const inject = async (live: LiveExperiment, leg: LiveLeg): Promise<void> => {
    const { node, leaseId } = leg.record
    if (live.record.status !== 'running' || latch.isHalted) {
      settleRest(live, leg, 'refused', { code: 'halt.latched' }, clock.nowMs())
      return endLeg(live, leg, clock.nowMs())
    }
    // Who was chosen some steps ago may live under another pid by now.
    for (const target of leg.leg.targets) target.pid = world.found(node, target.key)?.pid ?? target.pid
    leg.state = 'asking'
    leg.record.incarnation = agents.hello(node)?.incarnation ?? ''
    const injection = injectionOf(leg.leg, live.record, leg.run)
    const command = {
      op: 'fault.inject',
      id: randomUUID(),
      leaseId,
      experiment: live.record.id,
      injection,
    } as const
    const result = await calls.call(node, command, ANSWER_MS)
    const nowMs = clock.nowMs()
    const state = leg.state as LiveLeg['state']
    if (result.ok) {
      const hasEnded = state === 'ended'
      if (!hasEnded) {
        leg.startedAtMs ??= nowMs
        const { durationMs } = injection
        leg.record.endsAtMs = durationMs === null ? null : nowMs + durationMs
        tellTargets(live, leg, readInjectionAnswer(result.value), '', nowMs)
        if (state === 'asking') leg.state = 'active'
        if (allRefused(live, leg)) endLeg(live, leg, nowMs)
      }
    } else if (result.code === 'command.timeout' || (result.code === 'node.gone' && state === 'asking')) {
      // Silence is no refusal: it may have begun. Its word, or that of the node's next life, will tell.
      leg.startedAtMs ??= nowMs
      if (leg.kind !== 'node_kill') askToEnd(leg)
      else leg.state = 'ending'
      leg.endingSinceMs = nowMs
    } else {
      settleRest(live, leg, 'refused', { code: result.code.slice(0, 64), readBack: '' }, nowMs)
      endLeg(live, leg, nowMs)
    }
    sumUp(live)
  }

  const allRefused = (live: LiveExperiment, leg: LiveLeg): boolean =>
    [...leg.places.values()].every((place) => live.record.targets[place]?.state === 'refused')

  // ——— going on and ending

  /** What comes next when legs have ended: the next step, the next run, or the end. */
  const advance = (live: LiveExperiment): void => {
    const { record } = live
    if (
      isOver(live) ||
      live.legs.some(({ state }) => state === 'asking' || state === 'active' || state === 'ending')
    )
      return
    if (record.status === 'ending') return finish(live, 'ended', record.endedBy ?? 'done', record.endedWhy)
    const next = live.legs.find(({ state }) => state === 'waiting')
    if (next !== undefined) {
      const group = live.legs.filter(
        (leg) => leg.state === 'waiting' && leg.run === next.run && leg.leg.step === next.leg.step,
      )
      for (const leg of group) leg.state = 'asking'
      void injectAll(live, group).then(() => {
        advance(live)
        moved()
        void writer.save(live)
      })
      return
    }
    if (live.runs < live.due.length && record.status === 'running') return
    if (record.status !== 'running') return
    const [first] = record.targets
    if (first !== undefined && record.targets.every(({ state }) => state === 'refused'))
      finish(live, 'refused', 'refused', `every target was refused: ${wordsOf(first.code).message}`)
    else finish(live, 'ended', 'done', 'it ran to its end')
  }

  const finish = (
    live: LiveExperiment,
    status: 'ended' | 'refused',
    by: ExperimentEnd,
    why: string,
  ): void => {
    const { record } = live
    if (isOver(live)) return
    Object.assign(record, { status, endedBy: by, endedWhy: why, endedAtMs: clock.nowMs() })
    sumUp(live)
    open.delete(record.id)
    ended.set(record.id, live)
    moved()
    void writer.save(live).then(() => {
      for (const listener of listeners) listener(record, live.figures?.observed() ?? null)
    })
  }

  /** Ends it everywhere; resolves when every node that is there has answered. */
  const end = async (live: LiveExperiment, by: ExperimentEnd, why: string): Promise<void> => {
    const { record } = live
    if (isOver(live) || record.status === 'ending') return
    record.endedBy = by
    record.endedWhy = why
    record.status = 'ending'
    const nowMs = clock.nowMs()
    const asked = openLegs(live).map((leg) => {
      leg.endingSinceMs ??= nowMs
      if (leg.state !== 'waiting') return askToEnd(leg)
      settleRest(live, leg, 'refused', { code: by === 'halted' ? 'halt.latched' : '' }, nowMs)
      return endLeg(live, leg, nowMs)
    })
    moved()
    void writer.save(live)
    advance(live)
    await Promise.all(asked)
  }

  /** Not renewed any more from here on: the node ends it alone, whatever becomes of these words. */
  const askToEnd = async (leg: LiveLeg): Promise<void> => {
    leg.state = 'ending'
    leg.endingSinceMs ??= clock.nowMs()
    const { node, leaseId } = leg.record
    if (!agents.isConnected(node) || isPaused(node)) return
    await calls.call(node, { op: 'lease.release', id: randomUUID(), leaseId }, ANSWER_MS)
  }

  // ——— hearing

  const status = async (node: string, told: FaultStatus): Promise<void> => {
    const live = open.get(told.experiment) ?? ended.get(told.experiment) ?? (await fromStore(told.experiment))
    const leg = live?.legs.find(({ record }) => record.leaseId === told.leaseId)
    // Of another hub's, or of one that was forgotten: nobody waits for it.
    if (live === null || live === undefined || leg === undefined || leg.record.node !== node) return
    const before = leg.state
    if (before === 'ended' && told.state === 'active') return
    tellStatus(live, leg, told, clock.nowMs())
    const hasEnded = leg.state === 'ended' && before !== 'ended'
    if (hasEnded) advance(live)
    if (hasEnded || before !== leg.state || told.targets.length > 0) moved()
    else moves.touch('faults', 'numbers')
    if (told.state === 'ended' || told.targets.length > 0) await writer.save(live)
  }

  /** One that was over before this hub began, of which a node still tells. */
  const fromStore = async (id: string): Promise<LiveExperiment | null> => {
    const record = await store.get(id)
    return record === null ? null : revived(record, clock.nowMs())
  }

  const crashed = (report: CrashReport): void => {
    const touches = 'value' in report.faults ? report.faults.value : []
    for (const { fault, role } of touches) {
      const live = role === 'silent' ? undefined : (open.get(fault) ?? ended.get(fault))
      if (!live?.figures) continue
      live.figures.crashed(report.id, Date.parse(report.at))
      causes.set(report.id, live)
      if (causes.size > KEPT_IDS) for (const oldest of causes.keys()) if (causes.delete(oldest)) break
      sumUp(live)
      moves.touch('faults', 'numbers')
    }
  }

  const connected = (node: string): void => {
    const incarnation = agents.hello(node)?.incarnation ?? ''
    const nowMs = clock.nowMs()
    for (const live of open.values()) {
      for (const leg of openLegs(live)) {
        if (leg.record.node !== node || leg.state === 'waiting') continue
        if (leg.record.incarnation === incarnation) {
          leg.lostAtMs = null
          leg.heardSinceMs = nowMs
          continue
        }
        const afterMs = leg.startedAtMs === null ? 0 : nowMs - leg.startedAtMs
        const readBack =
          leg.kind === 'node_kill'
            ? `a new life of the node was heard after ${(afterMs / 1_000).toFixed(1)} s`
            : 'the node has ended, and everything in it'
        settleRest(live, leg, 'gone', { readBack }, nowMs)
        endLeg(live, leg, nowMs)
      }
      advance(live)
      void writer.save(live)
    }
    moved()
  }

  const disconnected = (node: string): void => {
    for (const live of open.values()) {
      for (const leg of openLegs(live)) {
        if (leg.record.node !== node) continue
        leg.lostAtMs ??= clock.nowMs()
        leg.heardSinceMs = null
      }
    }
  }

  // ——— every second

  const tick = (): void => {
    const nowMs = clock.nowMs()
    toldRefusals = 0
    tellTurnedAway()
    renew()
    for (const live of [...open.values()]) {
      beginDue(live, nowMs)
      for (const leg of openLegs(live)) look(live, leg, nowMs)
      advance(live)
      watch(live, nowMs)
    }
    for (const live of ended.values()) {
      if (nowMs - (live.record.endedAtMs ?? 0) > DRAWN_MS) live.legs.length = 0
    }
    let over = ended.size - SHOWN_ENDED
    for (const id of ended.keys()) if (over-- > 0) ended.delete(id)
    if (open.size > 0) moves.touch('faults', 'numbers')
  }

  const tellTurnedAway = (): void => {
    if (turnedAway === 0) return
    const refusal = refuse('fault.too_often', `${turnedAway} more requests were refused within a second`)
    const nobody: Actor = { who: 'several', role: 'operator' }
    const entry = { ...auditOf(nobody, 'fault.start', clock.nowMs()), parameters: { requests: turnedAway } }
    turnedAway = 0
    void trail.write({ ...entry, result: { ...refusal, atMs: clock.nowMs() } }, AUDIT_MS)
  }

  const renew = (): void => {
    const byNode = new Map<string, string[]>()
    for (const live of open.values()) {
      for (const { state, record } of live.legs) {
        if (state === 'active') byNode.set(record.node, [...(byNode.get(record.node) ?? []), record.leaseId])
      }
    }
    for (const [node, leases] of byNode) agents.renew(node, leases)
  }

  const beginDue = (live: LiveExperiment, nowMs: number): void => {
    const { record } = live
    const isIdle = live.legs.every(({ state }) => state === 'ended')
    const dueAtMs = live.due[live.runs]
    if (dueAtMs === undefined || nowMs < dueAtMs || !isIdle || isBeginning.has(live)) return
    if (record.status !== 'scheduled' && record.status !== 'running') return
    isBeginning.add(live)
    void beginAgain(live).finally(() => isBeginning.delete(live))
  }
  const isBeginning = new Set<LiveExperiment>()

  /** A later run, or the first of one that was scheduled: everything is chosen and tried anew. */
  const beginAgain = async (live: LiveExperiment): Promise<void> => {
    const { record } = live
    if (latch.isHalted) return end(live, 'halted', 'all was halted')
    const tried = await prepare({ ...record, id: null }, live.runs, sources)
    if (isOver(live) || record.status === 'ending') return
    if (!tried.ok) {
      if (record.status === 'scheduled') return finish(live, 'refused', 'refused', tried.message)
      return end(live, 'refused', `run ${live.runs + 1}: ${tried.message}`)
    }
    const from = record.targets.length
    layOut(live, tried.prepared, live.runs)
    for (let place = from; place < record.targets.length; place++) live.dirty.add(place)
    // Its intent first, as of every run.
    await writer.save(live)
    if (!isOver(live) && record.status !== ('ending' as string)) await beginRun(live)
  }

  /** A leg whose end is due, or whose node does not say what became of it. */
  const look = (live: LiveExperiment, leg: LiveLeg, nowMs: number): void => {
    const { endsAtMs, node } = leg.record
    const isLife = faultNamed(leg.kind)?.life === 'lease'
    if (
      leg.state === 'active' &&
      isLife &&
      endsAtMs !== null &&
      nowMs > endsAtMs + (leg.kind === 'pause' ? 0 : GRACE_MS)
    ) {
      leg.endingSinceMs = nowMs
      void askToEnd(leg)
    }
    if (
      leg.lostAtMs !== null &&
      leg.state === 'active' &&
      leg.kind !== 'pause' &&
      nowMs - leg.lostAtMs >= LIMITS.leaseMs
    ) {
      leg.state = 'ending'
      leg.endingSinceMs = nowMs
      if (live.record.status === 'running' && leg.kind !== 'node_kill' && live.record.stop.lostMs !== null)
        void end(live, 'lost', `${node} was not heard for ${LIMITS.leaseMs / 1_000} s`)
    }
    if (
      leg.kind === 'node_kill' &&
      leg.startedAtMs !== null &&
      leg.lostAtMs !== null &&
      nowMs - leg.lostAtMs >= REBORN_MS
    ) {
      settleRest(
        live,
        leg,
        'gone',
        { readBack: `no new life of the node was heard within ${REBORN_MS / 1_000} s` },
        nowMs,
      )
      return endLeg(live, leg, nowMs)
    }
    if (leg.endingSinceMs === null) return
    const sinceMs = Math.max(leg.endingSinceMs, leg.heardSinceMs ?? 0)
    const isThere = agents.isConnected(node) && leg.heardSinceMs !== null
    const patienceMs =
      isThere || (agents.isConnected(node) && leg.lostAtMs === null && leg.kind !== 'pause')
        ? WORD_MS
        : RETURN_MS
    if (nowMs - sinceMs < patienceMs) return
    const readBack = isThere
      ? 'the node was heard, and said nothing of it'
      : 'the node did not say what became of it'
    settleRest(live, leg, 'unverified', { readBack }, nowMs)
    endLeg(live, leg, nowMs)
  }

  const watch = (live: LiveExperiment, nowMs: number): void => {
    const { record } = live
    if (record.status !== 'running' && record.status !== 'ending') return
    live.figures?.second(nowMs, secondOf(live, world))
    sumUp(live)
    if (record.status !== 'running') return
    const reason = reasonToStop(record.stop, seenOf(live, world, nowMs))
    if (reason !== null) void end(live, reason.by, reason.why)
  }

  // ——— showing

  const moved = (): void => {
    world.setExperiments([...open.values(), ...ended.values()].flatMap((live) => drawn(live)))
    moves.touch('faults', 'structure')
    moves.touch('cluster', 'structure')
    for (const node of agents.connected()) moves.touch(`node:${node}`, 'structure')
  }

  const drawn = (live: LiveExperiment): ReturnType<typeof injectedOf> =>
    injectedOf(live).filter(({ endedAtMs }) => endedAtMs === null || clock.nowMs() - endedAtMs <= DRAWN_MS)

  const isPaused = (node: string): boolean =>
    [...open.values()].some((live) =>
      live.legs.some(
        ({ kind, state, record }) =>
          kind === 'pause' &&
          record.node === node &&
          (state === 'active' || state === 'ending') &&
          !isBack(node),
      ),
    )
  const isBack = (node: string): boolean => {
    const heardAtMs = world.heardAtMs(node)
    return heardAtMs !== null && clock.nowMs() - heardAtMs < LIMITS.heartbeatMs * 2 && !hasPause(node)
  }
  const hasPause = (node: string): boolean =>
    [...open.values()].some((live) =>
      live.legs.some((leg) => leg.kind === 'pause' && leg.record.node === node && leg.state === 'active'),
    )

  const view = (): Pick<FaultsView, 'experiments' | 'agents'> => {
    const experiments: Record<string, ExperimentRow> = {}
    for (const live of ended.values()) experiments[live.record.id] = rowOf(live.record, live)
    for (const live of open.values()) experiments[live.record.id] = rowOf(live.record, live)
    const there = agents.connected()
    const hellos = there.map((node) => agents.hello(node)).filter((hello) => hello !== null)
    return {
      experiments,
      agents: {
        known: world.nodes().length,
        connected: there.length,
        armed: hellos.filter(isArmed).length,
      },
    }
  }

  const remember = (id: string): void => {
    taken.add(id)
    if (taken.size > KEPT_IDS) for (const oldest of taken) return void taken.delete(oldest)
  }

  // ——— an earlier start of the hub

  const recover = async (): Promise<void> => {
    for (const record of await store.unfinished()) {
      const due = record.startedAtMs === null ? runsOf(record.schedule, record.seed, record.createdAtMs) : []
      const live: LiveExperiment = { ...revived(record, clock.nowMs()), due }
      if (record.status === 'scheduled' && (due[0] ?? 0) > clock.nowMs() && !latch.isHalted) {
        open.set(record.id, live)
        continue
      }
      const why =
        record.status === 'scheduled'
          ? 'its time passed while the hub was away'
          : 'the hub ended; each node ended its faults by itself'
      record.status = 'ending'
      record.endedBy ??= 'hub_restarted'
      record.endedWhy = record.endedWhy === '' ? why : record.endedWhy
      open.set(record.id, live)
      advance(live)
      void writer.save(live)
    }
    const past = await store.list({}, { limit: SHOWN_ENDED, cursor: null })
    for (const record of past.items.reverse()) {
      if (!open.has(record.id) && !ended.has(record.id) && isOverRecord(record)) {
        ended.set(record.id, { record, legs: [], due: [], runs: 0, figures: null, dirty: new Set() })
      }
    }
  }
  await recover()
  const stopTicking = clock.every(TICK_MS, tick)

  return {
    start,
    dryRun,
    stop,
    async get(id) {
      const live = open.get(id)
      return live?.record ?? store.get(id)
    },
    list: (filter, page) => store.list(filter, page),
    onEnded(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async judged(id, resilience) {
      await store.saveResilience(id, resilience)
      const live = ended.get(id)
      if (live !== undefined) live.record.resilience = resilience
      moves.touch('faults', 'structure')
    },
    status,
    connected,
    disconnected,
    crashed,
    amended(crashId, outcome) {
      const afterMs = outcome.firstHandledAfterMs ?? outcome.backAfterMs
      if (afterMs !== null && afterMs !== undefined) causes.get(crashId)?.figures?.cameBack(crashId, afterMs)
    },
    halt(by) {
      const all = [...open.values()]
      for (const live of all) void end(live, 'halted', `${by} halted all`)
      return all.length
    },
    isHeld(leaseId) {
      for (const live of open.values()) {
        for (const { record, state } of live.legs) {
          if (record.leaseId !== leaseId) continue
          const isDue = record.endsAtMs !== null && clock.nowMs() > record.endsAtMs
          return !latch.isHalted && !isDue && (state === 'active' || state === 'asking')
        }
      }
      return false
    },
    offers(kind) {
      const known = world.nodes()
      return known.sort().map((node) => {
        const refusal = refusalOf(node, kind, true, agents.hello(node))
        return { node, isOffered: refusal === null, why: refusal?.message ?? '' }
      })
    },
    async ports(node) {
      if (!world.nodes().includes(node)) return refuse('node.unknown', `no node named ${node} is known`)
      const hello = agents.hello(node)
      if (hello === null) return refuse('node.gone', `${node} is not connected`)
      if (!hello.capabilities.includes('inspect.ports'))
        return refuse('node.unsupported', `${node} does not tell its ports`)
      const result = await calls.call(node, { op: 'ports.list', id: randomUUID() }, ANSWER_MS)
      if (!result.ok) return refuse(wordsOf(result.code).code, result.message)
      const read = portList.safeParse(result.value)
      return read.success
        ? { ok: true, ports: read.data.ports }
        : refuse('node.unsupported', `${node} answered with what this hub cannot read`)
    },
    refuseUnread(actor, error) {
      counters.commands++
      const refusal = actor.role === 'operator' ? malformed(error) : refuse('role.insufficient')
      return turnAway(actor, 'fault.start', refusal, null, null)
    },
    running: () =>
      [...open.values()].map(({ record }) => record).filter(({ startedAtMs }) => startedAtMs !== null),
    isPaused,
    view,
    async close(withinMs) {
      if (isClosing) return
      isClosing = true
      const all = [...open.values()].filter(({ record }) => record.status === 'running')
      const asked = all.map((live) => end(live, 'hub_restarted', 'the hub was stopped'))
      const isSettled = (): boolean =>
        all.every((live) => openLegs(live).every((leg) => !agents.isConnected(leg.record.node))) &&
        writer.isIdle
      const untilMs = performance.now() + withinMs
      await Promise.race([Promise.all(asked), new Promise((done) => setTimeout(done, withinMs).unref())])
      while (!isSettled() && performance.now() < untilMs) await new Promise((done) => setTimeout(done, 20))
      stopTicking()
      writer.close()
    },
  }
}
