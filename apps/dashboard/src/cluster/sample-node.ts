/** A quiet node, for the tests of the screens that show nodes. */
import type { NodeRow } from '@orrery/live/views'

export function sampleNode(change: Partial<NodeRow> = {}): NodeRow {
  return {
    node: 'mail@host',
    runtimeKind: 'orrery',
    runtimeName: 'orrery',
    runtimeVersion: '0.1.0',
    agentVersion: '0.1.0',
    release: null,
    capabilities: ['tree'],
    absent: {},
    incarnation: '0192d3c8-7b1e-7c3a-9a51-1f2b3c4d5e6f',
    status: 'live',
    worst: 'running',
    lastHeardAtMs: 100_000,
    startedAtMs: 0,
    host: 'host',
    processes: 12,
    messagesPerS: 40,
    mailbox: 3,
    mailboxGrowthPerS: 0,
    utilisation: 0.2,
    eventLoopDelayP99Ms: 1,
    rssBytes: 80e6,
    heapUsedBytes: 40e6,
    heapLimitBytes: 400e6,
    crashes5m: 0,
    restarts5m: 0,
    sparks: { processes: [12], messages: [40], mailbox: [3], utilisation: [0.2] },
    crashBuckets: [0],
    restartBuckets: [0],
    faults: 0,
    pausedBy: null,
    agent: { cpuPercent: 0.4, spoolBytes: 0, spoolRefused: 0, drops: 0, gaps: 0 },
    ...change,
  }
}
