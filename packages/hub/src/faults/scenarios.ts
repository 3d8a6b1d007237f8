/** Scenarios: experiments to be run again and again, kept under an id. Checked as a request is, when they are saved. */
import { COMMAND_ERRORS } from '@orrery/protocol'
import type { Scenario, ScenarioBody } from '@orrery/protocol/faults'
import type { Actor } from '../commands/commands.ts'
import type { Audited, Change, LabAnswer } from './audited.ts'
import { type LabStore, MAX_SCENARIOS } from './lab-store.ts'
import { readScenario } from './plan.ts'

export interface Scenarios {
  list(): Promise<Scenario[]>
  get(id: string): Promise<Scenario | null>
  /** For whoever runs one. */
  bodyOf(id: string): Promise<ScenarioBody | null>
  /** Takes a body unknown until parsed. */
  add(actor: Actor, body: unknown): Promise<LabAnswer<Scenario>>
  put(actor: Actor, id: string, body: unknown): Promise<LabAnswer<Scenario>>
  drop(actor: Actor, id: string): Promise<LabAnswer<null>>
}

type Store = Pick<LabStore, 'scenarios' | 'scenario' | 'addScenario' | 'putScenario' | 'dropScenario'>

export function createScenarios({ lab, audited }: { lab: Store; audited: Audited }): Scenarios {
  return {
    list: () => lab.scenarios(),
    get: (id) => lab.scenario(id),
    bodyOf: async (id) => (await lab.scenario(id))?.body ?? null,
    add(actor, body) {
      const read = readNamed(body)
      const asked = { action: 'scenario.create', target: null, parameters: parametersOf(read) }
      return audited(actor, asked, read, async (by) => {
        const made = read.ok ? await lab.addScenario(read.value, by) : null
        if (made !== null) return { ok: true, value: made }
        return {
          ok: false,
          code: 'fault.over_limit',
          message: `there are ${MAX_SCENARIOS} scenarios already`,
        }
      })
    },
    put(actor, id, body) {
      const read = readNamed(body)
      const asked = { action: 'scenario.change', target: id, parameters: parametersOf(read) }
      return audited(actor, asked, read, async (by) => {
        const made = read.ok ? await lab.putScenario(id, read.value, by) : null
        return made === null ? unknown() : { ok: true, value: made }
      })
    },
    drop(actor, id) {
      const asked = { action: 'scenario.delete', target: id, parameters: {} }
      return audited(actor, asked, { ok: true, value: null }, async () => {
        const what = await lab.dropScenario(id)
        if (what === 'dropped') return { ok: true, value: null }
        if (what === 'unknown') return unknown()
        return {
          ok: false,
          code: 'scenario.in_use',
          message: 'a routine runs it: change or delete that first',
        }
      })
    },
  }
}

function readNamed(body: unknown): Change<ScenarioBody> {
  const read = readScenario(body)
  if (!read.ok) return read
  if (read.body.name.trim() !== '') return { ok: true, value: read.body }
  return { ok: false, code: 'fault.malformed', message: 'name: a saved scenario has one' }
}

function parametersOf(read: Change<ScenarioBody>): Record<string, unknown> {
  return read.ok ? { ...read.value } : {}
}

function unknown(): { ok: false; code: 'scenario.unknown'; message: string } {
  return { ok: false, code: 'scenario.unknown', message: COMMAND_ERRORS['scenario.unknown'] }
}
