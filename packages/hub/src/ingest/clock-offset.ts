/**
 * How far a node's wall clock stands from the hub's, after NTP: of the answers kept, the one with the shortest way is the
 * truest. An offset smaller than half its own round trip says nothing and counts as none.
 */
export interface ClockOffset {
  /** `sentMs` and `receivedMs` on the hub's clock, `wallMs` what the node answered. */
  answered(sentMs: number, wallMs: number, receivedMs: number): void
  /** Add to a node's time to get the hub's. */
  readonly correctionMs: number
  /** The round trip that this share of the last minutes' answers did not exceed; `null` before the first. */
  roundTripMs(share: number): number | null
}

const KEPT = 8
/** Round trips kept: five minutes of an answer every five seconds. */
const TRIPS = 60

export function createClockOffset(): ClockOffset {
  const answers: { tripMs: number; offsetMs: number }[] = []
  const trips: number[] = []
  return {
    answered(sentMs, wallMs, receivedMs) {
      const tripMs = Math.max(0, receivedMs - sentMs)
      answers.push({ tripMs, offsetMs: wallMs - (sentMs + tripMs / 2) })
      if (answers.length > KEPT) answers.shift()
      trips.push(tripMs)
      if (trips.length > TRIPS) trips.shift()
    },
    get correctionMs() {
      const best = answers.reduce<{ tripMs: number; offsetMs: number } | null>(
        (held, answer) => (held === null || answer.tripMs < held.tripMs ? answer : held),
        null,
      )
      if (best === null || Math.abs(best.offsetMs) <= Math.max(2, best.tripMs / 2)) return 0
      return -best.offsetMs
    },
    roundTripMs(share) {
      const sorted = [...trips].sort((a, b) => a - b)
      return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
    },
  }
}
