/** Frames in pieces: each field's bytes with its name, so that a mutation knows what it breaks. `bytesOf` puts them together. */
import { sampleReport } from '../src/sample-report.ts'
import { LAYOUT_OF, type ListField, type RecordLayout } from './layout.ts'
import type { Random } from './random.ts'

export interface Piece {
  kind: 'byte' | 'varint' | 'float' | 'text' | 'refs' | 'count' | 'json'
  name: string
  bytes: Uint8Array
}

export interface DraftRecord {
  byte: number
  body: Piece[]
  /** In place of the true length. */
  length?: Uint8Array
}

export interface Draft {
  magic: Uint8Array
  version: number
  seq: Uint8Array
  atUs: Uint8Array
  wallMs: Uint8Array
  drops: Uint8Array[]
  records: DraftRecord[]
  /** In place of the true count. */
  count?: Uint8Array
  /** Behind the last record. */
  tail?: Uint8Array
}

/** What was told of a node so far, so that most of what follows fits it. */
export interface Story {
  lastRef: number
  /** Refs of processes that were started and not ended. */
  living: number[]
  atUs: number
}

export function newStory(): Story {
  return { lastRef: 0, living: [], atUs: 0 }
}

const REPORTS = 64
/** Texts that have harmed somebody before. */
const TEXTS = [
  '',
  'worker',
  'worker-1',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'orphans',
  'a/b',
  '~',
  '\0',
  '<img src=x onerror=alert(1)>',
  'Malmö → Göteborg ☎',
  '💥'.repeat(256),
  'x'.repeat(1_024),
  "'; DROP TABLE crash_report; --",
  '%00%s%n',
  '\u202e\ufeff',
]

export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

export function encodeFloat(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

export function encodeText(text: string): Uint8Array {
  const utf8 = Buffer.from(text, 'utf8')
  return Buffer.concat([encodeVarint(utf8.length), utf8])
}

export function encodeRefs(refs: readonly number[]): Uint8Array {
  let last = 0
  const parts = refs.map((ref) => {
    const difference = ref - last
    last = ref
    return encodeVarint(difference >= 0 ? difference * 2 : -difference * 2 - 1)
  })
  return Buffer.concat(parts)
}

export const jsonPiece = (value: unknown): Piece => ({
  kind: 'json',
  name: 'json',
  bytes: Buffer.from(JSON.stringify(value), 'utf8'),
})

/** A number as fields hold them: mostly small, now and then at an edge. */
export function anyUint(random: Random): number {
  const edge = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 32, 2 ** 51, Number.MAX_SAFE_INTEGER]
  return random.chance(0.15) ? random.pick(edge) : random.int(2 ** (1 + random.int(20)))
}

export function anyText(random: Random): string {
  return random.chance(0.5) ? random.pick(TEXTS) : `p${random.int(40)}`
}

/** A frame of `records` records that a well-behaved agent could have sent. */
export function draftOf(random: Random, story: Story, seq: number, records = 1 + random.int(6)): Draft {
  story.atUs += random.int(20_000)
  const layouts = [...LAYOUT_OF.values()]
  return {
    magic: Uint8Array.of(0x4f, 0x52),
    version: 1,
    seq: encodeVarint(seq),
    atUs: encodeVarint(story.atUs),
    wallMs: encodeFloat(1_794_493_926_278 + story.atUs / 1_000),
    drops: [0, 0, 0, 0].map((none) => encodeVarint(none)),
    records: Array.from({ length: records }, () => draftRecord(random, story, random.pick(layouts))),
  }
}

/** A whole, empty picture: what the hub held of the node is gone with it. */
export function emptyPicture(random: Random, story: Story, seq: number): Draft {
  const draft = draftOf(random, story, seq, 0)
  draft.records = [1, 2].map((byte) => ({ byte, body: [varintPiece('atUs', story.atUs)] }))
  story.living = []
  return draft
}

export function draftRecord(random: Random, story: Story, layout: RecordLayout): DraftRecord {
  if (layout.body === 'json') return { byte: layout.byte, body: [jsonPiece(jsonOf(random, layout.type))] }
  const body: Piece[] = []
  for (const field of layout.body) {
    switch (field.kind) {
      case 'varint':
        body.push(varintPiece(field.name, field.name === 'atUs' ? story.atUs : anyUint(random)))
        break
      case 'ownRef':
        story.living.push(++story.lastRef)
        body.push(varintPiece(field.name, story.lastRef))
        break
      case 'ref':
        body.push(varintPiece(field.name, anyRef(random, story, layout.type)))
        break
      case 'float':
        body.push({ kind: 'float', name: field.name, bytes: encodeFloat(random.next() * 100) })
        break
      case 'flag':
        body.push({ kind: 'byte', name: field.name, bytes: Uint8Array.of(random.int(2)) })
        break
      case 'text':
        body.push({ kind: 'text', name: field.name, bytes: encodeText(anyText(random)) })
        break
      case 'choice': {
        const place = random.int(field.of.length)
        body.push({ kind: 'byte', name: field.name, bytes: Uint8Array.of(place) })
        if (place > 0)
          for (const more of field.unlessFirst ?? []) body.push(varintPiece(more.name, anyUint(random)))
        break
      }
      case 'bits': {
        const bits = random.int(16)
        body.push({ kind: 'byte', name: field.name, bytes: Uint8Array.of(bits) })
        for (const [bit, name] of field.texts)
          if (bits & bit) body.push({ kind: 'text', name, bytes: encodeText(anyText(random)) })
        break
      }
      case 'list':
        body.push(...listPieces(random, story, field.as, field.each))
        break
      default:
        field satisfies never
    }
  }
  return { byte: layout.byte, body }
}

export function bytesOf(draft: Draft): Uint8Array {
  const parts: Uint8Array[] = [
    draft.magic,
    Uint8Array.of(draft.version),
    draft.seq,
    draft.atUs,
    draft.wallMs,
    ...draft.drops,
    draft.count ?? encodeVarint(draft.records.length),
  ]
  for (const { byte, body, length } of draft.records) {
    const size = body.reduce((sum, { bytes }) => sum + bytes.length, 0)
    parts.push(Uint8Array.of(byte), length ?? encodeVarint(size), ...body.map(({ bytes }) => bytes))
  }
  if (draft.tail) parts.push(draft.tail)
  return new Uint8Array(Buffer.concat(parts))
}

export function varintPiece(name: string, value: number): Piece {
  return { kind: 'varint', name, bytes: encodeVarint(value) }
}

function anyRef(random: Random, story: Story, type: string): number {
  if (story.living.length === 0 || random.chance(0.05)) return random.int(story.lastRef + 2)
  const at = random.int(story.living.length)
  const ref = story.living[at] ?? 0
  if (type === 'process.exited') story.living.splice(at, 1)
  return ref
}

function listPieces(
  random: Random,
  story: Story,
  as: 'rows' | 'columns',
  each: readonly ListField[],
): Piece[] {
  const count = random.int(8)
  const pieces: Piece[] = [{ kind: 'count', name: 'count', bytes: encodeVarint(count) }]
  const entry = (field: ListField): Piece =>
    field.kind === 'text'
      ? { kind: 'text', name: field.name, bytes: encodeText(anyText(random)) }
      : varintPiece(field.name, anyUint(random))
  if (as === 'rows') {
    for (let i = 0; i < count; i++) pieces.push(...each.map(entry))
    return pieces
  }
  for (const field of each) {
    const refs = Array.from({ length: count }, () => anyRef(random, story, 'list'))
    if (field.kind === 'refs') pieces.push({ kind: 'refs', name: field.name, bytes: encodeRefs(refs) })
    else for (let i = 0; i < count; i++) pieces.push(entry(field))
  }
  return pieces
}

function jsonOf(random: Random, type: string): Record<string, unknown> {
  const id = reportId(random.int(REPORTS))
  switch (type) {
    case 'crash':
      return { ...structuredClone(sampleReport), id }
    case 'crash.amended':
      return { crashId: id, decision: held(sampleReport.decision), outcome: held(sampleReport.outcome) }
    default:
      return random.chance(0.5)
        ? { id: `c-${random.int(100)}`, result: { ok: true, value: anyText(random) } }
        : { id: 'c', result: { ok: false, code: 'process.unknown', message: anyText(random) } }
  }
}

/** Few ids, so that a long campaign fills no database: each report is stored once, however often it is told. */
export function reportId(n: number): string {
  return `01931a6c-2f00-7c3e-9b7e-${n.toString(16).padStart(12, '0')}`
}

function held(field: { status: string; value?: unknown }): unknown {
  return field.value
}
