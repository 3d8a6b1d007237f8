import { describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import {
  actorOf,
  isAgentToken,
  isAllowedHost,
  isAllowedOrigin,
  isAllowedRequest,
  SESSION_MS,
  sessionCookie,
} from './guard.ts'

const OPERATOR = 'operator-token-0123456789'
const VIEWER = 'viewer-token-0123456789'
const tokens = {
  ORRERY_OPERATOR_TOKEN: OPERATOR,
  ORRERY_VIEWER_TOKEN: VIEWER,
  ORRERY_AGENT_TOKEN: 'agent-token-0123456789',
}
const loopback = readConfig({})
const open = readConfig({ ORRERY_HOST: '0.0.0.0', ...tokens })
const proxied = readConfig({ ORRERY_PUBLIC_URL: 'https://orrery.example.org', ...tokens })

describe('isAllowedHost', () => {
  it.each([
    '127.0.0.1:4040',
    'localhost:4040',
    'localhost',
    '[::1]:4040',
    'LOCALHOST:4040',
    'localhost.:4040',
  ])('takes %s on loopback', (host) => expect(isAllowedHost(loopback, host)).toBe(true))

  it.each([
    'evil.example:4040',
    '127.0.0.1.evil.example',
    'localhost.evil.example:4040',
    '192.168.1.7:4040',
    'localhost@evil.example',
    'localhost/evil',
    '',
    undefined,
  ])('refuses %s on loopback: a name bound to 127.0.0.1 from outside is not ours', (host) =>
    expect(isAllowedHost(loopback, host)).toBe(false),
  )

  it('takes the public address where one is set, and no other name', () => {
    expect(isAllowedHost(proxied, 'orrery.example.org')).toBe(true)
    expect(isAllowedHost(proxied, 'evil.example.org')).toBe(false)
  })

  it('takes addresses, not names, where the hub is open to other machines', () => {
    expect(isAllowedHost(open, '192.168.1.7:4040')).toBe(true)
    expect(isAllowedHost(open, '[fe80::1]:4040')).toBe(true)
    expect(isAllowedHost(open, 'evil.example:4040')).toBe(false)
  })
})

describe('isAllowedOrigin', () => {
  it('takes no origin: agents and curl have none', () => {
    expect(isAllowedOrigin(loopback, undefined, '127.0.0.1:4040')).toBe(true)
  })

  it('takes our own pages, on the port they were served from', () => {
    expect(isAllowedOrigin(loopback, 'http://localhost:4040', 'localhost:4040')).toBe(true)
    expect(isAllowedOrigin(loopback, 'http://localhost', 'localhost:80')).toBe(true)
    expect(isAllowedOrigin(proxied, 'https://orrery.example.org', '127.0.0.1:4040')).toBe(true)
  })

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1:4040',
    'https://evil.example',
    'null',
    'file://',
    'chrome-extension://abc',
  ])('refuses %s', (origin) => expect(isAllowedOrigin(loopback, origin, 'localhost:4040')).toBe(false))
})

describe('isAllowedRequest', () => {
  it('refuses what a browser says comes from another site, though it carries no origin', () => {
    const host = 'localhost:4040'
    expect(isAllowedRequest(loopback, { host, 'sec-fetch-site': 'cross-site' })).toBe(false)
    expect(isAllowedRequest(loopback, { host, 'sec-fetch-site': 'same-site' })).toBe(false)
    expect(isAllowedRequest(loopback, { host, 'sec-fetch-site': 'same-origin' })).toBe(true)
    expect(isAllowedRequest(loopback, { host, 'sec-fetch-site': 'none' })).toBe(true)
    expect(isAllowedRequest(loopback, { host })).toBe(true)
  })
})

describe('actorOf', () => {
  const now = Date.UTC(2026, 10, 22)
  const cookieOf = (setCookie: string) => ({ cookie: `a=b; ${setCookie.split(';')[0]}` })

  it('takes everybody on loopback without tokens for an operator', () => {
    expect(actorOf(loopback, {}, now)).toEqual({ role: 'operator', who: 'loopback' })
  })

  it('knows nobody without cookie or token where tokens are set', () => {
    expect(actorOf(open, {}, now)).toBeNull()
    expect(actorOf(open, { authorization: 'Bearer wrong' }, now)).toBeNull()
  })

  it('knows a bearer token’s role', () => {
    expect(actorOf(open, { authorization: `Bearer ${OPERATOR}` }, now)?.role).toBe('operator')
    expect(actorOf(open, { authorization: `Bearer ${VIEWER}` }, now)?.role).toBe('viewer')
  })

  it('reads back the cookie it gave, until it is over', () => {
    const setCookie = sessionCookie(open, { role: 'viewer', who: 'Ada' }, now)
    expect(setCookie).toMatch(/HttpOnly; SameSite=Strict$/)
    expect(actorOf(open, cookieOf(setCookie), now + SESSION_MS - 1)).toEqual({ role: 'viewer', who: 'Ada' })
    expect(actorOf(open, cookieOf(setCookie), now + SESSION_MS)).toBeNull()
  })

  it('refuses a cookie that was changed, or signed under other tokens', () => {
    const cookie = sessionCookie(open, { role: 'viewer', who: 'Ada' }, now).split(';')[0] ?? ''
    const forged = Buffer.from(
      JSON.stringify({ role: 'operator', who: 'Ada', untilMs: now + 1_000 }),
    ).toString('base64url')
    expect(actorOf(open, { cookie: cookie.replace(/=[^.]+\./, `=${forged}.`) }, now)).toBeNull()
    const other = readConfig({
      ORRERY_HOST: '0.0.0.0',
      ...tokens,
      ORRERY_OPERATOR_TOKEN: 'another-token-0123456789',
    })
    expect(actorOf(other, { cookie }, now)).toBeNull()
    expect(actorOf(open, { cookie: 'orrery_session_4040=x.y.z' }, now)).toBeNull()
  })

  it('marks the cookie secure behind https', () => {
    expect(sessionCookie(proxied, { role: 'viewer', who: 'Ada' }, now)).toContain('; Secure')
  })
})

describe('isAgentToken', () => {
  it('takes any agent where there is no token, else only the one that has it', () => {
    expect(isAgentToken(loopback, null)).toBe(true)
    expect(isAgentToken(open, null)).toBe(false)
    expect(isAgentToken(open, 'agent-token-0123456789')).toBe(true)
  })
})
