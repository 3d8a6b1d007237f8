/** Logging in: a token for a cookie that no script can read and no other site can send. */
import { loginBody, session } from '@orrery/protocol/http'
import type { HttpDeps } from '../deps.ts'
import { clearedCookie, needsLogin, roleOfToken, sessionCookie } from '../guard.ts'
import { HttpProblem } from '../problem.ts'
import { createThrottle } from '../throttle.ts'
import { type Api, createRoute, json, problems } from './shared.ts'

export function sessionRoutes(api: Api, { config, store, nowMs, logger }: HttpDeps): void {
  const throttle = createThrottle({ attempts: 10, perMs: 60_000 })

  api.openapi(postSession, async (c) => {
    const { token, name } = c.req.valid('json')
    const address = c.env.incoming.socket.remoteAddress ?? 'unknown'
    if (!throttle.isAllowed(address, nowMs())) {
      throw new HttpProblem('session.throttled', 'Too many tokens were tried from here; wait a minute.')
    }
    const role = roleOfToken(config, token)
    if (role === null) {
      throttle.count(address, nowMs())
      await audit('session.refused', { role: 'viewer', who: name ?? 'unknown' }, { address }, false)
      throw new HttpProblem('session.token', 'This token is neither the operator’s nor the viewer’s.')
    }
    const actor = { role, who: name === undefined ? role : `${name} (${role})` }
    await audit('session.create', actor, { address }, true)
    c.header('set-cookie', sessionCookie(config, actor, nowMs()))
    return c.json({ ...actor, needsLogin: needsLogin(config) }, 200)
  })

  api.openapi(getSession, (c) => {
    const actor = c.get('actor')
    return c.json({ role: actor?.role ?? null, who: actor?.who ?? null, needsLogin: needsLogin(config) }, 200)
  })

  api.openapi(deleteSession, async (c) => {
    const actor = c.get('actor')
    if (actor && needsLogin(config)) await audit('session.delete', actor, {}, true)
    c.header('set-cookie', clearedCookie(config))
    return c.json({ role: null, who: null, needsLogin: needsLogin(config) }, 200)
  })

  /** A login must work while the database does not: to halt faults, for one. */
  async function audit(
    action: string,
    actor: { role: 'viewer' | 'operator'; who: string },
    parameters: Record<string, unknown>,
    ok: boolean,
  ): Promise<void> {
    const atMs = nowMs()
    const result = ok
      ? { ok, atMs }
      : ({ ok, atMs, code: 'session.token', message: 'the token is unknown' } as const)
    try {
      await store.appendAudit({
        atMs,
        ...actor,
        action,
        node: null,
        target: null,
        pid: null,
        parameters,
        result,
      })
    } catch (error) {
      logger.error('database', `${action} by ${actor.who} could not be written to the audit trail`, error)
    }
  }
}

const postSession = createRoute({
  method: 'post',
  path: '/api/v1/session',
  operationId: 'login',
  tags: ['session'],
  summary: 'Exchange a token for a cookie',
  security: [],
  request: { body: { required: true, content: { 'application/json': { schema: loginBody } } } },
  responses: {
    200: json(session, 'The cookie is set.'),
    ...problems({ 401: 'The token is unknown.', 429: 'Too many were tried.' }),
  },
})

const getSession = createRoute({
  method: 'get',
  path: '/api/v1/session',
  operationId: 'getSession',
  tags: ['session'],
  summary: 'Who the hub takes you for',
  security: [],
  responses: { 200: json(session, 'Also for nobody.') },
})

const deleteSession = createRoute({
  method: 'delete',
  path: '/api/v1/session',
  operationId: 'logout',
  tags: ['session'],
  summary: 'Forget the cookie',
  security: [],
  responses: { 200: json(session, 'The cookie is gone.') },
})
