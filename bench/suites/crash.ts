/** Post-mortem: what crash reports are worth once there are many. */
import { FULL as CORPUS, corpus } from '../crash/corpus/corpus.ts'
import type { Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  corpus: (log) => corpus(CORPUS, log),
}
