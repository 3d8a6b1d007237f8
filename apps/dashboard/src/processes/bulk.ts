/** What can be done to everything that is selected: each button counts what it will really touch. Pure, but for `runAll`. */
import type { NodeRow, SelectionView } from '@orrery/live/views'
import { quoted } from '../faults/draft.ts'
import { refusedText } from '../inspector/action-model.ts'
import { type ProcessCommand, sendCommand } from '../live/api.ts'
import { plural } from '../live/format.ts'

export type Item = SelectionView['items'][number]
export type Nodes = Readonly<Record<string, Pick<NodeRow, 'status' | 'capabilities'>>>

export interface Reach {
  items: Item[]
  /** Why the others are not touched, or nothing is; one sentence each. */
  why: string[]
}

const DOWN = ['crashed', 'restarting', 'waiting', 'exited']

export function suspendable(selection: SelectionView, nodes: Nodes): Reach {
  const armed = selection.items.filter((item) => isArmed(item, nodes, 'process.suspend'))
  const items = armed.filter(({ status }) => status !== 'suspended' && !DOWN.includes(status))
  const down = armed.filter(({ status }) => DOWN.includes(status))
  const held = armed.filter(({ status }) => status === 'suspended')
  return {
    items,
    why: [
      ...notArmed(selection.items.length - armed.length),
      ...(down.length > 0 ? [`${named(down)} not running.`] : []),
      ...(held.length > 0 ? [`${named(held)} suspended already.`] : []),
    ],
  }
}

export function killable(selection: SelectionView, nodes: Nodes): Reach {
  const armed = selection.items.filter((item) => isArmed(item, nodes, 'process.kill'))
  const items = armed.filter(({ status }) => status !== 'crashed' && status !== 'exited')
  const { down, spread } = selection
  const by = spread.map(({ name, strategy }) => `${name} is ${strategy}`).join(', ')
  return {
    items,
    why: [
      ...notArmed(selection.items.length - armed.length),
      ...(down > items.length
        ? [`Kill takes ${plural(down, 'process', 'processes')} down${by ? `: ${by}` : ''}.`]
        : []),
    ],
  }
}

/** A longer query than this is none that the hub reads. */
const MAX_QUERY = 1_800

/** Why nothing can be injected into them from here. */
export function injectOff(items: readonly Item[], nodes: Nodes): string | null {
  const armed = items.filter(
    ({ node }) =>
      nodes[node]?.status === 'live' && nodes[node]?.capabilities.some((name) => name.startsWith('fault.')),
  )
  if (armed.length === 0) return 'No node of theirs was started with ORRERY_FAULTS=allow.'
  return itemsQuery(items).length > MAX_QUERY ? 'Too many to name one by one: use a query in the lab.' : null
}

/** The query that names these, by node and logical key, so that it holds over restarts. */
export function itemsQuery(items: readonly Item[]): string {
  const any = (values: readonly string[]) => [...new Set(values)].map(quoted).join('|')
  return `node:${any(items.map(({ node }) => node))} key:${any(items.map(({ key }) => key))}`
}

function isArmed({ node }: Item, nodes: Nodes, capability: string): boolean {
  const row = nodes[node]
  return row?.status === 'live' && row.capabilities.includes(capability)
}

function notArmed(count: number): string[] {
  return count > 0 ? [`${plural(count, 'is', 'are')} on a node that does not allow it, or is not heard.`] : []
}

/** `TrunkLink and Framer are`, `TrunkLink, Framer and 3 others are`. */
function named(items: readonly Item[]): string {
  const [first, second] = items
  if (first === undefined) return ''
  if (second === undefined) return `${first.name} is`
  if (items.length === 2) return `${first.name} and ${second.name} are`
  return `${first.name}, ${second.name} and ${plural(items.length - 2, 'other')} are`
}

export interface Progress {
  what: string
  total: number
  applied: number
  refused: number
  /** Why the first that was refused was. */
  why: string | null
  isOver: boolean
}

const AT_ONCE = 8

/** One command for each, a few at a time; told as it goes. The signal ends it between two. */
export async function runAll(
  what: string,
  items: readonly Item[],
  command: ProcessCommand,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const progress: Progress = { what, total: items.length, applied: 0, refused: 0, why: null, isOver: false }
  const queue = [...items]
  tell({ ...progress })
  const work = async () => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift()) {
      const answer = await sendCommand(item.node, item.key, command)
      if (answer.ok) progress.applied++
      else {
        progress.refused++
        progress.why ??= `${item.name}: ${refusedText(answer.code, answer.message)}`
      }
      tell({ ...progress })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  tell({ ...progress, isOver: true })
}
