/** What a hub must have counted after some frames of one node, by the specification alone. */
import type { Verdict } from '@orrery/protocol/fuzz'

/** What is counted of frames and records, by the codes of SPEC.md, and what stands beside the codes. */
export interface Counts {
  codes: Record<string, number>
  gaps: number
  skipped: number
}

export interface Expectation {
  readonly lastSeq: number
  readonly accepted: number
  readonly refused: number
  readonly recordsLeftOut: number
  /** Frames refused on this connection. */
  readonly badFrames: number
  readonly counts: Counts
  /** `record.unknown_ref` lies between these: whether a process that ended is known still is the hub's own business. */
  readonly unknownRefs: { atLeast: number; atMost: number }
  /** Reports that must be acked: stored, or never to be read (WIRE-44, WIRE-45). */
  readonly toBeAcked: ReadonlySet<string>
  sent(verdict: Verdict): void
  /** A new connection of the same incarnation, or of another. */
  connected(isNewLife: boolean): void
}

export function createExpectation(): Expectation {
  const counts: Counts = { codes: {}, gaps: 0, skipped: 0 }
  const unknownRefs = { atLeast: 0, atMost: 0 }
  const toBeAcked = new Set<string>()
  let started = new Set<number>()
  let lastSeq = 0
  let hasHeard = false
  let accepted = 0
  let refused = 0
  let recordsLeftOut = 0
  let badFrames = 0

  const count = (code: string, by = 1): void => {
    if (by > 0) counts.codes[code] = (counts.codes[code] ?? 0) + by
  }
  const refuse = (code: string): void => {
    refused++
    badFrames++
    count(code)
  }

  return {
    get lastSeq() {
      return lastSeq
    },
    get accepted() {
      return accepted
    },
    get refused() {
      return refused
    },
    get recordsLeftOut() {
      return recordsLeftOut
    },
    get badFrames() {
      return badFrames
    },
    counts,
    unknownRefs,
    toBeAcked,
    sent(verdict) {
      if (!verdict.isTaken) return refuse(verdict.code)
      if (verdict.seq <= lastSeq) return refuse('frame.sequence')
      accepted++
      if (hasHeard) counts.gaps += verdict.seq - lastSeq - 1
      hasHeard = true
      lastSeq = verdict.seq
      counts.skipped += verdict.skipped
      count('record.malformed', verdict.malformed)
      count('record.too_large', verdict.tooLarge)
      recordsLeftOut += verdict.malformed + verdict.tooLarge
      for (const ref of verdict.started) started.add(ref)
      unknownRefs.atLeast += verdict.spokenOf.filter((ref) => !started.has(ref)).length
      unknownRefs.atMost += verdict.spokenOf.length + verdict.decidedOf.length
      for (const id of [...verdict.reports, ...verdict.unreadable]) toBeAcked.add(id)
    },
    connected(isNewLife) {
      badFrames = 0
      if (!isNewLife) return
      started = new Set()
      lastSeq = 0
      hasHeard = false
    },
  }
}
