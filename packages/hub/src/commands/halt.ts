/**
 * Halt all: every lease everywhere ends, and no new one begins until it is released. The latch closes before anything
 * else is done, outlives the hub, and never waits for the database.
 */

import { z } from 'zod'
import type { Store } from '../store/store.ts'

export interface Latch {
  readonly isHalted: boolean
  readonly haltedAtMs: number | null
  readonly haltedBy: string | null
  close(by: string, nowMs: number): void
  open(): void
}

const SETTING = 'halt'
const held = z.object({ atMs: z.number(), by: z.string() })

/** Reads the latch as it was left. `failed` is told when a change could not be written. */
export async function createLatch(
  store: Pick<Store, 'readSetting' | 'writeSetting'>,
  failed: (error: unknown) => void,
): Promise<Latch> {
  const found = held.safeParse(await store.readSetting(SETTING))
  let closed: z.infer<typeof held> | null = found.success ? found.data : null
  let writing: Promise<void> = Promise.resolve()
  const keep = (): void => {
    const value = closed
    writing = writing.then(() => store.writeSetting(SETTING, value)).catch(failed)
  }
  return {
    get isHalted() {
      return closed !== null
    },
    get haltedAtMs() {
      return closed?.atMs ?? null
    },
    get haltedBy() {
      return closed?.by ?? null
    },
    close(by, nowMs) {
      if (closed) return
      closed = { atMs: nowMs, by }
      keep()
    },
    open() {
      if (!closed) return
      closed = null
      keep()
    },
  }
}
