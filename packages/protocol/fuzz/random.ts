/** Seeded chance, so that a campaign can be run again. */
export interface Random {
  /** From 0 to 1, 1 not included. */
  next(): number
  /** A whole number from 0 to `below`, `below` not included. */
  int(below: number): number
  pick<T>(from: readonly T[]): T
  /** True so often: `chance(0.1)` one time in ten. */
  chance(probability: number): boolean
  bytes(length: number): Uint8Array
}

/** The seed that was asked for (`ORRERY_SEED`), else a new one. */
export function seedOf(env: Record<string, string | undefined>): number {
  const asked = Number(env.ORRERY_SEED)
  const isAsked = env.ORRERY_SEED !== undefined && Number.isSafeInteger(asked)
  return isAsked ? asked : Math.floor(Math.random() * 0x7fff_ffff)
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const int = (below: number): number => Math.floor(next() * below)
  return {
    next,
    int,
    pick(from) {
      if (from.length === 0) throw new RangeError('there is nothing to pick from')
      return from[int(from.length)] as (typeof from)[number]
    },
    chance: (probability) => next() < probability,
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
  }
}
