/** Three seconds of a node, the second one not heard, for tests. */
import type { NodeView } from '@orrery/live/views'

export function sampleView(): NodeView {
  return {
    node: 'mail@host',
    pid: 42,
    facts: null,
    fromMs: 1_000,
    lines: {
      utilisation: [0.5, null, 0.4],
      agent: [0.01, null, 0.01],
      gc: [0.06, null, 0.05],
      delayP50Ms: [0.5, null, 0.5],
      delayP99Ms: [2, null, 3],
      delayMaxMs: [9, null, 12],
      messages: [40, null, 41],
      mailbox: [3, null, 4],
      processes: [10, 11, 12],
      starts: [1, null, 2],
      exits: [0, null, 1],
      timers: [7, null, 7],
      gcMinorMs: [1, null, 0],
      gcMajorMs: [0, null, 12],
      gcMinors: [3, null, 0],
      gcMajors: [0, null, 1],
    },
    spaces: [{ name: 'old', line: [50e6, null, 51e6] }],
    resources: [{ name: 'TCPSocketWrap', count: 3 }],
    totals: {
      spawned: 20,
      exited: 8,
      timers: 7,
      gcMinor: 3,
      gcMajor: 1,
      gcP99Ms: 12,
      deadLetters: 0,
    },
    deadLetterBuckets: [],
    letters: [],
    agent: { heldBytes: 0, boundBytes: 1, spoolLimitBytes: 1, accepted: 0, acked: 0, frames: 1 },
    told: [],
    lastDropMs: null,
    faults: [],
    connection: null,
    incarnations: [],
  }
}
