/** The OpenAPI 3.1 document, written from the routes themselves. */
import type { Api } from './routes/shared.ts'

export function serveDocument(api: Api, version: string): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'orrery_session',
    description: 'Set by `POST /api/v1/session`; the name ends in the hub’s port.',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator’s or the viewer’s token.',
  })
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Orrery',
      version,
      description:
        'Everything Orrery’s own screens do. On loopback without tokens nobody needs to log in. Lists answer `{ items, nextCursor }`; times are ISO 8601 with milliseconds, durations `…Ms`, sizes `…Bytes`; errors are `application/problem+json` with a `code`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { token: [] }],
    tags: [
      { name: 'nodes', description: 'Nodes, supervision trees, processes' },
      { name: 'commands', description: 'What is done to processes, and who did it' },
      { name: 'crashes', description: 'Crash reports and their groups' },
      { name: 'faults', description: 'Faults under lease, and halt all' },
      { name: 'series', description: 'Metrics over time' },
      { name: 'session', description: 'Logging in' },
      { name: 'health', description: 'Liveness, readiness, Prometheus' },
    ],
  })
  api.get('/api/v1/openapi.json', (c) => c.json(document))
}
