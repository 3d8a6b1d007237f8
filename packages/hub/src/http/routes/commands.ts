/** Commands to a process. The role is checked where the command is carried out, so that a refusal is audited too. */
import { commandAnswer, commandBody } from '@orrery/protocol/http'
import type { CommandOutcome } from '../../commands/commands.ts'
import type { HttpDeps } from '../deps.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, nodeParam, problems, processParam, z } from './shared.ts'

export function commandRoutes(api: Api, { commands }: HttpDeps): void {
  api.openapi(postCommand, async (c) => {
    const { node, pid } = c.req.valid('param')
    return c.json(answerOf(await commands.execute(actor(c), node, pid, c.req.valid('json'))), 200)
  })
}

/** The answer of a command that was applied; a problem for one that was not. */
export function answerOf(outcome: CommandOutcome): z.infer<typeof commandAnswer> {
  if (!outcome.ok) {
    throw new HttpProblem(outcome.code, outcome.message, { auditId: outcome.auditId })
  }
  const { id, status, leaseId, value, auditId } = outcome
  return {
    id,
    status,
    ...(leaseId === undefined ? {} : { leaseId }),
    // A node's own answer: JSON, as it came over the wire.
    ...(value === undefined ? {} : { value: value as z.infer<typeof commandAnswer>['value'] }),
    auditId,
  }
}

const postCommand = createRoute({
  method: 'post',
  path: '/api/v1/nodes/{node}/processes/{pid}/commands',
  operationId: 'commandProcess',
  tags: ['commands'],
  summary: 'Kill, suspend, resume, crash on the next message, send a message',
  request: {
    params: z.object({ node: nodeParam, pid: processParam }),
    body: { required: true, content: { 'application/json': { schema: commandBody } } },
  },
  responses: {
    200: json(commandAnswer, 'The node applied it.'),
    ...problems({
      400: 'The command could not be read.',
      403: 'The role or the node does not allow it.',
      404: 'No such node or process.',
      409: 'The node is gone, does not offer it, or took this id before.',
      423: 'Halt all is latched.',
      504: 'The node did not answer in time.',
    }),
  },
})
