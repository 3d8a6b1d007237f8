/**
 * Who may talk to the hub, for HTTP and socket.io alike.
 *
 * A hub on loopback asks nobody to log in, so the browser itself is the danger: any web page can send requests to
 * 127.0.0.1. Two checks close that door. *Host*: a name that was bound to 127.0.0.1 from outside (DNS rebinding) is not
 * ours. *Origin*: only our own pages may ask from within a browser. Elsewhere tokens are needed, exchanged for a cookie
 * that no other site can have sent (`SameSite=Strict`) and no script can read (`HttpOnly`).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { Actor, Role } from '../commands/commands.ts'
import { type HubConfig, isLoopbackHost } from '../config.ts'

/** What the guard needs of the settings. */
export type GuardConfig = Pick<
  HubConfig,
  'host' | 'port' | 'isLoopback' | 'publicUrl' | 'operatorToken' | 'viewerToken' | 'agentToken'
>

export const SESSION_MS = 7 * 24 * 3_600_000

/**
 * Whether a `Host` header names this hub. On loopback only loopback names do, and the public address where one is set.
 * A hub open to other machines also takes IP addresses, the host it was told to listen on and the machine's own name.
 */
export function isAllowedHost(config: GuardConfig, header: string | undefined): boolean {
  const name = hostName(header)
  if (name === null) return false
  if (isLoopbackHost(name)) return true
  if (config.publicUrl !== null && name === hostName(new URL(config.publicUrl).host)) return true
  if (config.isLoopback) return false
  const bare = name.replace(/^\[|\]$/g, '')
  return isIP(bare) !== 0 || bare === config.host.toLowerCase() || bare === hostname().toLowerCase()
}

/**
 * Whether a request comes from our own pages, or from no page at all (agents, curl). `host` is the request's own `Host`
 * header: a page is ours when it was served from there, port and all, or from the public address.
 */
export function isAllowedOrigin(
  config: GuardConfig,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (origin === undefined) return true
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false
  const url = new URL(origin)
  if (config.publicUrl !== null && url.origin === config.publicUrl) return true
  return host !== undefined && url.host === withoutDefaultPort(host.toLowerCase(), url.protocol)
}

/** The two checks together, and what the browser itself says about a request that carries no `Origin`. */
export function isAllowedRequest(config: GuardConfig, headers: IncomingHttpHeaders): boolean {
  if (!isAllowedHost(config, headers.host)) return false
  if (!isAllowedOrigin(config, headers.origin, headers.host)) return false
  const site = headers['sec-fetch-site']
  // `same-site` is another port of this machine, or a sibling domain: not us.
  return headers.origin !== undefined || (site !== 'cross-site' && site !== 'same-site')
}

/** Whether anybody has to log in. */
export function needsLogin(config: GuardConfig): boolean {
  return config.operatorToken !== null || !config.isLoopback
}

/**
 * Who sent this request: by cookie, by `Authorization: Bearer`, or, on loopback without tokens, the person at this
 * machine, who may do everything. `null` for nobody.
 */
export function actorOf(config: GuardConfig, headers: IncomingHttpHeaders, nowMs: number): Actor | null {
  if (!needsLogin(config)) return { role: 'operator', who: 'loopback' }
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    const role = roleOfToken(config, bearer)
    return role === null ? null : { role, who: `${role} token` }
  }
  return readSession(config, cookie(headers.cookie, cookieName(config)), nowMs)
}

/** The role a token stands for, or `null`. Takes as long for a wrong one as for a right one. */
export function roleOfToken(config: GuardConfig, token: string): Role | null {
  const isOperator = isSameToken(config.operatorToken, token)
  const isViewer = isSameToken(config.viewerToken, token)
  return isOperator ? 'operator' : isViewer ? 'viewer' : null
}

/** Whether an agent may connect with this token: any may where the hub has none. */
export function isAgentToken(config: GuardConfig, token: string | null): boolean {
  return config.agentToken === null || (token !== null && isSameToken(config.agentToken, token))
}

/** Whether this request carries the agents' token. */
export function isAgent(config: GuardConfig, headers: IncomingHttpHeaders): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer !== undefined && config.agentToken !== null && isSameToken(config.agentToken, bearer)
}

/** `Set-Cookie` of a login. The cookie is signed with the tokens themselves: changing one ends every session. */
export function sessionCookie(config: GuardConfig, actor: Actor, nowMs: number): string {
  const payload = Buffer.from(JSON.stringify({ ...actor, untilMs: nowMs + SESSION_MS })).toString('base64url')
  const value = `${payload}.${sign(config, payload)}`
  return `${cookieName(config)}=${value}; Path=/; Max-Age=${SESSION_MS / 1_000}; ${attributes(config)}`
}

/** `Set-Cookie` of a logout. */
export function clearedCookie(config: GuardConfig): string {
  return `${cookieName(config)}=; Path=/; Max-Age=0; ${attributes(config)}`
}

function attributes(config: GuardConfig): string {
  const isSecure = config.publicUrl?.startsWith('https:') ?? false
  return `HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

/** Cookies do not know ports: two hubs on one machine keep theirs apart by name. */
function cookieName(config: GuardConfig): string {
  return `orrery_session_${config.port}`
}

function readSession(config: GuardConfig, value: string | undefined, nowMs: number): Actor | null {
  const [payload, signature, ...rest] = value?.split('.') ?? []
  if (payload === undefined || signature === undefined || rest.length > 0) return null
  if (!isSame(signature, sign(config, payload))) return null
  const session: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  if (typeof session !== 'object' || session === null) return null
  const { role, who, untilMs } = session as Record<string, unknown>
  if (role !== 'operator' && role !== 'viewer') return null
  if (role === 'viewer' && config.viewerToken === null) return null
  return typeof who === 'string' && typeof untilMs === 'number' && nowMs < untilMs ? { role, who } : null
}

function sign(config: GuardConfig, payload: string): string {
  const key = createHash('sha256')
    .update(JSON.stringify(['orrery session', config.operatorToken, config.viewerToken]))
    .digest()
  return createHmac('sha256', key).update(payload).digest('base64url')
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}

function isSameToken(held: string | null, given: string): boolean {
  return held !== null && isSame(held, given)
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** The name of a `Host` header without its port, lower case; `null` for what is none. */
function hostName(header: string | undefined): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^:/?#@\s\\]+)(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  return name?.toLowerCase().replace(/\.$/, '') ?? null
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.replace(protocol === 'https:' ? /:443$/ : /:80$/, '')
}
