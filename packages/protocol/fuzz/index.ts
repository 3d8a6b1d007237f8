import { type Draft, draftOf, type Story } from './draft.ts'
import { MUTATIONS } from './mutations.ts'
import type { Random } from './random.ts'

export { bytesOf, type Draft, draftOf, emptyPicture, newStory, type Story } from './draft.ts'
export { heavyFrames } from './heavy.ts'
export { judge, type Verdict } from './judge.ts'
export { type Random, randomOf, seedOf } from './random.ts'

/** Numbers of the rules that are tried. */
export const RULES: readonly string[] = Object.keys(MUTATIONS)

/**
 * What a stranger sends as one `frame`, to try this rule: a frame that fits the story so far, and then is spoiled.
 *
 * @throws {RangeError} for a rule that says nothing of frames.
 */
export function spoiled(rule: string, random: Random, story: Story, seq: number): unknown {
  const mutations = MUTATIONS[rule]
  if (mutations === undefined) throw new RangeError(`${rule} says nothing of frames`)
  const draft: Draft = draftOf(random, story, seq)
  return random.pick(mutations)(draft, random, story)
}
