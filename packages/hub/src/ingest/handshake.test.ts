import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readHello } from './handshake.ts'

type Gate = Parameters<typeof readHello>[1]

const hello = {
  protocol: { min: 1, max: 1 },
  node: 'mail@localhost',
  incarnation: randomUUID(),
  runtime: { kind: 'orrery', name: 'Orrery runtime', version: '0.1.0' },
  agentVersion: '0.1.0',
  release: null,
  capabilities: ['tree'],
  absent: {},
  token: null,
  startedAt: '2026-11-22T14:32:07.418Z',
  pid: 4_711,
  host: 'kista',
}
const open: Gate = { needsToken: false, isToken: () => true }
const guarded: Gate = { needsToken: true, isToken: (token: string | null) => token === 'sesame' }
const codeOf = (auth: unknown, gate = open) => {
  const read = readHello(auth, gate)
  return read.ok ? null : read.refusal.code
}

describe('the hello', () => {
  test('[WIRE-2] is taken with the highest version both sides speak', () => {
    expect(readHello({ ...hello, protocol: { min: 1, max: 9 } }, open)).toMatchObject({
      ok: true,
      protocol: 1,
    })
  })

  test.each([
    ['nothing', undefined],
    ['a word', 'hello'],
    ['a node without a host', { ...hello, node: 'mail' }],
    ['an incarnation that is none', { ...hello, incarnation: '1' }],
    ['ten thousand capabilities', { ...hello, capabilities: new Array(10_000).fill('x') }],
  ])('[WIRE-1] [WIRE-3] is refused when it is %s', (_, auth) => {
    expect(codeOf(auth)).toBe('protocol.malformed')
  })

  test('[WIRE-2] [WIRE-6] is refused when no version is common, and says how to cure it', () => {
    const read = readHello({ ...hello, protocol: { min: 2, max: 3 } }, open)
    expect(read).toMatchObject({
      ok: false,
      refusal: { code: 'protocol.version', cure: expect.stringContaining('release') },
    })
  })

  test('[WIRE-4] needs the token where the hub has one, and tells a missing from a wrong one', () => {
    expect(codeOf(hello, guarded)).toBe('auth.required')
    expect(codeOf({ ...hello, token: 'please' }, guarded)).toBe('auth.invalid')
    expect(codeOf({ ...hello, token: 'sesame' }, guarded)).toBe(null)
  })
})
