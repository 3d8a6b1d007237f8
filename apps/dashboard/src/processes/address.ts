/** What of the table stands in the address, and how it is written there. Pure. */
import { DEFAULT_PARAMS, type ViewParams } from '@orrery/live/views'

type Params = ViewParams['table']

export interface TableAddress {
  q: string
  sort: string
  order: Params['order']
  group: Params['group']
  /** The row the keys are on, by id: the node's name, a space, the key. */
  row: string | null
  /** The inspector's tab, where it is open on that row. */
  tab: string | null
  /** Ids that are selected; `all` is whatever matches the query. */
  selected: ReadonlySet<string> | 'all'
}

export const GROUPS = ['none', 'supervisor', 'behaviour', 'node'] as const
/** A longer list would make an address that no server takes; it is then kept by the page alone. */
const MAX_SELECTED_CHARS = 3_000

export function readAddress(params: Pick<URLSearchParams, 'get' | 'getAll'>): TableAddress {
  const { sort, order } = DEFAULT_PARAMS.table
  const asked = params.get('sort')
  const group = params.get('group') as Params['group']
  const selected = params.getAll('sel')
  return {
    q: params.get('q') ?? '',
    sort: asked?.replace(/^-/, '') || sort,
    order: asked === null ? order : asked.startsWith('-') ? 'desc' : 'asc',
    group: GROUPS.includes(group) ? group : 'none',
    row: params.get('row'),
    tab: params.get('row') === null ? null : params.get('tab'),
    selected: selected[0] === '*' ? 'all' : new Set(selected),
  }
}

/** What is as it comes is left out. */
export function writeAddress({ q, sort, order, group, row, tab, selected }: TableAddress): string {
  const params = new URLSearchParams()
  if (q !== '') params.set('q', q)
  const defaults = DEFAULT_PARAMS.table
  if (sort !== defaults.sort || order !== defaults.order) {
    params.set('sort', order === 'desc' ? `-${sort}` : sort)
  }
  if (group !== 'none') params.set('group', group)
  if (row !== null) params.set('row', row)
  if (row !== null && tab !== null) params.set('tab', tab)
  if (selected === 'all') params.set('sel', '*')
  else if ([...selected].join().length <= MAX_SELECTED_CHARS) {
    for (const id of selected) params.append('sel', id)
  }
  return params.toString()
}

/** The two halves of an id; a node's name may hold a space, so of the known ones the longest is it. */
export function splitId(id: string, nodes: readonly string[]): { node: string; key: string } {
  const [known] = nodes.filter((name) => id.startsWith(`${name} `)).sort((a, b) => b.length - a.length)
  const node = known ?? id.slice(0, Math.max(0, id.indexOf(' ')))
  return { node, key: id.slice(node.length + 1) }
}
