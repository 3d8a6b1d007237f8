import { expect, test } from 'vitest'
import { hello } from './handshake.ts'
import { nodeFacts } from './node-facts.ts'

const facts = {
  host: 'Node.js 20.20.0, V8 11.3',
  machine: { platform: 'linux', arch: 'x64', cores: 8, memoryBytes: 16e9 },
  flags: [{ name: '--max-old-space-size', value: '664' }],
  environment: [{ name: 'DATABASE_URL', value: null }],
  withheld: 61,
}
const plain = {
  protocol: { min: 1, max: 1 },
  node: 'mail@a',
  incarnation: '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11',
  runtime: { kind: 'orrery', name: 'orrery', version: '1' },
  agentVersion: '1',
  release: null,
  capabilities: [],
  absent: {},
  token: null,
  startedAt: '2026-11-25T12:00:00.000Z',
  pid: 1,
  host: 'a',
}

test('[WIRE-17] a hello may hold facts, and goes without those that cannot be read', () => {
  expect(hello.parse({ ...plain, facts }).facts).toEqual(facts)
  expect(hello.parse(plain)).toEqual(plain)
  expect(hello.parse({ ...plain, facts: { ...facts, withheld: -1 } }).facts).toBeNull()
})

test('[WIRE-17] facts are bounded', () => {
  const many = Array.from({ length: 65 }, (_, i) => ({ name: `N${i}`, value: null }))
  expect(nodeFacts.safeParse({ ...facts, environment: many }).success).toBe(false)
  expect(nodeFacts.safeParse({ ...facts, host: 'x'.repeat(129) }).success).toBe(false)
})
