/** The query as text is the one truth of the crash list's filters; facets only add to it and take from it. */

import { GROUP_STATUSES, type GroupStatus } from '@orrery/live/views'

/** `reason:timeout`, quoted where the value needs it. */
export function token(field: string, value: string): string {
  return `${field}:${/^[^\s"()]+$/.test(value) ? value : JSON.stringify(value)}`
}

export function hasToken(query: string, field: string, value: string): boolean {
  return split(query).includes(token(field, value))
}

/** Adds the token, or takes it out where it stands. */
export function toggleToken(query: string, field: string, value: string): string {
  const wanted = token(field, value)
  const parts = split(query)
  return (parts.includes(wanted) ? parts.filter((part) => part !== wanted) : [...parts, wanted]).join(' ')
}

/** Adds a clause as it is written, once. */
export function withClause(query: string, clause: string): string {
  const parts = split(query)
  return parts.includes(clause) ? query : [...parts, clause].join(' ')
}

/** Statuses a query shows: all it does not exclude, of those it names where it names any. */
export function statusesShown(query: string): ReadonlySet<GroupStatus> {
  const parts = split(query).map((part) => part.toLowerCase())
  const named = GROUP_STATUSES.filter((status) => parts.includes(`is:${status}`))
  return new Set(
    GROUP_STATUSES.filter(
      (status) => !parts.includes(`-is:${status}`) && named.every((name) => name === status),
    ),
  )
}

/** Statuses that the query hides by name, with how many groups of each there are. */
export function hiddenStatuses(
  query: string,
  counts: Record<GroupStatus, number>,
): { status: GroupStatus; n: number }[] {
  const parts = split(query).map((part) => part.toLowerCase())
  return GROUP_STATUSES.filter((status) => counts[status] > 0 && parts.includes(`-is:${status}`)).map(
    (status) => ({ status, n: counts[status] }),
  )
}

/** Shows the status, or hides it: what is not shown is excluded by name. */
export function toggleStatus(query: string, status: GroupStatus): string {
  const shown = new Set(statusesShown(query))
  if (!shown.delete(status)) shown.add(status)
  const rest = split(query).filter((part) => !GROUP_STATUSES.some((name) => isOf(part, name)))
  const hidden = GROUP_STATUSES.filter((name) => !shown.has(name)).map((name) => `-is:${name}`)
  return [...hidden, ...rest].join(' ')
}

/** The query without its word about a status. */
export function withoutStatus(query: string, status: GroupStatus): string {
  return split(query)
    .filter((part) => !isOf(part, status))
    .join(' ')
}

function isOf(part: string, status: GroupStatus): boolean {
  return part.toLowerCase().replace(/^-/, '') === `is:${status}`
}

/** White space separates, except inside quotes. */
export function split(query: string): string[] {
  return query.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []
}

/** What to underline: the part the message points at; where something is missing there, the token before it. */
export function faultOf(
  query: string,
  { from, to }: { from: number; to: number },
): { from: number; to: number } {
  if (query.slice(from, to).trim() !== '') return { from, to }
  const token = /\S+\s*$/.exec(query.slice(0, from))
  return token ? { from: token.index, to: token.index + token[0].trimEnd().length } : { from, to: from + 1 }
}

/** A query in pieces that put together are the query: `-is:` and `resolved`; what is no field has none. */
export function marked(query: string): { at: number; field: string; value: string }[] {
  const pieces: { at: number; field: string; value: string }[] = []
  let at = 0
  for (const part of split(query)) {
    const from = query.indexOf(part, at)
    if (from > at) pieces.push({ at, field: '', value: query.slice(at, from) })
    const field = /^-?[A-Za-z][\w.]*:/.exec(part)?.[0] ?? ''
    pieces.push({ at: from, field, value: part.slice(field.length) })
    at = from + part.length
  }
  if (at < query.length) pieces.push({ at, field: '', value: query.slice(at) })
  return pieces
}
