/** Frames that are right in every byte and cost as much as a frame can: what takes long holds up everybody else. */
import {
  bytesOf,
  type Draft,
  type DraftRecord,
  draftOf,
  draftRecord,
  newStory,
  type Piece,
  varintPiece,
} from './draft.ts'
import { LAYOUT_OF } from './layout.ts'
import { type Random, randomOf } from './random.ts'

export interface HeavyFrame {
  name: string
  bytes(seq: number): Uint8Array
}

const MANY = 20_000
const STARTED = 3

/** Each is a series of its own on an empty node. */
export function heavyFrames(): HeavyFrame[] {
  const random = randomOf(1)
  const one = (name: string, records: (n: number) => DraftRecord, many = MANY): HeavyFrame => ({
    name,
    bytes: (seq) =>
      frameOf(
        random,
        seq,
        Array.from({ length: many }, (_, n) => records(n)),
      ),
  })
  return [
    one('twenty thousand namesakes', (n) => process(random, { ref: n + 1 })),
    one('namesakes below one parent', (n) => process(random, { ref: n + 1, parentRef: n === 0 ? 0 : 1 })),
    one('a child spec for each', (n) => process(random, { ref: n + 1, shutdown: n + 2, slot: n })),
    one('a chain', (n) => process(random, { ref: n + 1, parentRef: n })),
    one('a chain told backwards', (n) => process(random, { ref: MANY - n, parentRef: MANY - n - 1 })),
    one('each in the place of the one before', (n) => process(random, { ref: n + 1, replaces: n })),
    one('orphans that wait for as many parents', (n) =>
      process(random, { ref: n + 1, parentRef: 1_000_000 + n }),
    ),
    one('a family that moves to and fro', (n) =>
      n < MANY / 2
        ? process(random, { ref: n + 1, parentRef: n < 3 ? 0 : 3, slot: n })
        : process(random, { ref: 3, parentRef: 1 + (n % 2) }),
    ),
    one('starts and ends', (n) =>
      n % 2 === 0 ? process(random, { ref: n / 2 + 1, slot: n }) : exited((n - 1) / 2 + 1),
    ),
  ]
}

function frameOf(random: Random, seq: number, records: DraftRecord[]): Uint8Array {
  const draft: Draft = draftOf(random, newStory(), seq, 0)
  draft.records = [
    { byte: 1, body: [varintPiece('atUs', 0)] },
    { byte: 2, body: [varintPiece('atUs', 0)] },
    ...records,
  ]
  return bytesOf(draft)
}

/** A worker of nothing but zeros and empty texts, and what is said here. */
function process(random: Random, numbers: Record<string, number>): DraftRecord {
  const layout = LAYOUT_OF.get(STARTED)
  if (layout === undefined) throw new RangeError('no such record')
  const record = draftRecord(random, newStory(), layout)
  const body: Piece[] = []
  for (const piece of record.body) {
    if (piece.name === 'intensity' || piece.name === 'periodMs') continue
    if (piece.kind === 'text') body.push({ ...piece, bytes: Uint8Array.of(0) })
    else if (piece.kind === 'byte')
      body.push({ ...piece, bytes: Uint8Array.of(piece.name === 'strategy' ? 0 : 1) })
    else body.push(varintPiece(piece.name, numbers[piece.name] ?? 0))
  }
  return { byte: STARTED, body }
}

function exited(ref: number): DraftRecord {
  const bytes = Uint8Array.of(0, 0, 0, 0, 0)
  return {
    byte: 5,
    body: [varintPiece('atUs', 0), varintPiece('ref', ref), { kind: 'byte', name: 'rest', bytes }],
  }
}
