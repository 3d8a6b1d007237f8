import { expect, test } from 'vitest'
import { crashReport } from './crash-report-schema.ts'
import { hello } from './handshake.ts'
import { earlierLife, isNodeDown, isNodeEnd, MAX_LIVES, nodeEndId, nodeEndReport } from './node-end.ts'
import { sampleReport } from './sample-report.ts'
import { unavailable } from './term.ts'

const incarnation = '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11'
const life = {
  incarnation,
  startedAt: '2026-11-25T10:00:00.000Z',
  lastSignAt: '2026-11-25T11:00:00.000Z',
  pid: 4711,
  host: 'kista-1',
  end: 'killed',
  detail: '',
}
const report = nodeEndReport(
  {
    node: 'mail@kista-1',
    incarnation,
    pid: 4711,
    runtime: { name: 'Orrery runtime', version: '0.1.0' },
    release: null,
    agentVersion: '0.1.0',
    startedAt: life.startedAt,
    uptimeMs: 3_600_000,
    messagesHandled: 12,
    atMs: Date.parse(life.lastSignAt),
    atUs: 3_600_000_000,
  },
  {
    kind: 'node-down',
    reason: { kind: 'node-down', tag: 'killed', text: 'killed', term: 'killed' },
    stack: unavailable('nothing was thrown'),
    chain: [],
    killer: unavailable('nobody saw who'),
  },
)

test('[WIRE-70] an end has one id, whoever tells of it: the incarnation as a UUID of version 8', () => {
  expect(nodeEndId(incarnation)).toBe('5b0c7c1e-9f6a-8c38-8d5e-1f6f0b7c2a11')
  expect(nodeEndId(incarnation.toUpperCase())).toBe(nodeEndId(incarnation))
  expect(report.id).toBe(nodeEndId(incarnation))
  expect(report.identity).toMatchObject({ key: '', behaviour: 'Node', module: 'mail', pid: '4711' })
})

test('[WIRE-70] the report of an end is a crash report like any other', () => {
  expect(crashReport.parse(report)).toEqual(report)
  expect(isNodeEnd(report) && isNodeDown(report)).toBe(true)
  expect(isNodeEnd(sampleReport)).toBe(false)
})

test('[WIRE-72] an end that a later version has a word for is unknown, and costs nothing else', () => {
  expect(earlierLife.parse({ ...life, end: 'evaporated' }).end).toBe('unknown')
  expect(earlierLife.parse(life).end).toBe('killed')
})

test('[WIRE-72] lives that cannot be read cost the hello nothing', () => {
  const said = {
    protocol: { min: 1, max: 1 },
    node: 'mail@kista-1',
    incarnation,
    runtime: { kind: 'test', name: 'Test', version: '1' },
    agentVersion: '0.1.0',
    release: null,
    capabilities: [],
    absent: {},
    token: null,
    startedAt: life.startedAt,
    pid: 1,
    host: 'kista-1',
  }
  expect('lives' in hello.parse(said)).toBe(false)
  expect(hello.parse({ ...said, lives: [life] }).lives).toEqual([life])
  expect(hello.parse({ ...said, lives: [{ ...life, pid: 'x' }] }).lives).toEqual([])
  expect(hello.parse({ ...said, lives: Array(MAX_LIVES + 1).fill(life) }).lives).toEqual([])
})
