/** Every view is an address: what the path says, and how paths are made. */

export type Screen =
  | 'cluster'
  | 'node'
  | 'tree'
  | 'processes'
  | 'process'
  | 'messages'
  | 'crashes'
  | 'crash'
  | 'faults'
  | 'other'

export interface Place {
  screen: Screen
  /** The scope: one node, or the cluster. */
  node: string | null
  crashId: string | null
}

/** Screens of one node, as their addresses end. */
const NODE_SCREENS = ['tree', 'processes', 'process', 'messages'] as const

export function placeOf(pathname: string): Place {
  const [first, second, third] = pathname.split('/').filter(Boolean)
  if (first === undefined) return { screen: 'cluster', node: null, crashId: null }
  if (first === 'nodes' && second) {
    const screen = NODE_SCREENS.find((name) => name === third) ?? 'node'
    return { screen, node: decoded(second), crashId: null }
  }
  if (first === 'processes' || first === 'messages') return { screen: first, node: null, crashId: null }
  if (first === 'crashes') {
    return { screen: second ? 'crash' : 'crashes', node: null, crashId: second ? decoded(second) : null }
  }
  if (first === 'faults') return { screen: 'faults', node: null, crashId: null }
  return { screen: 'other', node: null, crashId: null }
}

export function nodePath(node: string): string {
  return `/nodes/${encoded(node)}`
}

/** The tree of a node, with a process selected by its logical key. */
export function treePath(node: string, key?: string | null, tab?: string): string {
  const query = new URLSearchParams()
  if (key) query.set('key', key)
  if (tab) query.set('tab', tab)
  const text = query.toString()
  return `${nodePath(node)}/tree${text ? `?${text}` : ''}`
}

/** All there is about one process, by its logical key or a pid. */
export function processPath(node: string, key: string): string {
  return `${nodePath(node)}/process?${new URLSearchParams({ key })}`
}

/** Rates and percentiles of one node, or of all. */
export function messagesPath(node: string | null): string {
  return node === null ? '/messages' : `${nodePath(node)}/messages`
}

/** The process table of a node, or of all with `null`. */
export function processesPath(node: string | null, q?: string): string {
  const path = node === null ? '/processes' : `${nodePath(node)}/processes`
  return q ? `${path}?${new URLSearchParams({ q })}` : path
}

export function crashesPath(q?: string): string {
  return q ? `/crashes?${new URLSearchParams({ q })}` : '/crashes'
}

export function crashPath(id: string): string {
  return `/crashes/${encoded(id)}`
}

/** What became of an experiment: an opened row of the lab. */
export function experimentPath(id: string): string {
  return `/faults/${encoded(id)}`
}

/** A report beside another. */
export function comparePath(id: string, otherId: string): string {
  return `${crashPath(id)}?${new URLSearchParams({ with: otherId })}`
}

/** `@` reads better than `%40`, and is allowed in a path. */
function encoded(part: string): string {
  return encodeURIComponent(part).replaceAll('%40', '@')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
