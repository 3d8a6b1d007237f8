/** Which of two releases is the newer: as semver where both are, else by which one was seen first. Pure. */

/**
 * Below 0 where `a` is the older, above 0 where it is the newer, 0 where they are the same; `null` where nobody can say.
 * `seenMs` answers when a release of the same family of nodes was first seen.
 *
 * Semantic Versioning 2.0.0, section 11; a leading `v` is allowed.
 */
export function compareReleases(
  a: string,
  b: string,
  seenMs: (release: string) => number | undefined,
): number | null {
  if (a === b) return 0
  const one = semver(a)
  const other = semver(b)
  if (one && other) return compareSemver(one, other)
  const from = seenMs(a)
  const until = seenMs(b)
  return from === undefined || until === undefined || from === until ? null : from - until
}

/** `mail` of `mail@host`: nodes that run the same application. */
export function familyOf(node: string): string {
  return node.split('@', 1)[0] ?? node
}

interface Semver {
  numbers: number[]
  pre: string[]
}

const SEMVER = /^v?(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

function semver(text: string): Semver | null {
  const found = SEMVER.exec(text)
  if (!found) return null
  const [, major, minor, patch, pre] = found
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: pre?.split('.') ?? [] }
}

function compareSemver(a: Semver, b: Semver): number {
  for (let i = 0; i < 3; i++) {
    const by = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0)
    if (by !== 0) return by
  }
  // A release is newer than its own prereleases.
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const by = compareIdentifier(a.pre[i], b.pre[i])
    if (by !== 0) return by
  }
  return 0
}

function compareIdentifier(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1)
  const isNumber = (text: string) => /^\d+$/.test(text)
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b)
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
