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
import { LAYOUTS } from './layout.ts'
import { type Random, randomOf } from './random.ts'

export interface HeavyFrame {
  name: string
  bytes(seq: number): Uint8Array
}

const MANY = 12_000
const STARTED = 3
const NEVER: Random = { ...randomOf(0), int: () => 0, chance: () => false }
/** The fields of `process.started`, a strategy's own not among them. */
const PROCESS: readonly Piece[] = LAYOUTS.filter(({ byte }) => byte === STARTED).flatMap(
  (layout) => draftRecord(NEVER, newStory(), layout).body,
)

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
    one('namesakes', (n) => process({ ref: n + 1 })),
    one('namesakes below one parent', (n) => process({ ref: n + 1, parentRef: n === 0 ? 0 : 1 })),
    one('a child spec for each', (n) => process({ ref: n + 1, shutdown: n + 2, slot: n })),
    one('a chain', (n) => process({ ref: n + 1, parentRef: n })),
    one('a chain told backwards', (n) => process({ ref: MANY - n, parentRef: MANY - n - 1 })),
    one('supervisors in a chain', (n) => process({ ref: n + 1, parentRef: n, kind: 0, strategy: 1 })),
    one('supervisors in a chain told backwards', (n) =>
      process({ ref: MANY - n, parentRef: MANY - n - 1, kind: 0, strategy: 1 }),
    ),
    one('each in the place of the one before', (n) => process({ ref: n + 1, replaces: n })),
    one('orphans that wait for as many parents', (n) => process({ ref: n + 1, parentRef: 1_000_000 + n })),
    one('a family that moves to and fro', (n) =>
      n < MANY / 2
        ? process({ ref: n + 1, parentRef: n < 3 ? 0 : 3, slot: n })
        : process({ ref: 3, parentRef: 1 + (n % 2) }),
    ),
    one('starts and ends', (n) =>
      n % 2 === 0 ? process({ ref: n / 2 + 1, slot: n }) : exited((n - 1) / 2 + 1),
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

/** A process of zeros and empty texts, a worker where nothing else is said. */
function process(told: Record<string, number>): DraftRecord {
  const numbers: Record<string, number> = { kind: 1, isInitialised: 1, ...told }
  const body: Piece[] = []
  for (const piece of PROCESS) {
    if (piece.kind === 'text') body.push({ ...piece, bytes: Uint8Array.of(0) })
    else if (piece.kind === 'byte') body.push({ ...piece, bytes: Uint8Array.of(numbers[piece.name] ?? 0) })
    else body.push(varintPiece(piece.name, numbers[piece.name] ?? 0))
    if (piece.name === 'strategy' && numbers.strategy)
      body.push(varintPiece('intensity', 1), varintPiece('periodMs', 1))
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
