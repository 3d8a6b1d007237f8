/** Time series: of nodes from the store and what is not stored yet, of one process from the last minute in memory. */
import { METRICS, PROCESS_METRICS, series } from '@orrery/protocol/http'
import { linesOf } from '../../series/lines.ts'
import { stepMsOf } from '../../series/metrics.ts'
import type { HttpDeps } from '../deps.ts'
import { iso } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { seriesRange } from '../series-range.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

const HOUR_MS = 3_600_000

export function seriesRoutes(api: Api, { store, live, nowMs }: HttpDeps): void {
  api.openapi(getSeries, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    return c.json(query.pid === undefined ? await ofNodes(query) : ofProcess(query, query.pid), 200)
  })

  type Query = z.infer<typeof seriesQuery>

  async function ofNodes({ metric, node, from, to, step }: Query): Promise<z.infer<typeof series>> {
    if (!isOneOf(METRICS, metric)) {
      throw new HttpProblem('series.metric', `A node has ${METRICS.join(', ')}; ${metric} needs a pid.`)
    }
    const toMs = to === undefined ? nowMs() : Date.parse(to)
    const askedMs = from === undefined ? toMs - HOUR_MS : Date.parse(from)
    if (askedMs >= toMs) throw new HttpProblem('series.range', '`from` must lie before `to`.')
    const open = live.openSeries(node ?? null, metric)
    const heldFromMs = await heldFrom(open.map((block) => block.fromMs))
    const fromMs = Math.min(toMs, Math.max(askedMs, heldFromMs ?? askedMs))
    const range = seriesRange({ fromMs, toMs, stepMs: step ?? stepMsOf((toMs - fromMs) / 1_000) })
    const stored = await store.series({ node: node ?? null, metric, fromMs: range.fromMs, toMs })
    // What is in memory comes last: it wins over its own older copy in the store.
    const lines = linesOf([...stored, ...open], metric, range)
    return {
      metric,
      stepMs: range.stepMs,
      from: iso(range.fromMs),
      to: iso(toMs),
      heldFrom: heldFromMs === null ? null : iso(heldFromMs),
      lines: Object.entries(lines).map(([node, values]) => ({ node, values })),
    }
  }

  async function heldFrom(open: number[]): Promise<number | null> {
    const stored = await store.seriesHeldFromMs()
    const all = stored === null ? open : [stored, ...open]
    return all.length === 0 ? null : Math.min(...all)
  }

  function ofProcess({ metric, node }: Query, pid: string): z.infer<typeof series> {
    if (!isOneOf(PROCESS_METRICS, metric)) {
      throw new HttpProblem('series.metric', `A process has ${PROCESS_METRICS.join(', ')}.`)
    }
    if (node === undefined) throw new HttpProblem('request.malformed', 'A pid needs its node.')
    const view = live.process(node, pid)
    if (!view?.row) throw new HttpProblem('process.unknown', `${node} has no process ${pid}.`)
    const values = view.series[metric]
    const toMs = nowMs()
    const fromMs = toMs - values.length * 1_000
    return {
      metric,
      stepMs: 1_000,
      from: iso(fromMs),
      to: iso(toMs),
      heldFrom: iso(fromMs),
      lines: [{ node, values }],
    }
  }
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name)
}

const seriesQuery = z.object({
  metric: z.enum([...METRICS, ...PROCESS_METRICS.filter((name) => name !== 'mailbox')]),
  node: z.string().max(255).optional().describe('All nodes where it is left out.'),
  pid: z.string().max(4_096).optional().describe('A pid or logical key: the last minute of one process.'),
  from: z.iso.datetime({ offset: true }).optional().describe('An hour before `to` where it is left out.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Now where it is left out.'),
  step: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .optional()
    .describe('Milliseconds a value; about 360 values where it is left out.'),
})

const getSeries = createRoute({
  method: 'get',
  path: '/api/v1/series',
  operationId: 'getSeries',
  tags: ['series'],
  summary: 'A metric over time',
  request: { query: seriesQuery },
  responses: {
    200: json(series, 'One line a node; null is a gap. `from` is moved to what is held.'),
    ...problems({ 400: 'Such a range or metric does not exist.', 404: 'No such process.' }),
  },
})
