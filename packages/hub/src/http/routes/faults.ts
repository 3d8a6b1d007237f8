/** Experiments of the fault lab: tried dry, begun, listed, ended; the catalogue; and the latch that takes no new ones. */
import { leaseWord, portList } from '@orrery/protocol'
import {
  catalogueEntry,
  dryRun,
  EXPERIMENT_STATES,
  experiment,
  FAULTS,
  type FaultKind,
  faultRequest,
} from '@orrery/protocol/faults'
import { commandAnswer, fault, halt, listOf } from '@orrery/protocol/http'
import type { HaltOutcome } from '../../commands/commands.ts'
import { presentExperiment } from '../../faults/experiment-store.ts'
import type { FaultRefusal } from '../../faults/faults.ts'
import type { HttpDeps } from '../deps.ts'
import { isAgent } from '../guard.ts'
import { iso, presentFault } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { answerOf } from './commands.ts'
import { type Api, actor, createRoute, json, nodeParam, page, pageQuery, problems, z } from './shared.ts'

/** Of each experiment in a list. */
const LISTED_TARGETS = 50

export function faultRoutes(api: Api, { commands, faults, config }: HttpDeps): void {
  // Before `{id}`: `halt` and `catalogue` are no ids.
  api.openapi(getHalt, (c) => {
    actor(c)
    return c.json(latch(), 200)
  })
  api.openapi(postHalt, async (c) => c.json(answer(await commands.halt(actor(c))), 200))
  api.openapi(deleteHalt, async (c) => c.json(answer(await commands.release(actor(c))), 200))

  api.openapi(getCatalogue, (c) => {
    actor(c)
    const items = Object.values<FaultKind>(FAULTS).map((kind) => ({
      ...entryOf(kind),
      nodes: faults.offers(kind.kind),
    }))
    return c.json({ items, nextCursor: null }, 200)
  })

  api.openapi(
    postFault,
    async (c) => {
      const who = actor(c)
      const body = c.req.valid('json')
      if (c.req.valid('query').dryRun === 'true') {
        const tried = await faults.dryRun(who, body)
        if (!tried.ok) throw refusal(tried)
        return c.json(tried.dryRun, 200)
      }
      const started = await faults.start(who, body)
      if (!started.ok) throw refusal(started)
      return c.json(presentExperiment(started.experiment), 201)
    },
    (result, c) => {
      if (result.success) return undefined
      // What no schema takes is written down, too.
      return faults.refuseUnread(actor(c), result.error).then((refused): never => {
        throw refusal(refused)
      })
    },
  )

  api.openapi(listFaults, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const { items, nextCursor } = await faults.list(
      query.status === undefined ? {} : { status: query.status },
      page(query),
    )
    return c.json(
      { items: items.map((record) => presentExperiment(record, LISTED_TARGETS)), nextCursor },
      200,
    )
  })

  api.openapi(getFault, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const found = await faults.get(id)
    if (found === null) throw unknownExperiment(id)
    return c.json(presentExperiment(found), 200)
  })

  api.openapi(deleteFault, async (c) => {
    const stopped = await faults.stop(actor(c), c.req.valid('param').id)
    if (!stopped.ok) throw refusal(stopped)
    return c.json(presentExperiment(stopped.experiment), 200)
  })

  api.openapi(getPorts, async (c) => {
    actor(c)
    const told = await faults.ports(c.req.valid('param').node)
    if (!told.ok) throw new HttpProblem(told.code, told.message)
    return c.json({ items: told.ports, nextCursor: null }, 200)
  })

  api.openapi(listLeases, (c) => {
    actor(c)
    const leases = Object.values(commands.leases().leases).sort((a, b) => b.startedAtMs - a.startedAtMs)
    return c.json({ items: leases.map(presentFault), nextCursor: null }, 200)
  })

  api.openapi(getLease, (c) => {
    if (!isAgent(config, c.env.incoming.headers)) actor(c)
    const { leaseId } = c.req.valid('param')
    const lease = commands.leases().leases[leaseId]
    const isHeld =
      faults.isHeld(leaseId) || (lease !== undefined && lease.status !== 'ended' && !commands.isHalted())
    return c.json({ isHeld }, 200)
  })

  api.openapi(deleteLease, async (c) => {
    const { leaseId } = c.req.valid('param')
    return c.json(answerOf(await commands.releaseLease(actor(c), leaseId)), 200)
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

function entryOf(kind: FaultKind): Omit<z.infer<typeof catalogueEntry>, 'nodes'> {
  const { parameters, ...rest } = kind
  const entry = { ...rest, parameters: z.toJSONSchema(parameters, { io: 'input' }) }
  // JSON all through: forms are data, and a JSON Schema is.
  return JSON.parse(JSON.stringify(entry)) as Omit<z.infer<typeof catalogueEntry>, 'nodes'>
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
  summary: 'End every fault everywhere, scheduled ones too, and take no new one',
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

const getCatalogue = createRoute({
  method: 'get',
  path: '/api/v1/faults/catalogue',
  operationId: 'listFaultKinds',
  tags: ['faults'],
  summary: 'Kinds of faults with their forms, and which nodes would take them',
  responses: { 200: json(listOf(catalogueEntry), 'In the order of the lab.'), ...problems({}) },
})

const refusals = {
  400: 'The request could not be read, or the fault is not known.',
  403: 'The role or the node does not allow it, or the target is immune.',
  404: 'Nothing matches the target; no such node, process, port or scenario.',
  409: 'The node is gone, does not offer it, or took this request before.',
  422: 'It would hit more than the limits allow.',
  423: 'Halt all is latched.',
  429: 'Too many at once.',
  503: 'The audit trail or the intent cannot be written, so nothing was sent.',
} as const

const postFault = createRoute({
  method: 'post',
  path: '/api/v1/faults',
  operationId: 'startFault',
  tags: ['faults'],
  summary: 'Begin an experiment, or try it dry',
  request: {
    query: z.object({
      dryRun: z
        .enum(['true', 'false'])
        .default('false')
        .describe('Shows what would be hit, and changes nothing.'),
    }),
    body: { required: true, content: { 'application/json': { schema: faultRequest } } },
  },
  responses: {
    200: json(dryRun, 'Of a dry run: what would be hit, and why it would be refused.'),
    201: json(experiment, 'The experiment, once the nodes have answered.'),
    ...problems(refusals),
  },
})

const listFaults = createRoute({
  method: 'get',
  path: '/api/v1/faults',
  operationId: 'listFaults',
  tags: ['faults'],
  summary: 'Experiments, newest first, each with its first 50 targets',
  request: { query: pageQuery.extend({ status: z.enum(EXPERIMENT_STATES).optional() }) },
  responses: { 200: json(listOf(experiment), 'A page.'), ...problems({ 400: 'The cursor does not parse.' }) },
})

const id = z.string().min(1).max(64)

const getFault = createRoute({
  method: 'get',
  path: '/api/v1/faults/{id}',
  operationId: 'getFault',
  tags: ['faults'],
  summary: 'One experiment with a record for every target',
  request: { params: z.object({ id }) },
  responses: { 200: json(experiment, 'The experiment.'), ...problems({ 404: 'No such experiment.' }) },
})

const deleteFault = createRoute({
  method: 'delete',
  path: '/api/v1/faults/{id}',
  operationId: 'stopFault',
  tags: ['faults'],
  summary: 'End one experiment now',
  request: { params: z.object({ id }) },
  responses: {
    200: json(experiment, 'It ends; what became of each target follows within seconds.'),
    ...problems({ 403: 'Needs the operator role.', 404: 'No such experiment.' }),
  },
})

const getPorts = createRoute({
  method: 'get',
  path: '/api/v1/nodes/{node}/ports',
  operationId: 'listPorts',
  tags: ['nodes'],
  summary: 'Ports of a node, asked on the node itself',
  request: { params: z.object({ node: nodeParam }) },
  responses: {
    200: json(listOf(portList.shape.ports.element), 'By name.'),
    ...problems({
      404: 'No such node.',
      409: 'The node is gone or does not tell its ports.',
      504: 'The node did not answer in time.',
    }),
  },
})

const listLeases = createRoute({
  method: 'get',
  path: '/api/v1/leases',
  operationId: 'listLeases',
  tags: ['faults'],
  summary: 'Processes held by a single command, now and lately',
  responses: { 200: json(listOf(fault), 'Newest first.'), ...problems({}) },
})

const getLease = createRoute({
  method: 'get',
  path: '/api/v1/leases/{leaseId}',
  operationId: 'getLease',
  tags: ['faults'],
  summary: 'Whether the hub still wants what lasts under this lease; also with the agents’ token',
  request: { params: z.object({ leaseId: id }) },
  responses: { 200: json(leaseWord, 'A lease nobody knows is not held.'), ...problems({}) },
})

const deleteLease = createRoute({
  method: 'delete',
  path: '/api/v1/leases/{leaseId}',
  operationId: 'releaseLease',
  tags: ['faults'],
  summary: 'End one lease now',
  request: { params: z.object({ leaseId: id }) },
  responses: {
    200: json(commandAnswer, 'The node ended it.'),
    ...problems({
      403: 'Needs the operator role.',
      404: 'No such lease.',
      504: 'The node did not answer in time.',
    }),
  },
})

function refusal({ code, message, auditId }: FaultRefusal): HttpProblem {
  return new HttpProblem(code, message, { auditId })
}

/** Crash reports and audit rows may name one longer than it is kept. */
export function unknownExperiment(id: string): HttpProblem {
  return new HttpProblem(
    'experiment.unknown',
    `No experiment ${id} is held: there was none, or it is older than what this hub keeps and was pruned.`,
  )
}
