/** Crash reports for tests: whole, plain, and as different from each other as their arguments say. */
import { randomUUID } from 'node:crypto'
import { type CrashReport, captured, unavailable } from '@orrery/protocol'

export interface CrashFixture {
  id?: string
  at?: string
  atUs?: number
  node?: string
  incarnation?: string
  key?: string
  pid?: string
  name?: string | null
  module?: string
  kind?: CrashReport['cause']['kind']
  tag?: string
  text?: string
  functions?: string[]
  line?: number
  messageType?: string
  rootCrash?: string
  stormKey?: string
  mailbox?: number
  faults?: CrashReport['faults']
  state?: CrashReport['state']
}

/** A report as an agent sends it. */
export function crashReport(fixture: CrashFixture = {}): CrashReport {
  const id = fixture.id ?? randomUUID()
  const at = fixture.at ?? new Date().toISOString()
  const module = fixture.module ?? 'TrunkLink'
  const functions = fixture.functions ?? ['FrameBuffer.push', `${module}.onData`]
  return {
    id,
    at,
    atUs: fixture.atUs ?? 1_000_000,
    identity: {
      node: fixture.node ?? 'exchange@kista-1',
      incarnation: fixture.incarnation ?? '5f0c6a52-5a1e-4a3f-9a83-3c1f2b7d9e10',
      pid: fixture.pid ?? '<0.1712.0>',
      key: fixture.key ?? 'ExchangeSup/trunk_sup/link',
      name: fixture.name ?? null,
      label: null,
      behaviour: 'GenServer',
      module,
      initialCall: `${module}.init`,
      ancestors: [{ pid: '<0.12.0>', name: 'trunk_sup' }],
      startedAt: at,
      uptimeMs: 8_000,
      messagesHandled: 48_210,
      release: '1.0.0',
      agentVersion: '0.1.0',
    },
    cause: {
      kind: fixture.kind ?? 'throw',
      reason: {
        kind: fixture.kind ?? 'throw',
        tag: fixture.tag ?? 'frame_overrun',
        text: fixture.text ?? 'frame_overrun { expected: 48211, got: 48209 }',
        term: { $: 'object', entries: [['tag', fixture.tag ?? 'frame_overrun']] },
      },
      stack: captured({
        frames: functions.map((fn) => ({
          fn,
          file: 'src/frame-buffer.ts',
          line: fixture.line ?? 88,
          column: 5,
          owner: 'app' as const,
        })),
        raw: functions.map((fn) => `    at ${fn} (src/frame-buffer.ts:88:5)`).join('\n'),
      }),
      chain: [],
      killer: unavailable('it died by its own hand'),
    },
    message: captured({
      seq: 48_211,
      kind: 'cast',
      type: fixture.messageType ?? 'data_ind',
      value: { $: 'object', entries: [['seq', 48_209]] },
      sender: { pid: '<0.88.0>', name: 'framer' },
      queuedMs: 1.14,
      handlerMs: 0.2,
    }),
    caller: unavailable('nobody waits'),
    mailbox: captured({
      length: fixture.mailbox ?? 31,
      oldestMs: 12,
      byType: [{ type: 'data_ind', count: fixture.mailbox ?? 31 }],
      first: [],
      last: [],
      fate: 'lost',
    }),
    flightRecorder: captured({ entries: [], overwritten: 0 }),
    state:
      fixture.state ??
      captured({
        before: {
          $: 'object',
          entries: [
            [
              'buffer',
              {
                $: 'object',
                entries: [
                  ['lost', 2],
                  ['window', 4],
                ],
              },
            ],
          ],
        },
        sizeBytes: 4_096,
        changed: [],
      }),
    sends: captured({ items: [], more: 0 }),
    peers: captured([]),
    cascade: captured({
      rootCrash: fixture.rootCrash ?? id,
      parentCrash: fixture.rootCrash ?? null,
      mechanism: fixture.rootCrash === undefined ? null : 'link',
      depth: fixture.rootCrash === undefined ? 0 : 1,
    }),
    decision: unavailable('not decided yet'),
    outcome: unavailable('not known yet'),
    causalChain: unavailable('tracing was off'),
    faults: fixture.faults ?? captured([]),
    surroundings: captured({
      processes: 51,
      eventLoopDelayMs: 1.2,
      heapUsedBytes: 40_000_000,
      heapTotalBytes: 60_000_000,
      rssBytes: 90_000_000,
      fullestMailboxes: [],
    }),
    group: unavailable('given by the hub'),
    losses: {
      similarNotStored: 0,
      ...(fixture.stormKey === undefined ? {} : { stormKey: fixture.stormKey }),
    },
  }
}
