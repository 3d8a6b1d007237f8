/** One number from which every decision of a run follows: the same seed, the same run. */

/** `ORRERY_SEED` where it is set, else one by the clock. Whoever reads it prints it. */
export function readSeed(env: Record<string, string | undefined> = process.env): number {
  const given = Number(env.ORRERY_SEED || Number.NaN)
  return Number.isFinite(given) ? given : Date.now() % 0x7fff_ffff
}

export interface Dice {
  /** From 0 up to 1. */
  random(): number
  /** A whole number between the two, both included. */
  between(least: number, most: number): number
  /** One of a list that is not empty. */
  pick<T>(list: readonly [T, ...T[]]): T
}

/** mulberry32: small, and the same on every machine. */
export function dice(seed: number): Dice {
  let a = seed >>> 0
  const random = (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))
  return { random, between, pick: (list) => list[between(0, list.length - 1)] ?? list[0] }
}
