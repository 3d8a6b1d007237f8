/** A whole crash report, for tests and fixtures: every part captured. */
import type { CrashReport } from './crash-report.ts'
import { captured, redacted, truncated, unavailable } from './term.ts'

export const sampleReport: CrashReport = {
  id: '01931a6c-2f00-7c3e-9b7e-3a5d4f2a91c0',
  at: '2026-11-12T14:32:06.278Z',
  atUs: 912_345_678,
  identity: {
    node: 'exchange@kista-1',
    incarnation: '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11',
    pid: '<0.1712.0>',
    key: 'ExchangeSup/TrunkSup/link',
    name: 'trunk_link',
    label: null,
    behaviour: 'GenServer',
    module: 'TrunkLink',
    initialCall: 'TrunkLink.init',
    ancestors: [{ pid: '<0.140.0>', name: 'TrunkSup' }],
    startedAt: '2026-11-12T14:16:53.933Z',
    uptimeMs: 912_345,
    messagesHandled: 48_210,
    release: '1.4.2',
    agentVersion: '0.1.0',
  },
  cause: {
    kind: 'exit',
    reason: {
      kind: 'exit',
      tag: 'frame_overrun',
      text: 'frame_overrun: expected 48211, got 48209',
      term: {
        $: 'object',
        entries: [
          ['tag', 'frame_overrun'],
          ['expected', 48_211],
          ['got', 48_209],
        ],
      },
    },
    stack: captured({
      frames: [
        {
          fn: 'FrameBuffer.push',
          file: 'src/frame-buffer.ts',
          line: 88,
          column: 11,
          owner: 'app',
          context: [[88, "throw new Exit('frame_overrun')"]],
        },
        { fn: null, file: 'node:internal/timers', line: 1, column: null, owner: 'node' },
      ],
      raw: 'frame_overrun\n    at FrameBuffer.push (src/frame-buffer.ts:88:11)',
    }),
    chain: [{ name: 'RangeError', message: 'behind the window' }],
    killer: unavailable('it died by its own hand'),
  },
  message: captured({
    seq: 48_211,
    kind: 'info',
    type: 'data_ind',
    value: {
      $: 'object',
      entries: [
        ['type', 'data_ind'],
        ['bytes', { $: 'bytes', name: 'Buffer', length: 172, head: '7e0300' }],
      ],
    },
    sender: { pid: '<0.1713.0>', name: 'Framer' },
    queuedMs: 0.41,
    handlerMs: 0.09,
  }),
  caller: captured({ pid: '<0.1800.0>', name: null, isAlive: true, pendingCall: 'reserve', waitingMs: 12 }),
  mailbox: captured({
    length: 19,
    oldestMs: 2.5,
    byType: [{ type: 'data_ind', count: 19 }],
    first: [{ $: 'object', entries: [['type', 'data_ind']], more: 1 }],
    last: [null],
    fate: 'lost',
  }),
  flightRecorder: captured({
    entries: [
      {
        seq: 48_211,
        kind: 'info',
        type: 'data_ind',
        value: 'frame',
        sender: '<0.1713.0>',
        beforeMs: 0,
        waitMs: null,
        tookMs: null,
        isFatal: true,
      },
    ],
    overwritten: 48_203,
  }),
  state: truncated(
    {
      before: {
        $: 'object',
        entries: [
          [
            'buffer',
            {
              $: 'object',
              entries: [
                ['lost', 3],
                ['window', 4],
              ],
            },
          ],
        ],
      },
      sizeBytes: 40_960,
      changed: [{ path: 'buffer.lost', before: 2, after: 3 }],
    },
    'deeper than 8 levels',
  ),
  sends: captured({ items: [{ to: '<0.150.0>', type: 'alarm', value: true }], more: 0 }),
  peers: captured([{ pid: '<0.1713.0>', name: 'Framer', relation: 'link', effect: 'exited' }]),
  cascade: captured({
    rootCrash: '01931a6c-2f00-7c3e-9b7e-3a5d4f2a91c0',
    parentCrash: null,
    mechanism: null,
    depth: 0,
  }),
  decision: captured({
    supervisor: { pid: '<0.140.0>', name: 'TrunkSup', key: 'ExchangeSup/TrunkSup' },
    strategy: 'one_for_all',
    childSpec: { id: 'link', restart: 'permanent', shutdown: 5_000, kind: 'worker', module: 'TrunkLink' },
    action: 'restart',
    intensity: 3,
    periodMs: 60_000,
    restartsInWindow: [22_172, 7_766, 0],
    headroom: 0,
    stopped: [{ pid: '<0.1713.0>', name: 'Framer', key: 'ExchangeSup/TrunkSup/framer' }],
  }),
  outcome: captured({
    kind: 'restarted',
    newPid: '<0.1893.0>',
    backAfterMs: 1_840,
    firstHandledAfterMs: 1_852.5,
    crashedAgain: false,
    escalatedTo: null,
  }),
  causalChain: captured([{ pid: '<0.1713.0>', name: 'Framer', type: 'frame' }]),
  faults: captured([{ fault: 'F-0193', kind: 'reorder', role: 'direct', firing: '12' }]),
  surroundings: captured({
    processes: 1_151,
    eventLoopDelayMs: 1.2,
    heapUsedBytes: 52_000_000,
    heapTotalBytes: 80_000_000,
    rssBytes: 140_000_000,
    fullestMailboxes: [{ pid: '<0.151.0>', name: 'CdrWriter', length: 3_184 }],
  }),
  group: redacted('numbered at the hub'),
  losses: { similarNotStored: 0, stormKey: 'TrunkLink exit frame_overrun' },
}
