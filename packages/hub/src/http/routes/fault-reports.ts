/** What experiments did: the report of one, for people and for CI, and all of them as subtree × fault. */
import { faultReport, resilienceMatrix } from '@orrery/protocol/faults'
import { presentExperiment } from '../../faults/experiment-store.ts'
import { matrixOf } from '../../faults/matrix.ts'
import { reportJunit, reportOf, reportText, whyNoReport } from '../../faults/report.ts'
import type { HttpDeps } from '../deps.ts'
import { HttpProblem } from '../problem.ts'
import { unknownExperiment } from './faults.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

const DAY_MS = 86_400_000

export function faultReportRoutes(api: Api, { store, faults, nowMs }: HttpDeps): void {
  // Before `/faults/{id}`: `matrix` is no id.
  api.openapi(getMatrix, async (c) => {
    actor(c)
    const fromMs = nowMs() - c.req.valid('query').days * DAY_MS
    return c.json(matrixOf(await store.lab.verdicts(fromMs), fromMs), 200)
  })

  api.openapi(getReport, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const { format, failOn } = c.req.valid('query')
    const record = await faults.get(id)
    if (record === null) throw unknownExperiment(id)
    const experiment = presentExperiment(record)
    const why = whyNoReport(experiment)
    if (why !== null) throw new HttpProblem('experiment.unjudged', why)
    const report = reportOf(experiment, failOn)
    if (format === 'text')
      return c.body(reportText(report), 200, { 'content-type': 'text/plain; charset=utf-8' })
    if (format === 'junit')
      return c.body(reportJunit(report), 200, { 'content-type': 'application/xml; charset=utf-8' })
    return c.json(report, 200)
  })
}

const getMatrix = createRoute({
  method: 'get',
  path: '/api/v1/faults/matrix',
  operationId: 'getResilienceMatrix',
  tags: ['faults'],
  summary: 'Subtree × fault: what came of each kind of fault under each supervisor',
  request: {
    query: z.object({ days: z.coerce.number().int().min(1).max(366).default(7).describe('So far back.') }),
  },
  responses: { 200: json(resilienceMatrix, 'The matrix.'), ...problems({}) },
})

const getReport = createRoute({
  method: 'get',
  path: '/api/v1/faults/{id}/report',
  operationId: 'getFaultReport',
  tags: ['faults'],
  summary: 'The resilience report of an experiment that is over, as pass or fail, text or JUnit',
  request: {
    params: z.object({ id: z.string().min(1).max(64) }),
    query: z.object({
      format: z.enum(['json', 'text', 'junit']).default('json'),
      failOn: z
        .enum(['degraded', 'escalated'])
        .default('escalated')
        .describe('The mildest verdict that does not pass.'),
    }),
  },
  responses: {
    200: {
      description: 'The report.',
      content: {
        'application/json': { schema: faultReport },
        'text/plain': { schema: z.string() },
        'application/xml': { schema: z.string() },
      },
    },
    ...problems({
      404: 'No such experiment.',
      409: 'It is not over, or so lately that it is not judged yet: ask again in ten seconds.',
    }),
  },
})
