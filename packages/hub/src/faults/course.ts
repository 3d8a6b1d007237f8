/**
 * The course of an experiment: laid out in legs, injected node by node, led from step to step and from run to run, and ended. What no node answers for is left
 * to the lookout.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { ExperimentEnd } from '@orrery/protocol/faults'
import { injectionOf, type Prepared, prepare, wordsOf } from './dry-run.ts'
import { ANSWER_MS, type ConductorOptions, type Experiments } from './experiments.ts'
import {
  endLeg,
  intended,
  isOver,
  type LiveExperiment,
  type LiveLeg,
  liveLeg,
  openLegs,
  settleRest,
  sumUp,
  tellTargets,
} from './live-experiment.ts'
import { readInjectionAnswer } from './read-answer.ts'
import { labelOfSteps } from './resolve-targets.ts'
import { runMs } from './schedule.ts'
import type { Showing } from './showing.ts'
import { figuresOf } from './watch.ts'

export interface Course {
  /** Writes the legs and targets of a run into the record; nothing is sent. */
  layOut(live: LiveExperiment, prepared: Prepared, run: number): void
  /** Injects what was laid out for the next run. */
  beginRun(live: LiveExperiment): Promise<void>
  /** A later run, or the first of one that was scheduled: everything is chosen and tried anew. */
  beginAgain(live: LiveExperiment): Promise<void>
  /** What comes next when legs have ended: the next step, the next run, or the end. */
  advance(live: LiveExperiment): void
  /** Ends it everywhere; resolves when every node that is there has answered. */
  end(live: LiveExperiment, by: ExperimentEnd, why: string): Promise<void>
  /** Not renewed any more from here on: the node ends it alone, whatever becomes of these words. */
  askToEnd(leg: LiveLeg): Promise<void>
}

/** A step waits so long for its targets where one before it has ended processes. */
const BACK_MS = 5_000
/** Only then is it heard of whom a supervisor has taken down with them. */
const HEARD_MS = 1_000

export function createCourse(
  options: Pick<ConductorOptions, 'world' | 'agents' | 'calls' | 'latch' | 'clock'>,
  { open, ended, listeners, writer, sources }: Experiments,
  { moved, isPaused }: Pick<Showing, 'moved' | 'isPaused'>,
): Course {
  const { world, agents, calls, latch, clock } = options

  // ——— beginning

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
    record.label = labelOfSteps(prepared.labels, record.arrangement)
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
      if (areRestarting(live, group)) return
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

  /** What follows restarts is not laid upon a life that the step before has ended; the lookout asks again. */
  const areRestarting = (live: LiveExperiment, group: readonly LiveLeg[]): boolean => {
    const { record } = live
    const hasEnded = record.targets.some(({ state }) => state === 'gone')
    if (!hasEnded || record.steps[group[0]?.leg.step ?? 0]?.follow !== 'dynamic') return false
    const sinceMs = clock.nowMs() - Math.max(...live.legs.map(({ endedAtMs }) => endedAtMs ?? 0))
    if (sinceMs < HEARD_MS) return true
    const areBack = group.every(({ record: { node }, leg }) =>
      leg.targets.every(({ key }) => world.found(node, key) !== null),
    )
    return !areBack && sinceMs < BACK_MS
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

  const askToEnd = async (leg: LiveLeg): Promise<void> => {
    leg.state = 'ending'
    leg.endingSinceMs ??= clock.nowMs()
    const { node, leaseId } = leg.record
    if (!agents.isConnected(node) || isPaused(node)) return
    await calls.call(node, { op: 'lease.release', id: randomUUID(), leaseId }, ANSWER_MS)
  }

  return { layOut, beginRun, beginAgain, advance, end, askToEnd }
}
