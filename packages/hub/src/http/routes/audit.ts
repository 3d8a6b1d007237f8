/** The audit trail: who did what to which process, with its result. */
import { auditEntry, listOf } from '@orrery/protocol/http'
import type { HttpDeps } from '../deps.ts'
import { presentAudit } from '../present.ts'
import { type Api, actor, createRoute, json, page, pageQuery, problems, z } from './shared.ts'

export function auditRoutes(api: Api, { store }: HttpDeps): void {
  api.openapi(listAudit, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const filter = {
      ...(query.node === undefined ? {} : { node: query.node }),
      ...(query.pid === undefined ? {} : { target: query.pid }),
    }
    const { items, nextCursor } = await store.audit(filter, page(query))
    return c.json({ items: items.map(presentAudit), nextCursor }, 200)
  })
}

const listAudit = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  operationId: 'listAudit',
  tags: ['commands'],
  summary: 'Who did what to which process, newest first',
  request: {
    query: pageQuery.extend({
      node: z.string().max(255).optional(),
      pid: z.string().max(4_096).optional().describe('A pid or a logical key.'),
    }),
  },
  responses: { 200: json(listOf(auditEntry), 'A page.'), ...problems({ 400: 'The cursor does not parse.' }) },
})
