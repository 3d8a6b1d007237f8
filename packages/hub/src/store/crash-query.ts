/** The shared query language over crash reports, as SQL with parameters. */
import type { Query } from '@orrery/protocol/query'
import { Prisma } from '../generated/client.ts'

export type CrashQueryError = { code: string; message: string; from: number; to: number }

export function parseCrashQuery(
  q: string,
): { ok: true; query: Query } | { ok: false; error: CrashQueryError } {
  if (q.trim() === '') return { ok: true, query: { terms: [] } as unknown as Query }
  return { ok: false, error: { code: 'query.unsupported', message: 'no queries yet', from: 0, to: q.length } }
}

export function toSql(_query: Query, _nowMs: number): Prisma.Sql {
  return Prisma.sql`true`
}

export function hasOwnTime(_query: Query): boolean {
  return false
}
