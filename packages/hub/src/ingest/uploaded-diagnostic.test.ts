import { crashReport, diagnostic, isDiagnostic, nodeEndId } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { reportOfDiagnostic } from './uploaded-diagnostic.ts'

/** As Node.js 20 writes it, shortened. */
const FILE = {
  header: {
    reportVersion: 3,
    event: 'Allocation failed - JavaScript heap out of memory',
    trigger: 'OOMError',
    dumpEventTime: '2026-11-25T23:18:42Z',
    dumpEventTimeStamp: '1795648722225',
    processId: 25_740,
    cwd: '/srv/secret',
    commandLine: ['node', '--token=hunter2'],
    nodejsVersion: 'v20.20.2',
    host: 'lund-1',
  },
  javascriptStack: { message: 'No stack.', stack: ['Unavailable.'], errorProperties: {} },
  javascriptHeap: {
    usedMemory: 4_256_445_888,
    totalCommittedMemory: 4_348_628_992,
    memoryLimit: 4_345_298_944,
    heapSpaces: { old_space: { used: 4_200_000_000, capacity: 1 }, new_space: { used: 1_000 } },
  },
  resourceUsage: { rss: 4_432_601_088 },
  environmentVariables: { DATABASE_URL: 'postgres://hunter2' },
}

test('an uploaded diagnostic report is the report of a node’s end, the same each time, without environment', () => {
  expect(isDiagnostic(FILE)).toBe(true)
  expect(isDiagnostic({ id: 'x', identity: {} })).toBe(false)
  const report = reportOfDiagnostic(diagnostic.parse(FILE))
  expect(crashReport.safeParse(report).success).toBe(true)
  expect(report.identity).toMatchObject({ node: 'uploaded@lund-1', behaviour: 'Node', pid: '25740' })
  expect(report.id).toBe(nodeEndId(report.identity.incarnation))
  expect(report.cause).toMatchObject({
    kind: 'out-of-memory',
    reason: {
      tag: 'heap_limit',
      text: '4,256 MB of 4,345 MB of heap were used: Allocation failed - JavaScript heap out of memory',
    },
    stack: { status: 'unavailable' },
  })
  expect(JSON.stringify(report)).not.toMatch(/hunter2|secret/)
  expect(reportOfDiagnostic(diagnostic.parse(FILE))).toEqual(report)
})
