/** Post-mortem: what crash reports are worth once there are many. */
import { FULL as CORPUS, corpus } from '../crash/corpus/corpus.ts'
import { figuresOf, measureSearch } from '../crash/search.ts'
import { sizes } from '../crash/sizes.ts'
import { FULL as SOAK, soak } from '../crash/soak.ts'
import type { Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  corpus: (log) => corpus(CORPUS, log),
  sizes,
  soak: (log) => soak(SOAK, log),
  async search(log) {
    log('a million reports on Postgres, a hundred thousand embedded')
    const server = await measureSearch({ kind: 'postgres', reports: 1_000_000, searches: 300 }, log)
    const embedded = await measureSearch({ kind: 'embedded', reports: 100_000, searches: 300 }, log)
    return { ...figuresOf(server, '1m'), ...figuresOf(embedded, 'embedded_100k') }
  },
}
