/** What goes wrong with a frame, by the rule of SPEC.md that says what then happens. */
import { sampleReport } from '../src/sample-report.ts'
import {
  anyText,
  bytesOf,
  type Draft,
  type DraftRecord,
  draftOf,
  draftRecord,
  encodeFloat,
  encodeRefs,
  encodeText,
  encodeVarint,
  jsonPiece,
  type Piece,
  reportId,
  type Story,
  varintPiece,
} from './draft.ts'
import { LAYOUT_OF } from './layout.ts'
import type { Random } from './random.ts'

/** Makes the argument of one `frame` event of a draft that is good; mostly bytes, sometimes not even that. */
export type Mutation = (draft: Draft, random: Random, story: Story) => unknown

/** Overlong, unending, too large, and at the edge of what is a number. */
const VARINTS: readonly Uint8Array[] = [
  Uint8Array.of(0x80, 0),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0),
  new Uint8Array(12).fill(0xff),
  encodeVarint(Number.MAX_SAFE_INTEGER),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f),
  Uint8Array.of(0x80),
]
const NOT_UTF8: readonly Uint8Array[] = [
  Uint8Array.of(0xff),
  Uint8Array.of(0xc0, 0xaf),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xef, 0xbb, 0xbf),
]
const FLOATS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, Number.MIN_VALUE, -0]

const started = (random: Random, story: Story): DraftRecord => draftRecord(random, story, layout(3))

const untouched: Mutation = (draft) => bytesOf(draft)

const bitFlips: Mutation = (draft, random) => {
  const bytes = bytesOf(draft)
  for (let n = 1 + random.int(4); n > 0; n--) {
    const at = random.int(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8))
  }
  return bytes
}

const oddVarint: Mutation = (draft, random) => {
  const odd = random.pick(VARINTS)
  const place = random.int(5)
  if (place === 0) draft.atUs = odd
  else if (place === 1) draft.drops[random.int(4)] = odd
  else onPiece(draft, random, ['varint', 'count'], (piece) => ({ ...piece, bytes: odd }))
  return bytesOf(draft)
}

const oddFloat: Mutation = (draft, random) => {
  const odd = encodeFloat(random.pick(FLOATS))
  draft.records.push(draftRecord(random, { lastRef: 1, living: [1], atUs: 1 }, layout(9)))
  if (random.chance(0.3)) draft.wallMs = odd
  else onPiece(draft, random, ['float'], (piece) => ({ ...piece, bytes: odd }))
  return bytesOf(draft)
}

const swappedFields: Mutation = (draft, random) => {
  const record = random.pick(draft.records)
  const [a, b] = [random.int(record.body.length), random.int(record.body.length)]
  const [first, second] = [record.body[a], record.body[b]]
  if (first && second) {
    record.body[a] = second
    record.body[b] = first
  }
  return bytesOf(draft)
}

const exchangedTypes: Mutation = (draft, random) => {
  random.pick(draft.records).byte = 1 + random.int(14)
  return bytesOf(draft)
}

const cutBody: Mutation = (draft, random) => {
  const record = random.pick(draft.records)
  const whole = Buffer.concat(record.body.map(({ bytes }) => bytes))
  record.body = [{ kind: 'byte', name: 'cut', bytes: whole.subarray(0, random.int(whole.length + 1)) }]
  return bytesOf(draft)
}

const longerBody: Mutation = (draft, random) => {
  random
    .pick(draft.records)
    .body.push({ kind: 'byte', name: 'more', bytes: random.bytes(1 + random.int(40)) })
  return bytesOf(draft)
}

const unknownChoice: Mutation = (draft, random) => {
  onPiece(draft, random, ['byte'], (piece) => ({ ...piece, bytes: Uint8Array.of(2 + random.int(254)) }))
  return bytesOf(draft)
}

const unknownType: Mutation = (draft, random) => {
  for (const record of draft.records)
    if (random.chance(0.5)) record.byte = random.chance(0.2) ? 0 : 15 + random.int(241)
  return bytesOf(draft)
}

const oddText: Mutation = (draft, random, story) => {
  draft.records.push(started(random, story))
  onPiece(draft, random, ['text'], (piece) => {
    if (random.chance(0.3)) return { ...piece, bytes: encodeText('x'.repeat(1_025 + random.int(400))) }
    if (random.chance(0.3)) return { ...piece, bytes: encodeVarint(random.int(2_000)) }
    const bad = random.pick(NOT_UTF8)
    return { ...piece, bytes: Buffer.concat([encodeVarint(bad.length), bad]) }
  })
  return bytesOf(draft)
}

const oddRefs: Mutation = (draft, random) => {
  const count = 1 + random.int(5)
  const refs = [encodeRefs([2 ** 51]), Uint8Array.of(1), encodeVarint(2 ** 52 + 2), random.bytes(8)]
  const each: Piece[] = []
  for (let i = 0; i < count; i++) each.push({ kind: 'refs', name: 'refs', bytes: random.pick(refs) })
  const atUs = varintPiece('atUs', 1)
  const counters = Array.from({ length: count * 3 }, () => varintPiece('counter', random.int(9)))
  draft.records.push({ byte: 8, body: [atUs, varintPiece('count', count), ...each, ...counters] })
  if (random.chance(0.5))
    onPiece(draft, random, ['varint'], (piece) => ({ ...piece, bytes: encodeVarint(2 ** 51 + 1) }))
  return bytesOf(draft)
}

const tooLarge: Mutation = (draft, random) => {
  if (random.chance(0.02)) draft.tail = new Uint8Array(1_048_577)
  else if (random.chance(0.05)) {
    const heartbeat: DraftRecord = { byte: 200, body: [] }
    draft.records = new Array<DraftRecord>(65_535 + random.int(3)).fill(heartbeat)
  } else draft.count = encodeVarint(random.pick([65_537, 70_000, 2 ** 31, Number.MAX_SAFE_INTEGER]))
  return bytesOf(draft)
}

const tooLongBody: Mutation = (draft, random) => {
  // Rarely at the true bound: a campaign of these alone would be a test of the network.
  if (random.chance(0.98)) {
    random.pick(draft.records).length = encodeVarint(random.pick([262_145, 524_289, 2 ** 30]))
    return bytesOf(draft)
  }
  const byte = random.pick([10, 11, 12, 13, 77])
  const bytes = Buffer.alloc(random.pick([262_144, 262_145, 524_288, 524_289]), 0x20)
  draft.records.push({ byte, body: [{ kind: 'byte', name: 'long', bytes }] })
  return bytesOf(draft)
}

const brokenFrame: Mutation = (draft, random) => {
  switch (random.int(8)) {
    case 0:
      draft.magic = random.bytes(2)
      break
    case 1:
      draft.version = random.int(256)
      break
    case 2:
      draft.seq = encodeVarint(0)
      break
    case 3:
      draft.tail = random.bytes(1 + random.int(20))
      break
    case 4:
      draft.count = encodeVarint(random.int(12))
      break
    case 5:
      random.pick(draft.records).length = encodeVarint(random.int(300))
      break
    case 6: {
      const bytes = bytesOf(draft)
      return bytes.subarray(0, random.int(bytes.length))
    }
    default:
      return random.pick([
        null,
        7,
        'OR',
        true,
        [0x4f, 0x52, 1],
        { type: 'Buffer', data: [79, 82] },
        {},
        new Uint8Array(0),
      ])
  }
  return bytesOf(draft)
}

const noise: Mutation = (_draft, random) => {
  const bytes = random.bytes(random.int(400))
  return random.chance(0.5) ? bytes : new Uint8Array([0x4f, 0x52, 1, ...bytes])
}

const hugeCounts: Mutation = (draft, random, story) => {
  for (const byte of [7, 8, 12]) draft.records.push(draftRecord(random, story, layout(byte)))
  const huge = encodeVarint(random.pick([1_000, 65_536, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]))
  onPiece(draft, random, ['count'], (piece) => ({ ...piece, bytes: huge }))
  return bytesOf(draft)
}

const oddSequence: Mutation = (draft, random) => {
  const seq = numberOf(draft.seq)
  const other = [seq, seq - 1, seq - 1 - random.int(50), seq + 1 + random.int(50), 1, random.int(seq + 5)]
  draft.seq = encodeVarint(Math.max(0, random.chance(0.01) ? Number.MAX_SAFE_INTEGER : random.pick(other)))
  return bytesOf(draft)
}

const oddClock: Mutation = (draft, random) => {
  draft.atUs = encodeVarint(random.pick([0, 1, 2 ** 40, Number.MAX_SAFE_INTEGER]))
  if (random.chance(0.5)) draft.wallMs = encodeFloat(random.pick(FLOATS))
  onPiece(draft, random, ['varint'], (piece) =>
    piece.name === 'atUs' ? { ...piece, bytes: encodeVarint(Number.MAX_SAFE_INTEGER) } : piece,
  )
  return bytesOf(draft)
}

const oddDrops: Mutation = (draft, random) => {
  draft.drops = draft.drops.map(() => encodeVarint(random.pick([0, 5, 2 ** 31, Number.MAX_SAFE_INTEGER])))
  return bytesOf(draft)
}

const wrongOrder: Mutation = (draft, random, story) => {
  for (const byte of [1, 2, 3, 3, 3, 5, 5, 7, 4, 6])
    draft.records.push(draftRecord(random, story, layout(byte)))
  for (let i = draft.records.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const [a, b] = [draft.records[i], draft.records[j]]
    if (a && b) {
      draft.records[i] = b
      draft.records[j] = a
    }
  }
  return bytesOf(draft)
}

/** Processes that hang under themselves, under each other, in each other's place. */
const oddFamilies: Mutation = (draft, random, story) => {
  const some = Array.from({ length: 4 + random.int(12) }, () => started(random, story))
  const refs = story.living.slice(-some.length)
  const ref = (): Uint8Array => encodeVarint(random.pick(refs))
  for (const record of some) {
    const named = ['parentRef', 'replaces', ...(random.chance(0.3) ? ['ref'] : [])]
    record.body = record.body.map((piece) =>
      named.includes(piece.name) && random.chance(0.7) ? { ...piece, bytes: ref() } : piece,
    )
  }
  draft.records.push(...some)
  return bytesOf(draft)
}

const unknownRefs: Mutation = (draft, random, story) => {
  const far = (): number => 2 ** 40 + random.int(2 ** 30)
  for (const byte of [4, 5, 6, 8]) draft.records.push(draftRecord(random, story, layout(byte)))
  for (const record of draft.records) {
    if (record.byte === 3) continue
    record.body = record.body.map((piece) =>
      piece.name === 'ref' ? { ...piece, bytes: encodeVarint(far()) } : piece,
    )
  }
  return bytesOf(draft)
}

/** One value somewhere in a report is not what it should be. */
const oddReport: Mutation = (draft, random) => {
  const report = structuredClone({ ...sampleReport, id: reportId(random.int(64)) }) as unknown
  const values: unknown[] = [
    null,
    -1,
    1.5,
    '',
    [],
    {},
    true,
    'x'.repeat(1_025),
    'x'.repeat(70_000),
    { status: 'captured' },
    { status: 'lost' },
  ]
  changeOne(report, random, () => random.pick(values))
  draft.records.push({ byte: 10, body: [jsonPiece(report)] })
  return bytesOf(draft)
}

const hostileKeys: Mutation = (draft, random) => {
  const bad = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"then":7}'
  const text = JSON.stringify({ ...sampleReport, id: reportId(random.int(64)) })
  const spliced = random.chance(0.5)
    ? `{"__proto__":{"polluted":1},${text.slice(1)}`
    : text.replace('"identity":{', `"identity":{"__proto__":${bad},"x":${bad},`)
  const byte = random.pick([10, 10, 11, 13])
  const json =
    byte === 10
      ? spliced
      : byte === 11
        ? `{"crashId":"${reportId(1)}","__proto__":${bad}}`
        : `{"id":"c","result":{"ok":true,"value":${bad}}}`
  draft.records.push({ byte, body: [{ kind: 'json', name: 'json', bytes: Buffer.from(json) }] })
  return bytesOf(draft)
}

/** JSON that is deep, wide or half there. */
const deepJson: Mutation = (draft, random) => {
  const depth = random.pick([60, 64, 65, 1_000, random.chance(0.1) ? 20_000 : 5_000])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"$":"array","items":[', ']}'],
  ] as const)
  const deep = `${open.repeat(depth)}1${close.repeat(depth)}`
  const report = JSON.stringify({ ...sampleReport, id: reportId(random.int(64)) })
  const at = random.pick(['"term":', '"value":', '"before":'])
  const byte = random.pick([10, 10, 11, 13])
  const json =
    byte === 10
      ? report.replace(at, `${at}${deep},"z":`)
      : byte === 13
        ? `{"id":"c","result":{"ok":true,"value":${deep}}}`
        : deep
  const bytes = Buffer.from(random.chance(0.1) ? json.slice(0, random.int(json.length)) : json)
  draft.records.push({ byte, body: [{ kind: 'json', name: 'json', bytes }] })
  return bytesOf(draft)
}

const badJson: Mutation = (draft, random) => {
  const bytes = Buffer.from(JSON.stringify({ ...sampleReport, id: reportId(random.int(64)) }))
  const bad = random.pick(NOT_UTF8)
  const at = random.int(bytes.length)
  const spliced = Buffer.concat([bytes.subarray(0, at), bad, bytes.subarray(at)])
  draft.records.push({ byte: 10, body: [{ kind: 'json', name: 'json', bytes: spliced }] })
  return bytesOf(draft)
}

const longLists: Mutation = (draft, random) => {
  const someone = { pid: '<0.1.0>', name: null, relation: 'link', effect: 'exited' }
  const peers = { status: 'captured', value: new Array(random.pick([1_024, 1_025])).fill(someone) }
  draft.records.push({
    byte: 10,
    body: [jsonPiece({ ...sampleReport, id: reportId(random.int(64)), peers })],
  })
  return bytesOf(draft)
}

const storms: Mutation = (draft, random) => {
  const count = random.int(40)
  const rows = Array.from({ length: count }, () => [
    { kind: 'text' as const, name: 'key', bytes: encodeText(anyText(random)) },
    varintPiece('total', random.int(1_000)),
    varintPiece('notStored', random.int(2_000)),
  ])
  draft.records.push({ byte: 12, body: [varintPiece('count', count), ...rows.flat()] })
  return bytesOf(draft)
}

/** Each rule of SPEC.md that speaks of frames, and what tries it. */
export const MUTATIONS: Readonly<Record<string, readonly Mutation[]>> = {
  'WIRE-10': [oddSequence],
  'WIRE-11': [oddClock, oddFloat],
  'WIRE-12': [oddDrops],
  'WIRE-13': [(draft, random, story) => bytesOf({ ...draftOf(random, story, numberOf(draft.seq), 0) })],
  'WIRE-15': [wrongOrder],
  'WIRE-20': [untouched, oddVarint, oddFloat],
  'WIRE-21': [unknownType],
  'WIRE-22': [longerBody, unknownChoice],
  'WIRE-23': [oddText],
  'WIRE-24': [oddRefs],
  'WIRE-25': [tooLarge],
  'WIRE-26': [tooLongBody],
  'WIRE-27': [cutBody, swappedFields, exchangedTypes],
  'WIRE-28': [brokenFrame],
  'WIRE-29': [noise],
  'WIRE-30': [bitFlips, noise, hugeCounts],
  'WIRE-31': [unknownRefs, oddRefs],
  'WIRE-32': [untouched],
  'WIRE-34': [oddFamilies, wrongOrder],
  'WIRE-40': [oddReport],
  'WIRE-41': [hostileKeys],
  'WIRE-42': [longLists, oddReport],
  'WIRE-43': [deepJson],
  'WIRE-45': [badJson, oddReport],
  'WIRE-46': [storms],
}

function layout(byte: number) {
  const found = LAYOUT_OF.get(byte)
  if (found === undefined) throw new RangeError(`no record type ${byte}`)
  return found
}

/** Changes one piece of these kinds, where there is one. */
function onPiece(
  draft: Draft,
  random: Random,
  kinds: readonly Piece['kind'][],
  change: (piece: Piece) => Piece,
): void {
  const places = draft.records.flatMap((record) =>
    record.body.flatMap((piece, at) => (kinds.includes(piece.kind) ? [{ record, at, piece }] : [])),
  )
  if (places.length === 0) return
  const { record, at, piece } = random.pick(places)
  record.body[at] = change(piece)
}

/** Walks down at random and changes, drops or adds one thing. */
function changeOne(value: unknown, random: Random, make: () => unknown): void {
  let at = value as Record<string, unknown>
  for (;;) {
    const keys = Object.keys(at)
    const key = keys.length === 0 ? 'more' : random.pick(keys)
    const inner = at[key]
    if (typeof inner === 'object' && inner !== null && random.chance(0.75)) {
      at = inner as Record<string, unknown>
      continue
    }
    if (random.chance(0.25)) delete at[key]
    else at[random.chance(0.1) ? 'unheardOf' : key] = make()
    return
  }
}

function numberOf(varint: Uint8Array): number {
  return Number(varint.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 127), 0n))
}
