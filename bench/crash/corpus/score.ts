/** How well groups agree with the truth, over all pairs of crashes. */

export interface Grouped {
  group: string
  truth: string
}

export interface Score {
  /** Of the pairs in one group, the share that is of one class. */
  precision: number
  /** Of the pairs of one class, the share that is in one group. */
  recall: number
  crashes: number
  classes: number
  groups: number
}

export function score(crashes: readonly Grouped[]): Score {
  const together = pairs(crashes.map(({ group, truth }) => `${group}\n${truth}`))
  const grouped = pairs(crashes.map(({ group }) => group))
  const alike = pairs(crashes.map(({ truth }) => truth))
  return {
    precision: grouped === 0 ? 1 : together / grouped,
    recall: alike === 0 ? 1 : together / alike,
    crashes: crashes.length,
    classes: new Set(crashes.map(({ truth }) => truth)).size,
    groups: new Set(crashes.map(({ group }) => group)).size,
  }
}

function pairs(names: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  let sum = 0
  for (const count of counts.values()) sum += (count * (count - 1)) / 2
  return sum
}
