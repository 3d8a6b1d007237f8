/**
 * The public HTTP API. `handle` takes what is the hub's (`/api/…`, `/healthz`, `/readyz`, `/metrics`) and turns away, on
 * every path, whoever calls this hub by a name that is not its own.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import { isTimeout } from '../store/database-error.ts'
import { StoreError } from '../store/store.ts'
import type { Env, HttpDeps } from './deps.ts'
import { actorOf, isAllowedHost, isAllowedRequest } from './guard.ts'
import { serveDocument } from './openapi.ts'
import { HttpProblem, problemResponse, unknownRoute } from './problem.ts'
import { auditRoutes } from './routes/audit.ts'
import { commandRoutes } from './routes/commands.ts'
import { crashGroupRoutes } from './routes/crash-groups.ts'
import { crashRoutes, IMPORT_PATH } from './routes/crashes.ts'
import { faultReportRoutes } from './routes/fault-reports.ts'
import { faultScenarioRoutes } from './routes/fault-scenarios.ts'
import { faultRoutes } from './routes/faults.ts'
import { healthRoutes } from './routes/health.ts'
import { hubRoutes } from './routes/hub.ts'
import { nodeRoutes } from './routes/nodes.ts'
import { seriesRoutes } from './routes/series.ts'
import { sessionRoutes } from './routes/session.ts'
import type { Api } from './routes/shared.ts'

export interface Http {
  /** Whether it took the request; then the answer is on its way. */
  handle(req: IncomingMessage, res: ServerResponse): boolean
}

const BODY_BYTES = 262_144
/** A crash report with everything captured is larger than any command. */
const IMPORT_BYTES = 2_097_152

export function createHttp(deps: HttpDeps): Http {
  const api = createApi(deps)
  const listener = getRequestListener(api.fetch, {
    overrideGlobalObjects: false,
    // Whoever sends too much shall still read why; Node itself drains what is left.
    autoCleanupIncoming: false,
  })
  return {
    handle(req, res) {
      const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
      const isProbe = path === '/healthz' || path === '/readyz'
      if (!isProbe && !isAllowedHost(deps.config, req.headers.host)) {
        refuseHost(req, res)
        return true
      }
      if (!isProbe && path !== '/metrics' && path !== '/api' && !path.startsWith('/api/')) return false
      void listener(req, res)
      return true
    },
  }
}

/** The routes alone, without a server. */
export function createApi(deps: HttpDeps): Api {
  const { config, logger, nowMs } = deps
  const api = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return undefined
      const errors = result.error.issues.map((issue) => ({
        path: issue.path.map(String).join('.'),
        message: issue.message,
      }))
      const [first] = errors
      const detail = first
        ? [first.path, first.message].filter(Boolean).join(': ')
        : 'The request could not be read.'
      return problemResponse(new HttpProblem('request.malformed', detail, { errors }))
    },
  })

  api.onError((error, c) => {
    if (error instanceof HttpProblem) return problemResponse(error)
    if (error instanceof StoreError && error.code === 'cursor.malformed') {
      return problemResponse(new HttpProblem('cursor.malformed', error.message))
    }
    if (isTimeout(error)) {
      return problemResponse(
        new HttpProblem(
          'query.too_wide',
          'This finds too much to look at: take a shorter time, or add a field.',
        ),
      )
    }
    if ('getResponse' in error && 'status' in error && error.status === 400) {
      return problemResponse(new HttpProblem('request.malformed', error.message))
    }
    if (!deps.store.ready()) {
      return problemResponse(
        new HttpProblem('store.unavailable', 'The database does not answer; live views go on.'),
      )
    }
    logger.error(`request:${c.req.path}`, `${c.req.method} ${c.req.path} failed`, error)
    return problemResponse(new HttpProblem('hub.failed', 'The hub failed here; its log says why.'))
  })
  api.notFound(unknownRoute)

  api.use(async (c, next) => {
    const { headers } = c.env.incoming
    const isProbe = c.req.path === '/healthz' || c.req.path === '/readyz'
    if (!isProbe && !isAllowedRequest(config, headers)) {
      throw new HttpProblem('origin.refused', 'Only this hub’s own pages may ask from within a browser.')
    }
    c.set('actor', actorOf(config, headers, nowMs()))
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('cross-origin-resource-policy', 'same-origin')
  })
  api.use(async (c, next) => {
    const { method } = c.env.incoming
    if (method !== 'GET' && method !== 'HEAD') {
      checkBody(c.env.incoming.headers, c.req.path === IMPORT_PATH ? IMPORT_BYTES : BODY_BYTES)
    }
    await next()
  })

  healthRoutes(api, deps)
  sessionRoutes(api, deps)
  nodeRoutes(api, deps)
  commandRoutes(api, deps)
  // Before the experiments: `matrix` is no id of one.
  faultReportRoutes(api, deps)
  faultRoutes(api, deps)
  faultScenarioRoutes(api, deps)
  crashRoutes(api, deps)
  crashGroupRoutes(api, deps)
  seriesRoutes(api, deps)
  auditRoutes(api, deps)
  hubRoutes(api, deps)
  serveDocument(api, deps.version)
  return api
}

function checkBody(headers: IncomingHttpHeaders, mostBytes: number): void {
  if (headers['transfer-encoding'] !== undefined) {
    throw new HttpProblem('body.length_required', 'Say how long the body is: Content-Length.')
  }
  const bytes = Number(headers['content-length'] ?? 0)
  if (bytes > mostBytes) {
    throw new HttpProblem('body.too_large', `A body has at most ${mostBytes} bytes here.`)
  }
  // A form of another page could send any other type without asking first.
  if (bytes > 0 && !isJson(headers['content-type'])) {
    throw new HttpProblem('body.not_json', 'Bodies are application/json, and nothing else.')
  }
}

function isJson(type: string | undefined): boolean {
  return type?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'
}

function refuseHost(req: IncomingMessage, res: ServerResponse): void {
  const problem = new HttpProblem(
    'host.refused',
    `This hub does not answer to "${(req.headers.host ?? '').slice(0, 255)}"; set ORRERY_PUBLIC_URL to the address browsers use.`,
  )
  res.writeHead(problem.status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  problemResponse(problem)
    .text()
    .then((body) => res.end(body))
    .catch(() => res.destroy())
}
