/** Crash reports and their groups, from the store. */
import { crashGroup, crashReport, crashSummary, listOf } from '@orrery/protocol/http'
import type { Query } from '@orrery/protocol/query'
import { parseCrashQuery } from '../../store/crash-query.ts'
import type { HttpDeps } from '../deps.ts'
import { presentCrash, presentGroup } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, page, pageQuery, problems, z } from './shared.ts'

export function crashRoutes(api: Api, { store }: HttpDeps): void {
  api.openapi(listCrashes, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const { items, nextCursor } = await store.searchCrashes(parse(query.q), page(query))
    return c.json({ items: items.map(presentCrash), nextCursor }, 200)
  })

  api.openapi(getCrash, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const report = await store.crash(id)
    if (!report)
      throw new HttpProblem('crash.unknown', `No report with the id ${id} is held; it may have expired.`)
    // Checked when it was taken from its node; the document's schema says less than its type.
    return c.json(report as unknown as z.infer<typeof crashReport>, 200)
  })

  api.openapi(listGroups, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const { items, nextCursor } = await store.searchGroups(parse(query.q), page(query))
    return c.json({ items: items.map(presentGroup), nextCursor }, 200)
  })
}

function parse(q: string): Query {
  const parsed = parseCrashQuery(q)
  if (parsed.ok) return parsed.query
  const { message, from, to } = parsed.error
  throw new HttpProblem('query.malformed', message, { from, to })
}

const q = z.string().max(2_000).default('').describe('Like `reason:~overrun -node:lund-1 last:24h`.')

const listCrashes = createRoute({
  method: 'get',
  path: '/api/v1/crashes',
  operationId: 'listCrashes',
  tags: ['crashes'],
  summary: 'Crash reports that match, newest first',
  request: { query: pageQuery.extend({ q }) },
  responses: {
    200: json(listOf(crashSummary), 'A page.'),
    ...problems({ 400: 'Query or cursor does not parse.' }),
  },
})

const getCrash = createRoute({
  method: 'get',
  path: '/api/v1/crashes/{id}',
  operationId: 'getCrash',
  tags: ['crashes'],
  summary: 'One crash report, whole',
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 200: json(crashReport, 'The report.'), ...problems({ 404: 'No such report.' }) },
})

const listGroups = createRoute({
  method: 'get',
  path: '/api/v1/crash-groups',
  operationId: 'listCrashGroups',
  tags: ['crashes'],
  summary: 'Groups with a crash that matches, the one that crashed last first',
  request: { query: pageQuery.extend({ q }) },
  responses: {
    200: json(listOf(crashGroup), 'A page.'),
    ...problems({ 400: 'Query or cursor does not parse.' }),
  },
})
