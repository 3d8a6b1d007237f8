/** Ids of groups as addresses: a group that became another, by its fingerprint's version or by a merge, leads there. */
import type { Query } from '@orrery/protocol/query'
import type { Prisma, PrismaClient } from '../generated/client.ts'

type Client = Prisma.TransactionClient | PrismaClient

/** The group of this version that an id of an older one became; every other id is what it is. */
export async function addressed(client: Client, id: string): Promise<string> {
  const group = await client.crashGroup.findUnique({ where: { id }, select: { regroupedAs: true } })
  return group?.regroupedAs ?? id
}

/** A query that names groups by their whole ids, as one that names those they are in by now. */
export async function leadGroups(client: Client, query: Query): Promise<Query> {
  const ids = query.clauses.flatMap((clause) =>
    clause.kind === 'match' && clause.field === 'group' ? clause.patterns.map(({ text }) => text) : [],
  )
  if (ids.length === 0) return query
  const rows = await client.crashGroup.findMany({
    where: { id: { in: ids }, mergedInto: { not: null } },
    select: { id: true, mergedInto: true },
  })
  const now = new Map(rows.map(({ id, mergedInto }) => [id, mergedInto ?? id]))
  if (now.size === 0) return query
  const clauses = query.clauses.map((clause) =>
    clause.kind === 'match' && clause.field === 'group'
      ? {
          ...clause,
          patterns: clause.patterns.map((pattern) =>
            pattern.op === 'equals' ? { ...pattern, text: now.get(pattern.text) ?? pattern.text } : pattern,
          ),
        }
      : clause,
  )
  return { ...query, clauses }
}
