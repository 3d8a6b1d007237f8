/** The audit trail as commands need it: a row within a time or not at all, and its result however long that takes. */
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import { describe, type Logger } from '../logger.ts'
import type { AuditEntry, AuditResult, Store } from '../store/store.ts'

export interface AuditTrail {
  /** The row's id, or `null` when the database did not take it within `withinMs`. */
  write(entry: AuditEntry, withinMs: number): Promise<string | null>
  settle(id: string, result: AuditResult): void
}

const RETRY_MS = 2_000
const RETRIES = 5

export function createAuditTrail(options: {
  store: Pick<Store, 'appendAudit' | 'settleAudit'>
  clock: Clock
  logger: Logger
  counters: Counters
}): AuditTrail {
  const { store, clock, logger, counters } = options

  const settle = (id: string, result: AuditResult, retries = RETRIES): void => {
    store.settleAudit(id, result).catch((error) => {
      counters.storeFailures++
      if (retries > 0) clock.after(RETRY_MS, () => settle(id, result, retries - 1))
      else logger.warn(`audit:${id}`, `audit row ${id} stays open: ${describe(error)}`)
    })
  }

  return {
    settle: (id, result) => settle(id, result),
    write: (entry, withinMs) =>
      new Promise((resolve) => {
        let isLate = false
        const cancel = clock.after(withinMs, () => {
          isLate = true
          resolve(null)
        })
        const written = (id: string | null): void => {
          cancel()
          resolve(id)
        }
        store.appendAudit(entry).then(
          (id) => {
            // Nobody waited for this row, so what it announces was not done.
            if (isLate && entry.result === undefined) settle(id, tooLate(clock.nowMs()))
            written(id)
          },
          (error) => {
            logger.warn('database', `an audit row could not be written: ${describe(error)}`)
            counters.storeFailures++
            written(null)
          },
        )
      }),
  }
}

function tooLate(atMs: number): AuditResult {
  return { ok: false, atMs, code: 'audit.unavailable', message: 'written too late; nothing was sent' }
}
