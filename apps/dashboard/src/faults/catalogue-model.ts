/** The catalogue as the lab lists it: its groups, what a filter leaves, and why a kind is not to be had. Pure. */
import type { NodeRow } from '@orrery/live/views'
import { plural, sentence } from '../live/format.ts'
import type { Kind } from './lab-api.ts'

export interface Listed {
  kind: Kind
  /** Nodes that offer it, by name. */
  nodes: string[]
  /** Why nobody offers it; `null` where somebody does. */
  why: string | null
}

export type Nodes = Readonly<Record<string, Pick<NodeRow, 'node' | 'status' | 'capabilities' | 'absent'>>>

const GROUPS = [
  { id: 'process', title: 'Process' },
  { id: 'messages', title: 'Messages' },
  { id: 'node', title: 'Node' },
] as const

/** Kinds in their groups, those that contain every word of `text`; a group of none is left out. */
export function listed(
  kinds: readonly Kind[],
  nodes: Nodes,
  text: string,
): { title: string; kinds: Listed[] }[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ kind, title, summary }: Kind) =>
    words.every((word) => `${title} ${kind} ${summary}`.toLowerCase().includes(word))
  return GROUPS.map(({ id, title }) => ({
    title,
    kinds: kinds.filter((kind) => kind.group === id && fits(kind)).map((kind) => offered(kind, nodes)),
  })).filter((group) => group.kinds.length > 0)
}

export function offered(kind: Kind, nodes: Nodes): Listed {
  const capability = `fault.${kind.kind}`
  const live = Object.values(nodes).filter(({ status }) => status === 'live' || status === 'stale')
  const offering = live.filter(({ capabilities }) => capabilities.includes(capability))
  const names = offering.map(({ node }) => node).sort()
  return { kind, nodes: names, why: names.length > 0 ? null : whyNot(capability, live) }
}

function whyNot(capability: string, live: Nodes[string][]): string {
  if (live.length === 0) return 'No node is connected.'
  const reasons = new Set(live.map(({ absent }) => absent[capability] ?? ''))
  const [only = ''] = reasons
  if (reasons.size === 1 && only.includes('ORRERY_FAULTS'))
    return 'No node was started with ORRERY_FAULTS=allow.'
  if (reasons.size === 1 && only !== '') return sentence(only)
  return `None of ${plural(live.length, 'node')} offers it.`
}

/** Whether any live node takes faults at all: else the lab says how to arm one. */
export function isAnyArmed(nodes: Nodes): boolean {
  return Object.values(nodes).some(
    ({ status, capabilities }) =>
      (status === 'live' || status === 'stale') && capabilities.some((name) => name.startsWith('fault.')),
  )
}

/** Words of a kind in one column: `crash_next` → `crash next`. */
export function shortName(kind: string): string {
  return kind.replaceAll('_', ' ')
}
