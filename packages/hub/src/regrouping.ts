/**
 * After an upgrade, groups of an older fingerprint become groups of this one in the background: a batch, then a rest, so that
 * crashes and screens never wait for more than one. What fails is tried again, and a hub that stops goes on at its next start.
 */
import type { Clock } from './clock.ts'
import { describe, type Logger } from './logger.ts'
import type { Moves } from './moves.ts'
import type { Store } from './store/store.ts'

const FIRST_MS = 2_000
const REST_MS = 50
const AGAIN_MS = 30_000

export function createRegrouping(options: {
  store: Pick<Store, 'regroup'>
  clock: Clock
  logger: Logger
  moves: Moves
}): { close(): void } {
  const { store, clock, logger, moves } = options
  let isClosed = false
  let batches = 0
  let stop = (): void => undefined

  const after = (ms: number): void => {
    if (!isClosed) stop = clock.after(ms, () => void batch())
  }
  const batch = async (): Promise<void> => {
    try {
      if (await store.regroup()) {
        batches++
        moves.touch('crashes', 'numbers')
        return after(REST_MS)
      }
      if (batches === 0) return
      logger.info('database', 'crash groups of an older version are groups of this one now')
      moves.touch('crashes', 'structure')
    } catch (error) {
      if (isClosed) return
      logger.warn('database', `grouping older crashes anew failed, and is tried again: ${describe(error)}`)
      after(AGAIN_MS)
    }
  }

  after(FIRST_MS)
  return {
    close() {
      isClosed = true
      stop()
    },
  }
}
