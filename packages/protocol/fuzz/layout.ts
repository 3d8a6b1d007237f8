/**
 * The table "Records" of SPEC.md in a form that programs read. Written from the specification and not from the codec, so
 * that a generator and a judge made of it know nothing of the code they try; `layout.test.ts` holds it against the text.
 */

/** One field of a packed body, in the words of SPEC.md. */
export type Field =
  | { kind: 'varint' | 'ref' | 'ownRef' | 'float' | 'flag' | 'text'; name: string }
  | { kind: 'choice'; name: string; of: readonly string[]; unlessFirst?: readonly Field[] }
  /** A byte of flags; a text follows for each bit that stands in `texts`. */
  | { kind: 'bits'; name: string; texts: readonly (readonly [bit: number, name: string])[] }
  /** A count, then its entries: field by field (`rows`), or one list for each field (`columns`). */
  | { kind: 'list'; name: string; as: 'rows' | 'columns'; each: readonly ListField[]; most?: number }

/** In a list refs are coded as differences (WIRE-24). */
export interface ListField {
  kind: 'refs' | 'varint' | 'text'
  name: string
}

export interface RecordLayout {
  byte: number
  type: string
  /** Bytes a body may have (WIRE-26). */
  maxBytes: number
  body: readonly Field[] | 'json'
}

const BODY = 524_288
const REPORT = 262_144

const varint = (name: string): Field => ({ kind: 'varint', name })
const ref = (name: string): Field => ({ kind: 'ref', name })
const ownRef = (name: string): Field => ({ kind: 'ownRef', name })
const float = (name: string): Field => ({ kind: 'float', name })
const flag = (name: string): Field => ({ kind: 'flag', name })
const text = (name: string): Field => ({ kind: 'text', name })
const choice = (name: string, of: readonly string[], unlessFirst: readonly Field[] = []): Field => ({
  kind: 'choice',
  name,
  of,
  unlessFirst,
})

/** Rows of texts and numbers, at most 64 (WIRE-35). */
const few = (name: string, texts: readonly string[], numbers: readonly string[]): Field => ({
  kind: 'list',
  name,
  as: 'rows',
  most: 64,
  each: [
    ...texts.map((name): ListField => ({ kind: 'text', name })),
    ...numbers.map((name): ListField => ({ kind: 'varint', name })),
  ],
})

export const LAYOUTS: readonly RecordLayout[] = [
  { byte: 1, type: 'snapshot.begin', maxBytes: BODY, body: [varint('atUs')] },
  { byte: 2, type: 'snapshot.end', maxBytes: BODY, body: [varint('atUs')] },
  {
    byte: 3,
    type: 'process.started',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      ownRef('ref'),
      ref('parentRef'),
      varint('slot'),
      ref('replaces'),
      varint('restarts'),
      choice('kind', ['supervisor', 'worker']),
      flag('isInitialised'),
      choice('restart', ['permanent', 'transient', 'temporary']),
      varint('shutdown'),
      choice(
        'strategy',
        ['none', 'one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'],
        [varint('intensity'), varint('periodMs')],
      ),
      text('pid'),
      text('childId'),
      text('name'),
      text('label'),
      text('behaviour'),
      text('module'),
    ],
  },
  { byte: 4, type: 'process.initialised', maxBytes: BODY, body: [varint('atUs'), ref('ref')] },
  {
    byte: 5,
    type: 'process.exited',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      ref('ref'),
      choice('kind', [
        'normal',
        'throw',
        'rejection',
        'exit',
        'kill',
        'timeout',
        'out-of-memory',
        'node-down',
      ]),
      flag('willRestart'),
      text('tag'),
      text('text'),
      text('crashId'),
    ],
  },
  {
    byte: 6,
    type: 'process.changed',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      ref('ref'),
      {
        kind: 'bits',
        name: 'bits',
        texts: [
          [1, 'name'],
          [2, 'label'],
        ],
      },
    ],
  },
  {
    byte: 7,
    type: 'supervisor.decided',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      ref('ref'),
      text('crashId'),
      choice('action', ['restart', 'leave', 'give_up']),
      varint('restartsUsed'),
      { kind: 'list', name: 'count', as: 'columns', each: [{ kind: 'refs', name: 'refs' }] },
    ],
  },
  {
    byte: 8,
    type: 'process.samples',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      {
        kind: 'list',
        name: 'count',
        as: 'columns',
        each: [
          { kind: 'refs', name: 'refs' },
          { kind: 'varint', name: 'mailbox' },
          { kind: 'varint', name: 'received' },
          { kind: 'varint', name: 'handled' },
        ],
      },
    ],
  },
  {
    byte: 9,
    type: 'node.sample',
    maxBytes: BODY,
    body: [
      ...['atUs', 'processes', 'sent', 'handled', 'mailbox', 'crashes', 'restarts'].map(varint),
      ...['eventLoopDelayP99Ms', 'utilisation'].map(float),
      ...['rssBytes', 'heapUsedBytes', 'heapLimitBytes', 'deadLetters'].map(varint),
      float('cpuMs'),
      ...['spoolBytes', 'spoolRefused', 'accepted', 'acked'].map(varint),
    ],
  },
  { byte: 10, type: 'crash', maxBytes: REPORT, body: 'json' },
  { byte: 11, type: 'crash.amended', maxBytes: REPORT, body: 'json' },
  {
    byte: 12,
    type: 'storm.counts',
    maxBytes: BODY,
    body: [
      {
        kind: 'list',
        name: 'count',
        as: 'rows',
        each: [
          { kind: 'text', name: 'key' },
          { kind: 'varint', name: 'total' },
          { kind: 'varint', name: 'notStored' },
        ],
      },
    ],
  },
  { byte: 13, type: 'command.result', maxBytes: BODY, body: 'json' },
  {
    byte: 14,
    type: 'lease.ended',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      text('id'),
      choice('why', ['expired', 'released', 'hub-lost', 'target-gone', 'fired', 'halted']),
    ],
  },
  {
    byte: 15,
    type: 'message.timings',
    maxBytes: BODY,
    body: [
      varint('atUs'),
      {
        kind: 'list',
        name: 'count',
        as: 'rows',
        each: [
          { kind: 'text', name: 'behaviour' },
          { kind: 'text', name: 'module' },
        ],
      },
      {
        kind: 'list',
        name: 'count',
        as: 'columns',
        each: [
          { kind: 'refs', name: 'refs' },
          { kind: 'varint', name: 'kind' },
          { kind: 'varint', name: 'waitedUs' },
          { kind: 'varint', name: 'ranUs' },
          { kind: 'varint', name: 'awaitedUs' },
          { kind: 'varint', name: 'weight' },
        ],
      },
    ],
  },
  {
    byte: 16,
    type: 'node.vitals',
    maxBytes: BODY,
    body: [
      ...['atUs', 'spawned', 'exited', 'timers'].map(varint),
      ...['delayP50Ms', 'delayMaxMs'].map(float),
      ...['minor', 'major'].map(varint),
      ...['totalMs', 'minorMaxMs', 'majorMaxMs', 'p99Ms'].map(float),
      ...['heldBytes', 'boundBytes', 'spoolLimitBytes'].map(varint),
      ...['samples', 'lifecycle', 'results', 'crashes'].flatMap((kind) => [
        varint(`${kind}Sent`),
        text(`${kind}Why`),
      ]),
      few('spaces', ['name'], ['bytes']),
      few('resources', ['name'], ['count']),
      few('letters', ['type', 'to', 'why'], ['total']),
    ],
  },
]

export const LAYOUT_OF: ReadonlyMap<number, RecordLayout> = new Map(
  LAYOUTS.map((layout) => [layout.byte, layout]),
)
