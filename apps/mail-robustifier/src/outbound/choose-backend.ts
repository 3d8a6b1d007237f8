/** Which back-end gets the next mail. Pure: the directory keeps the value. */
import type { Address } from '../messages.ts'

export interface Entry extends Address {
  isUp: boolean
  why: string
  /** How often it was chosen. */
  chosen: number
}

/** The cheapest of those that are up and not to be avoided; failing those, of all that are up. By default the one chosen least. */
export function chooseBackend(
  entries: readonly Entry[],
  avoid: readonly string[],
  cost: (entry: Entry) => number = ({ chosen }) => chosen,
): Entry | undefined {
  const up = entries.filter(({ isUp }) => isUp)
  const preferred = up.filter(({ backend }) => !avoid.includes(backend))
  const [best] = (preferred.length > 0 ? preferred : up).toSorted((a, b) => cost(a) - cost(b))
  return best
}

/** The entry replaced or added. One that comes back is not sent all that it missed. */
export function withEntry(entries: readonly Entry[], entry: Omit<Entry, 'chosen'>): Entry[] {
  const known = entries.find(({ backend }) => backend === entry.backend)
  const others = entries.filter(({ backend }) => backend !== entry.backend)
  const least = Math.min(...others.filter(({ isUp }) => isUp).map(({ chosen }) => chosen))
  const comesBack = entry.isUp && known?.isUp !== true && Number.isFinite(least)
  const chosen = comesBack ? Math.max(known?.chosen ?? 0, least) : (known?.chosen ?? 0)
  return [...others, { ...entry, chosen }].sort((a, b) => (a.backend < b.backend ? -1 : 1))
}
