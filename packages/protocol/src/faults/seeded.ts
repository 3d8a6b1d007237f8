/** Randomness that can be played again: one stream for each seed and label. */

/** Numbers in [0, 1) by mulberry32, from a seed and what it is for. */
export function seeded(seed: number, label: string): () => number {
  let state = seed >>> 0
  for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x01000193) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `count` of `items`, in their own order: the same for the same seed and the same items. */
export function pick<T>(items: readonly T[], count: number, seed: number): T[] {
  if (count >= items.length) return [...items]
  const random = seeded(seed, 'pick')
  const places = items.map((_, place) => place)
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (places.length - i))
    const held = places[i] as number
    places[i] = places[other] as number
    places[other] = held
  }
  return places
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((place) => items[place] as T)
}
