/**
 * Whether the hub still wants what lasts under a lease. Asked twice a second by the process above a paused node, with the agent's token: the node itself can hear
 * nothing then (SPEC, WIRE-112).
 */
import { leaseWord } from '@orrery/protocol'
import type { HttpDeps } from '../deps.ts'
import { isAgentToken } from '../guard.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, createRoute, json, problems, z } from './shared.ts'

export function leaseRoutes(
  api: Api,
  { config, isLeaseHeld }: Pick<HttpDeps, 'config' | 'isLeaseHeld'>,
): void {
  api.openapi(getLease, (c) => {
    const bearer = /^Bearer +(\S+)$/i.exec(c.env.incoming.headers.authorization ?? '')?.[1] ?? null
    const isAgent = config.agentToken !== null && isAgentToken(config, bearer)
    if (c.get('actor') === null && !isAgent) {
      throw new HttpProblem('session.required', 'This takes the token of agents, or that of a person.')
    }
    return c.json({ isHeld: isLeaseHeld(c.req.valid('param').leaseId) }, 200)
  })
}

const getLease = createRoute({
  method: 'get',
  path: '/api/v1/leases/{leaseId}',
  operationId: 'getLease',
  tags: ['faults'],
  summary: 'Whether a lease is still wanted',
  request: { params: z.object({ leaseId: z.string().min(1).max(64) }) },
  responses: { 200: json(leaseWord, 'One that nobody knows is not.'), ...problems({}) },
})
