/** The crash list's part of the address: what is asked, which group is looked at, which were selected. Pure. */

/** What is asked when nothing is: open groups of the last day. */
export const DEFAULT_QUERY = '-is:resolved -is:ignored last:24h'

export interface ListAddress {
  q: string
  /** Id of the group that is looked at; `null` for the first. */
  group: string | null
  /** Ids of groups that were selected to do something to. */
  marked: readonly string[]
}

export function readListAddress(params: Pick<URLSearchParams, 'get'>): ListAddress {
  return {
    q: params.get('q') ?? DEFAULT_QUERY,
    group: params.get('group'),
    marked: params.get('x')?.split(',').filter(Boolean) ?? [],
  }
}

export function writeListAddress({ q, group, marked }: ListAddress): string {
  const params = new URLSearchParams()
  if (q !== DEFAULT_QUERY) params.set('q', q)
  if (group !== null) params.set('group', group)
  if (marked.length > 0) params.set('x', marked.join(','))
  return params.toString()
}
