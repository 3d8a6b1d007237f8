/** Faults are leases: listed, ended one by one, or all at once by the latch that takes no new ones. */
import { commandAnswer, fault, halt, listOf } from '@orrery/protocol/http'
import type { HaltOutcome } from '../../commands/commands.ts'
import type { HttpDeps } from '../deps.ts'
import { iso, presentFault } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { answerOf } from './commands.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

export function faultRoutes(api: Api, { commands }: HttpDeps): void {
  // Before `{id}`: `halt` is no id.
  api.openapi(getHalt, (c) => {
    actor(c)
    return c.json(latch(), 200)
  })
  api.openapi(postHalt, async (c) => c.json(answer(await commands.halt(actor(c))), 200))
  api.openapi(deleteHalt, async (c) => c.json(answer(await commands.release(actor(c))), 200))

  api.openapi(listFaults, (c) => {
    actor(c)
    const leases = Object.values(commands.leases().leases).sort((a, b) => b.startedAtMs - a.startedAtMs)
    return c.json({ items: leases.map(presentFault), nextCursor: null }, 200)
  })

  api.openapi(getFault, (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const lease = commands.leases().leases[id]
    if (!lease) throw unknownFault(id)
    return c.json(presentFault(lease), 200)
  })

  api.openapi(deleteFault, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(answerOf(await commands.releaseLease(actor(c), id)), 200)
  })

  function latch(): z.infer<typeof halt> {
    const { isHalted, haltedAtMs, haltedBy } = commands.leases()
    return { isHalted, haltedAt: haltedAtMs === null ? null : iso(haltedAtMs), haltedBy }
  }

  function answer(outcome: HaltOutcome): z.infer<typeof halt> {
    if (!outcome.ok) {
      throw new HttpProblem(outcome.code ?? 'role.insufficient', outcome.message ?? 'This was refused.', {
        auditId: outcome.auditId,
      })
    }
    const { released, unreached, auditId } = outcome
    return { ...latch(), released, unreached, auditId }
  }
}

const getHalt = createRoute({
  method: 'get',
  path: '/api/v1/faults/halt',
  operationId: 'getHalt',
  tags: ['faults'],
  summary: 'Whether halt all is latched',
  responses: { 200: json(halt, 'The latch.'), ...problems({}) },
})

const postHalt = createRoute({
  method: 'post',
  path: '/api/v1/faults/halt',
  operationId: 'haltAll',
  tags: ['faults'],
  summary: 'End every fault everywhere and take no new one',
  responses: {
    200: json(halt, 'The latch holds. Twice does it once.'),
    ...problems({ 403: 'Needs the operator role.' }),
  },
})

const deleteHalt = createRoute({
  method: 'delete',
  path: '/api/v1/faults/halt',
  operationId: 'releaseHalt',
  tags: ['faults'],
  summary: 'Release the latch',
  responses: {
    200: json(halt, 'Faults can be injected again.'),
    ...problems({ 403: 'Needs the operator role.' }),
  },
})

const listFaults = createRoute({
  method: 'get',
  path: '/api/v1/faults',
  operationId: 'listFaults',
  tags: ['faults'],
  summary: 'Faults under way and lately ended',
  responses: { 200: json(listOf(fault), 'Newest first.'), ...problems({}) },
})

const id = z.string().min(1).max(64)

const getFault = createRoute({
  method: 'get',
  path: '/api/v1/faults/{id}',
  operationId: 'getFault',
  tags: ['faults'],
  summary: 'One fault',
  request: { params: z.object({ id }) },
  responses: { 200: json(fault, 'The fault.'), ...problems({ 404: 'No such fault.' }) },
})

const deleteFault = createRoute({
  method: 'delete',
  path: '/api/v1/faults/{id}',
  operationId: 'releaseFault',
  tags: ['faults'],
  summary: 'End one fault now',
  request: { params: z.object({ id }) },
  responses: {
    200: json(commandAnswer, 'The node ended it.'),
    ...problems({
      403: 'Needs the operator role.',
      404: 'No such fault.',
      504: 'The node did not answer in time.',
    }),
  },
})

function unknownFault(id: string): HttpProblem {
  return new HttpProblem('lease.unknown', `No fault has the id ${id}.`)
}
