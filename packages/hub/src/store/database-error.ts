/** What an error of the database says of it, by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
import { Prisma } from '../generated/client.ts'
import { StoreError } from './store.ts'

/**
 * Whether the database refused the data itself (classes 22 and 54), so that trying again cannot help. Not class 23: an id
 * that somebody else just stored is there the next time.
 */
export function isDataError(error: unknown): boolean {
  return /^(22|54)/.test(sqlState(error))
}

/**
 * Whether it answers and takes nothing for now: no room or no resources (class 53), being shut down or started (57), its
 * disk failing (58), a standby that only reads (25006).
 */
export function isUnwilling(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'data.full'
  return /^(53|57|58|25006)/.test(sqlState(error))
}

/** Whether a statement took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return sqlState(error) === '57014'
}

function sqlState(error: unknown): string {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return ''
  const adapter: unknown = error.meta?.driverAdapterError
  const cause: unknown = adapter instanceof Error ? adapter.cause : undefined
  if (typeof cause !== 'object' || cause === null || !('originalCode' in cause)) return ''
  return String(cause.originalCode)
}
