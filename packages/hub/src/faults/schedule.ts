/** When the runs of an experiment begin, and how long one takes. Pure and seeded. */
import { faultNamed, type Schedule, type Step, seeded } from '@orrery/protocol/faults'

/** When each run is due, from when the experiment was asked for. A run that is due while the one before it lasts begins after it. */
export function runsOf(schedule: Schedule, seed: number, createdAtMs: number): number[] {
  switch (schedule.kind) {
    case 'now':
      return [createdAtMs]
    case 'at':
      return [Math.max(createdAtMs, Date.parse(schedule.at))]
    case 'every':
      return Array.from({ length: schedule.times }, (_, n) => createdAtMs + n * schedule.everyMs)
    case 'pattern': {
      const random = seeded(seed, 'pattern')
      const { minGapMs, maxGapMs } = schedule
      let atMs = createdAtMs
      return Array.from({ length: schedule.times }, (_, n) => {
        if (n > 0) atMs += Math.round(minGapMs + random() * (maxGapMs - minGapMs))
        return atMs
      })
    }
    default: {
      const never: never = schedule
      return never
    }
  }
}

/** How long one run lasts at most; `null` for one that has no end of its own. A shot takes no time. */
export function runMs(steps: readonly Step[], arrangement: 'together' | 'sequence'): number | null {
  const each = steps.map(({ fault, durationMs }) => (faultNamed(fault)?.life === 'shot' ? 0 : durationMs))
  if (each.includes(null)) return null
  const known = each.filter((ms) => ms !== null)
  return arrangement === 'together' ? Math.max(...known) : known.reduce((sum, ms) => sum + ms, 0)
}

/** What is chosen in a run is chosen anew in the next, and both can be played again. */
export function seedOfRun(seed: number, run: number): number {
  return (seed + run) >>> 0
}
