/**
 * Experiments from request to proof: admitted, tried dry, written down, injected node by node, renewed every second, watched, ended, and accounted for target
 * by target. It owns no fault: an agent that hears nothing from it ends each by itself. Here its parts are put together.
 */
import { randomUUID } from 'node:crypto'
import { type PortList, portList } from '@orrery/protocol'
import { type Admission, createAdmission } from './admission.ts'
import { createCourse } from './course.ts'
import { wordsOf } from './dry-run.ts'
import type { ExperimentRecord } from './experiment-store.ts'
import { ANSWER_MS, type ConductorOptions, createExperiments } from './experiments.ts'
import type { Faults } from './faults.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { openLegs } from './live-experiment.ts'
import { createLookout } from './lookout.ts'
import { refusalOf } from './offers.ts'
import { type Refused, refuse } from './plan.ts'
import { recover } from './recovery.ts'
import { createShowing, type Showing } from './showing.ts'

export type { ConductorOptions } from './experiments.ts'

export interface Conductor
  extends Faults,
    Hearing,
    Pick<Admission, 'refuseUnread'>,
    Pick<Showing, 'isPaused' | 'view'> {
  /** All of them, because somebody halted all; how many it ended. */
  halt(by: string): number
  /** Whether the hub still wants what lasts under this lease. */
  isHeld(leaseId: string): boolean
  /** Of each node the hub knows, why it would not take this kind; empty where it would. */
  offers(kind: string): { node: string; isOffered: boolean; why: string }[]
  ports(node: string): Promise<{ ok: true; ports: PortList['ports'] } | Refused>
  /** Those that have begun and are not over. */
  running(): ExperimentRecord[]
  /** Ends all in order, as far as nodes answer within this time. */
  close(withinMs: number): Promise<void>
}

const TICK_MS = 1_000

export async function createConductor(options: ConductorOptions): Promise<Conductor> {
  const { world, store, agents, calls, latch, moves, clock } = options
  const experiments = createExperiments(options)
  const { open, ended, listeners, writer } = experiments
  const showing = createShowing(options, experiments)
  const course = createCourse(options, experiments, showing)
  const admission = createAdmission(options, experiments, showing, course)
  const hearing = createHearing(options, experiments, showing, course)
  const lookout = createLookout(options, experiments, admission, course)
  const { start, dryRun, stop, refuseUnread } = admission
  const { status, connected, disconnected, crashed, amended } = hearing
  const { isPaused, view } = showing
  const { end } = course
  let isClosing = false

  await recover(options, experiments, course)
  const stopTicking = clock.every(TICK_MS, lookout.tick)

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
    amended,
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
    refuseUnread,
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
