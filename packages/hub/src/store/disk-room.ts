/**
 * Room under the embedded database. It must not meet the end of its disk: where its log cannot grow, PGlite spins for ever
 * inside one query. So nothing is written below a reserve of a few segments of that log.
 */
import { statfs } from 'node:fs/promises'
import { StoreError } from './store.ts'

export interface DiskRoom {
  /** Resolves where there is room; throws `StoreError` `data.full`. Looks at most twice a second. */
  check(): Promise<void>
}

/** Four segments of 16 MiB: what one transaction of reports, one pruning and what comes with them may take at most. */
export const RESERVE_BYTES = 67_108_864
const LOOK_EVERY_MS = 500

export function createDiskRoom(folder: string, reserveBytes: number = RESERVE_BYTES): DiskRoom {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let freeBytes = Number.POSITIVE_INFINITY
  return {
    async check() {
      if (performance.now() - lookedAtMs > LOOK_EVERY_MS) {
        lookedAtMs = performance.now()
        const { bavail, bsize } = await statfs(folder)
        freeBytes = bavail * bsize
      }
      if (freeBytes >= reserveBytes) return
      const mb = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MB`
      throw new StoreError(
        'data.full',
        `ORRERY_DATA: ${mb(freeBytes)} are free in ${folder}, and ${mb(reserveBytes)} are kept in reserve; make room, nothing is stored until then.`,
      )
    },
  }
}
