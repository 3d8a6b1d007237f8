/** The query as text is the one truth of the crash list's filters; facets only add to it and take from it. */

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
