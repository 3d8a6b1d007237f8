/** Scenarios and routines of the fault lab. Bodies are read where they are checked, so that a refusal is audited too. */

import { routine, routineBody, scenario, scenarioBody } from '@orrery/protocol/faults'
import { listOf } from '@orrery/protocol/http'
import type { Context } from 'hono'
import type { LabAnswer } from '../../faults/audited.ts'
import type { Env, HttpDeps } from '../deps.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

export function faultScenarioRoutes(api: Api, { scenarios, routines }: HttpDeps): void {
  api.openapi(listScenarios, async (c) => {
    actor(c)
    return c.json({ items: await scenarios.list(), nextCursor: null }, 200)
  })
  api.openapi(getScenario, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const found = await scenarios.get(id)
    if (found === null) throw new HttpProblem('scenario.unknown', `No scenario has the id ${id}.`)
    return c.json(found, 200)
  })
  const addScenario = async (c: Asked) => valueFrom(await scenarios.add(actor(c), await bodyOf(c)))
  api.openapi(postScenario, async (c) => c.json(await addScenario(c), 201), unread(addScenario))
  const putScenarioOf = async (c: Asked) =>
    valueFrom(await scenarios.put(actor(c), c.req.param('id') ?? '', await bodyOf(c)))
  api.openapi(putScenario, async (c) => c.json(await putScenarioOf(c), 200), unread(putScenarioOf))
  api.openapi(deleteScenario, async (c) => {
    valueFrom(await scenarios.drop(actor(c), c.req.valid('param').id))
    return c.body(null, 204)
  })

  api.openapi(listRoutines, (c) => {
    actor(c)
    return c.json({ items: routines.list(), nextCursor: null }, 200)
  })
  const addRoutine = async (c: Asked) => valueFrom(await routines.add(actor(c), await bodyOf(c)))
  api.openapi(postRoutine, async (c) => c.json(await addRoutine(c), 201), unread(addRoutine))
  const putRoutineOf = async (c: Asked) =>
    valueFrom(await routines.put(actor(c), c.req.param('id') ?? '', await bodyOf(c)))
  api.openapi(putRoutine, async (c) => c.json(await putRoutineOf(c), 200), unread(putRoutineOf))
  api.openapi(deleteRoutine, async (c) => {
    valueFrom(await routines.drop(actor(c), c.req.valid('param').id))
    return c.body(null, 204)
  })
}

type Asked = Context<Env>

/** What no schema takes goes the same way, where it is refused and written down. */
function unread(carryOut: (c: Asked) => Promise<unknown>) {
  return (result: { success: boolean }, c: Asked): Promise<never> | undefined => {
    if (result.success) return undefined
    return carryOut(c).then((): never => {
      throw new HttpProblem('request.malformed', 'The request could not be read.')
    })
  }
}

async function bodyOf(c: Asked): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}

function valueFrom<T>(answer: LabAnswer<T>): T {
  if (answer.ok) return answer.value
  throw new HttpProblem(answer.code, answer.message, { auditId: answer.auditId })
}

const id = z.object({ id: z.string().min(1).max(64) })
const NEEDS_OPERATOR = 'Needs the operator role.'
const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
})

const listScenarios = createRoute({
  method: 'get',
  path: '/api/v1/fault-scenarios',
  operationId: 'listFaultScenarios',
  tags: ['faults'],
  summary: 'Saved scenarios, by name',
  responses: { 200: json(listOf(scenario), 'All of them.'), ...problems({}) },
})

const getScenario = createRoute({
  method: 'get',
  path: '/api/v1/fault-scenarios/{id}',
  operationId: 'getFaultScenario',
  tags: ['faults'],
  summary: 'One scenario; run it by `POST /api/v1/faults` `{ scenario }`',
  request: { params: id },
  responses: { 200: json(scenario, 'The scenario.'), ...problems({ 404: 'No such scenario.' }) },
})

const postScenario = createRoute({
  method: 'post',
  path: '/api/v1/fault-scenarios',
  operationId: 'createFaultScenario',
  tags: ['faults'],
  summary: 'Save a scenario: an experiment without a time and a seed',
  request: { body: body(scenarioBody) },
  responses: {
    201: json(scenario, 'As it was saved.'),
    ...problems({ 400: 'It cannot be read.', 403: NEEDS_OPERATOR, 422: 'Beyond a limit.' }),
  },
})

const putScenario = createRoute({
  method: 'put',
  path: '/api/v1/fault-scenarios/{id}',
  operationId: 'changeFaultScenario',
  tags: ['faults'],
  summary: 'Replace a scenario; what runs goes on as it was',
  request: { params: id, body: body(scenarioBody) },
  responses: {
    200: json(scenario, 'As it is now.'),
    ...problems({
      400: 'It cannot be read.',
      403: NEEDS_OPERATOR,
      404: 'No such scenario.',
      422: 'Beyond a limit.',
    }),
  },
})

const deleteScenario = createRoute({
  method: 'delete',
  path: '/api/v1/fault-scenarios/{id}',
  operationId: 'deleteFaultScenario',
  tags: ['faults'],
  summary: 'Delete a scenario that no routine runs',
  request: { params: id },
  responses: {
    204: { description: 'It is gone.' },
    ...problems({ 403: NEEDS_OPERATOR, 404: 'No such scenario.', 409: 'A routine runs it.' }),
  },
})

const listRoutines = createRoute({
  method: 'get',
  path: '/api/v1/fault-routines',
  operationId: 'listFaultRoutines',
  tags: ['faults'],
  summary: 'Standing schedules, with when each is due next and why it stopped itself',
  responses: { 200: json(listOf(routine), 'All of them.'), ...problems({}) },
})

const postRoutine = createRoute({
  method: 'post',
  path: '/api/v1/fault-routines',
  operationId: 'createFaultRoutine',
  tags: ['faults'],
  summary: 'Run a scenario again and again, within hours, days and a budget',
  request: { body: body(routineBody) },
  responses: {
    201: json(routine, 'As it was saved.'),
    ...problems({
      400: 'It cannot be read.',
      403: NEEDS_OPERATOR,
      404: 'No such scenario.',
      422: 'Beyond a limit.',
    }),
  },
})

const putRoutine = createRoute({
  method: 'put',
  path: '/api/v1/fault-routines/{id}',
  operationId: 'changeFaultRoutine',
  tags: ['faults'],
  summary: 'Replace a routine: it begins anew, also where it had stopped itself',
  request: { params: id, body: body(routineBody) },
  responses: {
    200: json(routine, 'As it is now.'),
    ...problems({
      400: 'It cannot be read.',
      403: NEEDS_OPERATOR,
      404: 'No such routine or scenario.',
      422: 'Beyond a limit.',
    }),
  },
})

const deleteRoutine = createRoute({
  method: 'delete',
  path: '/api/v1/fault-routines/{id}',
  operationId: 'deleteFaultRoutine',
  tags: ['faults'],
  summary: 'Delete a routine; an experiment of it that runs goes on to its end',
  request: { params: id },
  responses: {
    204: { description: 'It is gone.' },
    ...problems({ 403: NEEDS_OPERATOR, 404: 'No such routine.' }),
  },
})
