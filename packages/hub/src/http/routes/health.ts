/** Liveness, readiness, Prometheus, and the API's own description. */
import { health } from '@orrery/protocol/http'
import type { HttpDeps } from '../deps.ts'
import { createMetrics } from '../metrics.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

export function healthRoutes(api: Api, deps: HttpDeps): void {
  const { store } = deps
  const metrics = createMetrics(deps)

  api.openapi(getHealth, (c) => c.json({ status: 'ok' as const }, 200))

  api.openapi(getReady, async (c) => {
    const isReady = store.ready() || (await store.ping())
    if (!isReady) return c.json({ status: 'unavailable' as const, store: 'down' as const }, 503)
    return c.json({ status: 'ok' as const, store: 'ready' as const }, 200)
  })

  api.openapi(getMetrics, async (c) => {
    actor(c)
    return c.text(await metrics.metrics(), 200, { 'content-type': metrics.contentType })
  })
}

const getHealth = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  tags: ['health'],
  summary: 'Whether the hub runs',
  security: [],
  responses: { 200: json(health, 'It runs.') },
})

const getReady = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReady',
  tags: ['health'],
  summary: 'Whether the hub can store',
  security: [],
  responses: {
    200: json(health, 'The database answers.'),
    503: json(health, 'The database does not answer. Live views go on.'),
  },
})

const getMetrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tags: ['health'],
  summary: 'Prometheus',
  responses: {
    200: {
      description: 'Orrery itself and its nodes.',
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems({}),
  },
})
