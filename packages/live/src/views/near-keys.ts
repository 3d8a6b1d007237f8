/**
 * Keys by what each has of its own: logical keys are paths, and those of one tree differ from the one before in a segment
 * or two, however deep they are.
 */

/** How much of the key before stands at the beginning, what is between, how much of it stands at the end. */
export type NearKey = [beginning: number, own: string, end: number]

export function nearKeys(keys: readonly string[]): NearKey[] {
  let before = ''
  return keys.map((key) => {
    const most = Math.min(before.length, key.length)
    let beginning = 0
    while (beginning < most && before.charCodeAt(beginning) === key.charCodeAt(beginning)) beginning++
    let end = 0
    const rest = most - beginning
    while (
      end < rest &&
      before.charCodeAt(before.length - 1 - end) === key.charCodeAt(key.length - 1 - end)
    ) {
      end++
    }
    before = key
    return [beginning, key.slice(beginning, key.length - end), end]
  })
}

/** The keys again; `null` where one says it shares more with the one before than that one has. */
export function farKeys(near: readonly Readonly<NearKey>[]): string[] | null {
  const keys: string[] = []
  let before = ''
  for (const [beginning, own, end] of near) {
    if (beginning + end > before.length) return null
    before = before.slice(0, beginning) + own + before.slice(before.length - end)
    keys.push(before)
  }
  return keys
}
