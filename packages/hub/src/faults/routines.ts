/**
 * Chaos as routine: runs scenarios when they are due, within their budgets, and stops a routine that made things worse. A
 * moment that passed while the hub was away, all was halted or the run before still went on is left out, never caught up.
 */
import { COMMAND_ERRORS } from '@orrery/protocol'
import { type Resilience, type Routine, type RoutineBody, routineBody } from '@orrery/protocol/faults'
import type { Clock } from '../clock.ts'
import type { Actor } from '../commands/commands.ts'
import { describe, type Logger } from '../logger.ts'
import type { Audited, Change, LabAnswer } from './audited.ts'
import type { ExperimentRecord } from './experiment-store.ts'
import type { Faults } from './faults.ts'
import { type LabStore, MAX_ROUTINES, type RoutineState, type StoredRoutine } from './lab-store.ts'
import { malformed } from './plan.ts'
import { endOfDay, flawOf, nextRun, seedOf } from './routine-clock.ts'
import { judged, onDay, refused, started, usedUp } from './routine-state.ts'

export interface Routines {
  list(): Routine[]
  /** Takes a body unknown until parsed. */
  add(actor: Actor, body: unknown): Promise<LabAnswer<Routine>>
  /** Begins anew: what it had used up and why it had stopped is forgotten. */
  put(actor: Actor, id: string, body: unknown): Promise<LabAnswer<Routine>>
  drop(actor: Actor, id: string): Promise<LabAnswer<null>>
  /** Once a second. Resolves when what was due has been asked for. */
  tick(): Promise<void>
  /** An experiment is over; of those of a routine the next may begin. */
  ended(record: Pick<ExperimentRecord, 'id' | 'routine'>): void
  /** What came of an experiment; may be said again when more is known. */
  judged(record: Pick<ExperimentRecord, 'id' | 'routine'>, resilience: Resilience): void
}

interface Held {
  stored: StoredRoutine
  nextAtMs: number | null
  /** The experiment that is under way. */
  running: string | null
  /** Crashes counted of the experiment that was judged last. */
  counted: { experiment: string; crashes: number } | null
}

/** So late a moment is over: the hub was not there, or stood still. */
const LATE_MS = 60_000
/** Where no moment is in sight, it is looked for again so much later. */
const LOOK_AGAIN_MS = 3_600_000
const HALTED = 'All faults are halted; it goes on when that is released.'

export async function createRoutines(options: {
  lab: Pick<
    LabStore,
    'scenario' | 'routines' | 'addRoutine' | 'putRoutine' | 'dropRoutine' | 'saveRoutineState'
  >
  faults: Pick<Faults, 'start'>
  audited: Audited
  clock: Pick<Clock, 'nowMs'>
  logger: Logger
  isHalted(): boolean
  /** Something a page shows of them changed. */
  moved(): void
}): Promise<Routines> {
  const { lab, faults, audited, clock, logger, isHalted, moved } = options
  const routines = new Map<string, Held>()
  let lookedAtMs = clock.nowMs()

  const hold = (stored: StoredRoutine): Held => {
    const nextAtMs = nextRun(stored.body, clock.nowMs())
    const held: Held = { stored, nextAtMs, running: null, counted: null }
    routines.set(stored.id, held)
    return held
  }
  for (const stored of await lab.routines()) hold(stored)

  const save = (held: Held, state: RoutineState): void => {
    held.stored = { ...held.stored, state }
    lab.saveRoutineState(held.stored.id, state).catch((error) => {
      logger.warn(
        'database',
        `what routine ${held.stored.id} has used up could not be written: ${describe(error)}`,
      )
    })
    moved()
  }

  const run = async (held: Held, dueMs: number): Promise<void> => {
    const { id, body } = held.stored
    const nowMs = clock.nowMs()
    if (nowMs - dueMs > LATE_MS || isHalted() || held.running !== null) return
    const today = onDay(held.stored.state, body, nowMs)
    if (usedUp(today, body) !== null) {
      held.nextAtMs = nextRun(body, endOfDay(body, nowMs) - 1)
      return
    }
    const who: Actor = { who: `routine ${id}`, role: 'operator' }
    held.running = ''
    try {
      const seed = seedOf(body, dueMs)
      const outcome = await faults.start(who, { scenario: body.scenario, seed }, { routine: id })
      // Changed or deleted meanwhile: the experiment goes on, and counts for nobody.
      if (routines.get(id) !== held) return
      held.running = outcome.ok && outcome.experiment.endedAtMs === null ? outcome.experiment.id : null
      if (outcome.ok) save(held, started(today, outcome.experiment.id))
      else if (outcome.code !== 'halt.latched') {
        save(held, refused(today, outcome.message))
        logger.warn(`routine:${id}`, `routine ${id} was refused: ${outcome.message}`)
      }
    } catch (error) {
      held.running = null
      save(held, refused(today, describe(error)))
      logger.warn(`routine:${id}`, `routine ${id} could not be run: ${describe(error)}`)
    }
  }

  const isOn = ({ stored }: Held): boolean => stored.body.isOn && stored.state.stoppedWhy === ''

  const present = ({ stored, nextAtMs }: Held): Routine => {
    const { id, by, savedAtMs, body } = stored
    const state = onDay(stored.state, body, clock.nowMs())
    const isGoing = isOn({ stored, nextAtMs, running: null, counted: null })
    const spent = isGoing ? usedUp(state, body) : null
    const next = spent === null ? nextAtMs : nextRun(body, endOfDay(body, clock.nowMs()) - 1)
    return {
      ...{ id, by, body },
      savedAt: new Date(savedAtMs).toISOString(),
      nextAt: !isGoing || isHalted() || next === null ? null : new Date(next).toISOString(),
      runsToday: state.runs,
      crashesToday: state.crashes,
      stoppedWhy: state.stoppedWhy || (isGoing && isHalted() ? HALTED : (spent ?? '')),
      lastExperiment: state.lastExperiment,
    }
  }

  const read = async (body: unknown): Promise<Change<RoutineBody>> => {
    const parsed = routineBody.safeParse(body)
    if (!parsed.success) return malformed(parsed.error)
    const flaw = flawOf(parsed.data)
    if (flaw !== null) return { ok: false, code: 'fault.malformed', message: flaw }
    if ((await lab.scenario(parsed.data.scenario)) !== null) return { ok: true, value: parsed.data }
    return { ok: false, code: 'scenario.unknown', message: COMMAND_ERRORS['scenario.unknown'] }
  }

  const unknown = () =>
    ({ ok: false, code: 'routine.unknown', message: COMMAND_ERRORS['routine.unknown'] }) as const

  return {
    list: () => [...routines.values()].map(present),
    async add(actor, body) {
      const wanted = await read(body)
      const asked = {
        action: 'routine.create',
        target: null,
        parameters: wanted.ok ? { ...wanted.value } : {},
      }
      return audited<Routine>(actor, asked, wanted, async (by) => {
        const made = wanted.ok ? await lab.addRoutine(wanted.value, by) : null
        if (made === null)
          return {
            ok: false,
            code: 'fault.over_limit',
            message: `there are ${MAX_ROUTINES} routines already`,
          }
        const value = present(hold(made))
        moved()
        return { ok: true, value }
      })
    },
    async put(actor, id, body) {
      const wanted = await read(body)
      const asked = { action: 'routine.change', target: id, parameters: wanted.ok ? { ...wanted.value } : {} }
      return audited<Routine>(actor, asked, wanted, async (by) => {
        const made = wanted.ok ? await lab.putRoutine(id, wanted.value, by) : null
        if (made === null) return unknown()
        const value = present(hold(made))
        moved()
        return { ok: true, value }
      })
    },
    drop(actor, id) {
      const asked = { action: 'routine.delete', target: id, parameters: {} }
      return audited(actor, asked, { ok: true, value: null }, async () => {
        if (!(await lab.dropRoutine(id))) return unknown()
        routines.delete(id)
        moved()
        return { ok: true, value: null }
      })
    },
    async tick() {
      const nowMs = clock.nowMs()
      const isLook = nowMs - lookedAtMs >= LOOK_AGAIN_MS
      if (isLook) lookedAtMs = nowMs
      const due: Promise<void>[] = []
      for (const held of routines.values()) {
        if (!isOn(held)) continue
        if (held.nextAtMs === null && isLook) held.nextAtMs = nextRun(held.stored.body, nowMs)
        const dueMs = held.nextAtMs
        if (dueMs === null || nowMs < dueMs) continue
        held.nextAtMs = nextRun(held.stored.body, nowMs)
        due.push(run(held, dueMs))
      }
      await Promise.all(due)
    },
    ended(record) {
      const held = record.routine === null ? undefined : routines.get(record.routine)
      if (held?.running === record.id) held.running = null
    },
    judged(record, resilience) {
      const held = record.routine === null ? undefined : routines.get(record.routine)
      if (held === undefined) return
      const before = held.counted?.experiment === record.id ? held.counted.crashes : 0
      held.counted = { experiment: record.id, crashes: resilience.crashesCaused }
      const { stored } = held
      const today = onDay(stored.state, stored.body, clock.nowMs())
      save(
        held,
        judged(today, stored.body, record.id, resilience, Math.max(0, resilience.crashesCaused - before)),
      )
      if (!isOn(held))
        logger.warn(
          `routine:${stored.id}`,
          `routine ${stored.id} stopped itself: ${held.stored.state.stoppedWhy}`,
        )
    },
  }
}
