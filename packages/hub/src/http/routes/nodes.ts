/** Nodes, their supervision trees, their processes. */
import {
  type HttpProcessDetail,
  listOf,
  node,
  processDetail,
  process as processSchema,
  tree,
} from '@orrery/protocol/http'
import type { HttpDeps } from '../deps.ts'
import { presentDetail, presentNode, presentProcess, presentTree } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import {
  type Api,
  actor,
  createRoute,
  json,
  nodeParam,
  pageQuery,
  problems,
  processParam,
  z,
} from './shared.ts'

export function nodeRoutes(api: Api, { live }: HttpDeps): void {
  api.openapi(listNodes, (c) => {
    actor(c)
    const nodes = Object.values(live.nodes()).sort((a, b) => (a.node < b.node ? -1 : 1))
    return c.json({ items: nodes.map(presentNode), nextCursor: null }, 200)
  })

  api.openapi(getNode, (c) => {
    actor(c)
    const row = live.nodes()[c.req.valid('param').node]
    if (!row) throw unknownNode(c.req.valid('param').node)
    return c.json(presentNode(row), 200)
  })

  api.openapi(getTree, (c) => {
    actor(c)
    const { node } = c.req.valid('param')
    const { root, depth } = c.req.valid('query')
    const view = live.tree(node)
    if (!view) throw unknownNode(node)
    const roots = presentTree(view, root ?? null, depth)
    if (root !== undefined && roots.length === 0) throw unknownProcess(node, root)
    return c.json({ node, status: view.nodeStatus, processes: view.processes, roots }, 200)
  })

  api.openapi(listProcesses, (c) => {
    actor(c)
    const { node } = c.req.valid('param')
    const { q, sort, order, limit, cursor } = c.req.valid('query')
    if (!live.nodes()[node]) throw unknownNode(node)
    const offset = readOffset(cursor)
    const view = live.processes({ node, q, sort, order, offset, limit })
    if (view.error) {
      const { message, from, to } = view.error
      throw new HttpProblem('query.malformed', message, { from, to })
    }
    const next = offset + view.rows.length
    const nextCursor = view.rows.length > 0 && next < view.total ? writeOffset(next) : null
    return c.json({ items: view.rows.map(presentProcess), nextCursor, total: view.total }, 200)
  })

  api.openapi(getProcess, async (c) => {
    actor(c)
    const { node, pid } = c.req.valid('param')
    if (!live.nodes()[node]) throw unknownNode(node)
    const view = live.process(node, pid)
    if (!view?.row) throw unknownProcess(node, pid)
    const inspected = await inspect(view.row.key)
    return c.json(presentDetail({ ...view, row: view.row }, inspected), 200)

    async function inspect(key: string) {
      try {
        // Checked when the node answered; the document's schema says less than its type.
        const inspection = (await live.inspect(node, key)) as unknown as HttpProcessDetail['inspection']
        return { inspection, inspectionError: null }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error
        return { inspection: null, inspectionError: { code: String(error.code), message: error.message } }
      }
    }
  })
}

const listNodes = createRoute({
  method: 'get',
  path: '/api/v1/nodes',
  operationId: 'listNodes',
  tags: ['nodes'],
  summary: 'Nodes, also those that are gone',
  responses: { 200: json(listOf(node), 'All nodes the hub knows.'), ...problems({}) },
})

const getNode = createRoute({
  method: 'get',
  path: '/api/v1/nodes/{node}',
  operationId: 'getNode',
  tags: ['nodes'],
  summary: 'One node',
  request: { params: z.object({ node: nodeParam }) },
  responses: { 200: json(node, 'The node.'), ...problems({ 404: 'No such node.' }) },
})

const getTree = createRoute({
  method: 'get',
  path: '/api/v1/nodes/{node}/tree',
  operationId: 'getTree',
  tags: ['nodes'],
  summary: 'The supervision tree',
  request: {
    params: z.object({ node: nodeParam }),
    query: z.object({
      root: z.string().max(4_096).optional().describe('Logical key to begin at.'),
      depth: z.coerce.number().int().min(0).max(64).default(64),
    }),
  },
  responses: {
    200: json(tree, 'Supervisors and what they supervise.'),
    ...problems({ 404: 'No such node or process.' }),
  },
})

/** Columns of the process table that can be sorted by; `match`: how well free text is met, the best first. */
const SORTS = [
  'match',
  'name',
  'pid',
  'key',
  'behaviour',
  'module',
  'status',
  'mailboxLength',
  'receivedPerS',
  'handledPerS',
  'restarts',
  'startedAt',
] as const

const listProcesses = createRoute({
  method: 'get',
  path: '/api/v1/nodes/{node}/processes',
  operationId: 'listProcesses',
  tags: ['nodes'],
  summary: 'A window of the process table',
  request: {
    params: z.object({ node: nodeParam }),
    query: pageQuery.extend({
      q: z.string().max(2_000).default('').describe('Like `mailbox:>100 -is:suspended`.'),
      sort: z.enum(SORTS).default('name'),
      order: z.enum(['asc', 'desc']).default('asc'),
    }),
  },
  responses: {
    200: json(
      listOf(processSchema).extend({ total: z.int() }),
      'Processes that match, and how many there are.',
    ),
    ...problems({ 400: 'The query does not parse.', 404: 'No such node.' }),
  },
})

const getProcess = createRoute({
  method: 'get',
  path: '/api/v1/nodes/{node}/processes/{pid}',
  operationId: 'getProcess',
  tags: ['nodes'],
  summary: 'One process, asked on the node itself',
  request: { params: z.object({ node: nodeParam, pid: processParam }) },
  responses: {
    200: json(
      processDetail,
      'The process; `inspection` is null, with the reason, where the node cannot be asked.',
    ),
    ...problems({ 404: 'No such node or process.' }),
  },
})

function unknownNode(node: string): HttpProblem {
  return new HttpProblem('node.unknown', `No node named ${node} is known.`)
}

function unknownProcess(node: string, pid: string): HttpProblem {
  return new HttpProblem('process.unknown', `${node} has no process ${pid}.`)
}

/** The table moves while it is read, so a cursor is a place in it and promises no more. */
function writeOffset(offset: number): string {
  return Buffer.from(`o${offset}`).toString('base64url')
}

function readOffset(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [, digits] = /^o(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (digits === undefined)
    throw new HttpProblem('cursor.malformed', 'This cursor was not given out by any list.')
  return Number(digits)
}
