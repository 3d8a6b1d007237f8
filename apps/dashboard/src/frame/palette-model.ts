/** What the palette offers for a text: pure, and in the order it is shown. */
import type { ClusterView, ProcessRow } from '@orrery/live/views'
import type { GlyphName } from '../ui/glyphs.tsx'
import { crashesPath, messagesPath, nodePath, type Place, processesPath, treePath } from './addresses.ts'

export interface Offer {
  id: string
  group: 'Processes' | 'Nodes' | 'Screens' | 'Actions'
  label: string
  /** Beside the label: a pid, a node, keys. */
  detail: string
  glyph: GlyphName | null
  /** Where it leads; an action runs instead. */
  href: string | null
  action: string | null
}

export const ACTIONS: { id: string; label: string; keys: string }[] = [
  { id: 'halt', label: 'Halt all faults', keys: '⌃.' },
  { id: 'inject', label: 'Inject a fault', keys: 'g f' },
  { id: 'pause', label: 'Pause or resume live', keys: 'Space' },
  { id: 'theme', label: 'Switch between dark and light', keys: '' },
  { id: 'zone', label: 'Show times in UTC, or in this machine’s zone', keys: '' },
  { id: 'motion', label: 'Reduce motion, or not', keys: '' },
  { id: 'keys', label: 'Show all keys', keys: '?' },
]

/** Nodes, screens and actions that contain every word of `text`. `node:` lists nodes only. */
export function localOffers(
  text: string,
  place: Place,
  cluster: ClusterView | null,
  treeNode: string | null,
): Offer[] {
  const onlyNodes = text.startsWith('node:')
  const words = (onlyNodes ? text.slice(5) : text).toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (label: string) => words.every((word) => label.toLowerCase().includes(word))
  const nodes = Object.values(cluster?.nodes ?? {})
    .filter((row) => fits(row.node))
    .map((row): Offer => {
      // Changing the scope keeps the lens.
      const href = lensOf(place)(row.node)
      return {
        id: `node ${row.node}`,
        group: 'Nodes',
        label: row.node,
        detail: row.runtimeName,
        glyph: row.status === 'live' ? row.worst : 'lost',
        href,
        action: null,
      }
    })
  const everything: Offer = screen('Cluster', '/', 'g c')
  const all = place.screen === 'processes' ? screen('Cluster', processesPath(null), '') : everything
  if (onlyNodes) return place.node === null ? nodes : [...nodes, all]
  const screens = [
    everything,
    ...(treeNode === null
      ? []
      : [screen('Tree', treePath(treeNode), 'g t'), screen('Node', nodePath(treeNode), 'g n')]),
    screen('Processes', processesPath(place.node), 'g p'),
    screen('Messages', messagesPath(place.node), 'g m'),
    screen('Crashes', crashesPath(), 'g x'),
    screen('Faults', '/faults', 'g f'),
  ].filter((offer) => fits(offer.label))
  const actions = ACTIONS.filter((action) => fits(action.label)).map(
    (action): Offer => ({
      id: `action ${action.id}`,
      group: 'Actions',
      label: action.label,
      detail: action.keys,
      glyph: null,
      href: null,
      action: action.id,
    }),
  )
  return [...nodes, ...screens, ...actions]
}

export function processOffers(rows: ProcessRow[]): Offer[] {
  return rows.map((row) => ({
    id: `process ${row.node} ${row.key}`,
    group: 'Processes',
    label: row.label ?? row.name,
    detail: `${row.pid} ${row.node}`,
    glyph: row.status,
    href: treePath(row.node, row.key),
    action: null,
  }))
}

/** The screen one is on, of another node. */
function lensOf(place: Place): (node: string) => string {
  if (place.screen === 'tree') return treePath
  if (place.screen === 'processes') return processesPath
  return place.screen === 'messages' ? messagesPath : nodePath
}

function screen(label: string, href: string, keys: string): Offer {
  return { id: `screen ${label}`, group: 'Screens', label, detail: keys, glyph: null, href, action: null }
}

/** What several nodes found, the best of each first. */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, place) =>
    lists.flatMap((list) => list.slice(place, place + 1)),
  ).flat()
}
