/** Errors as RFC 9457 says: `application/problem+json`, with a code for programs and a sentence for people. */
import { COMMAND_ERRORS, type CommandErrorCode } from '@orrery/protocol'
import type { Problem } from '@orrery/protocol/http'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Codes of the API itself, beside those of commands. */
const HTTP_CODES = {
  'request.malformed': 400,
  'query.malformed': 400,
  'query.too_wide': 422,
  'cursor.malformed': 400,
  'series.range': 400,
  'series.metric': 400,
  'session.required': 401,
  'session.token': 401,
  'session.throttled': 429,
  'host.refused': 403,
  'origin.refused': 403,
  'route.unknown': 404,
  'crash.unknown': 404,
  'group.unknown': 404,
  'group.merged': 409,
  'group.same': 409,
  'group.not_merged': 409,
  'experiment.unjudged': 409,
  'scenario.in_use': 409,
  'crash.refused': 422,
  'body.length_required': 411,
  'body.too_large': 413,
  'body.not_json': 415,
  'store.unavailable': 503,
  'hub.failed': 500,
} as const satisfies Record<string, ContentfulStatusCode>
export type HttpCode = keyof typeof HTTP_CODES

const COMMAND_STATUS: Record<CommandErrorCode, ContentfulStatusCode> = {
  'node.unknown': 404,
  'node.gone': 409,
  'node.not_armed': 403,
  'node.unsupported': 409,
  'process.unknown': 404,
  'process.immune': 403,
  'process.not_suspended': 409,
  'lease.unknown': 404,
  'fault.unknown': 400,
  'fault.malformed': 400,
  'fault.no_target': 404,
  'fault.too_many': 422,
  'fault.blast_limit': 422,
  'fault.busy': 409,
  'fault.over_limit': 422,
  'fault.no_runner': 409,
  'fault.too_often': 429,
  'experiment.unknown': 404,
  'scenario.unknown': 404,
  'routine.unknown': 404,
  'port.unknown': 404,
  'command.malformed': 400,
  'command.timeout': 504,
  'command.replayed': 409,
  'role.insufficient': 403,
  'halt.latched': 423,
  'audit.unavailable': 503,
}

/** Thrown anywhere in a route; answered as a problem. */
export class HttpProblem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly extra: Partial<Problem>

  constructor(code: HttpCode | CommandErrorCode, detail: string, extra: Partial<Problem> = {}) {
    super(detail)
    this.name = 'HttpProblem'
    this.code = code
    this.status = statusOf(code)
    this.extra = extra
  }
}

/** The answer for a problem. */
export function problemResponse(problem: HttpProblem): Response {
  const body: Problem = {
    type: 'about:blank',
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...problem.extra,
  }
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="orrery"' } : {}),
    },
  })
}

/** For `app.notFound`. */
export function unknownRoute(c: Context): Response {
  return problemResponse(new HttpProblem('route.unknown', `There is no ${c.req.method} ${c.req.path}.`))
}

function statusOf(code: HttpCode | CommandErrorCode): ContentfulStatusCode {
  if (code in COMMAND_ERRORS) return COMMAND_STATUS[code as CommandErrorCode]
  return HTTP_CODES[code as HttpCode]
}

const TITLES: Partial<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  423: 'Locked',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
