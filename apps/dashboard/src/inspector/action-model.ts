/** Which actions a process allows, and why not. Pure: the buttons only draw what is decided here. */
import type { TreeRow, TreeView } from '@orrery/live/views'
import type { Capability, CommandErrorCode } from '@orrery/protocol'
import { sentence } from '../live/format.ts'
import { rowOf } from '../tree/model.ts'

export type ActionName = 'suspend' | 'resume' | 'kill' | 'crash_next'

/** `null`: it can be done. Otherwise one sentence. */
export type Refusal = string | null

const NEEDS: Record<ActionName, Capability> = {
  suspend: 'process.suspend',
  resume: 'process.suspend',
  kill: 'process.kill',
  crash_next: 'fault.crash_next',
}

export interface ActionSituation {
  capabilities: readonly string[]
  absent: Readonly<Record<string, string>>
  row: TreeRow | null
  node: string
  /** The node is not heard, or the hub is not. */
  isOld: boolean
  /** Time is held: the picture is not now. */
  isHeld: boolean
}

export function refusalOf(action: ActionName, situation: ActionSituation): Refusal {
  const { row, node } = situation
  if (situation.isHeld) return 'Time is held. Return to live first.'
  if (situation.isOld) return `${node} is not heard. What is shown is its last picture.`
  const capability = NEEDS[action]
  if (!situation.capabilities.includes(capability)) {
    const why = situation.absent[capability] ?? `${node} does not offer ${capability}`
    // One sentence for the one thing nearly every such node lacks.
    return why.includes('ORRERY_FAULTS') ? WORDS['node.not_armed'] : sentence(why)
  }
  if (!row || row.status === 'exited' || row.status === 'crashed') return 'The process is not there.'
  if (row.status === 'waiting' && action !== 'kill') return 'The process waits for its start.'
  if (row.status === 'restarting' && action === 'suspend') return 'The process is being initialised.'
  return null
}

/** Why nothing can be injected into it; the lab itself says which kinds of fault there are. */
export function noInjection(situation: ActionSituation): Refusal {
  const { capabilities, absent, row } = situation
  if (situation.isHeld || situation.isOld) return refusalOf('kill', situation)
  if (!capabilities.some((name) => name.startsWith('fault.'))) {
    const why = Object.entries(absent).find(([name]) => name.startsWith('fault.'))?.[1]
    return why === undefined || why.includes('ORRERY_FAULTS') ? WORDS['node.not_armed'] : sentence(why)
  }
  return row === null ? 'The process is not there.' : null
}

/** A refusal that holds for the node or the page, not for what the process happens to do now. */
export function isStanding(action: ActionName, situation: ActionSituation): boolean {
  return situation.isHeld || situation.isOld || !situation.capabilities.includes(NEEDS[action])
}

/** The words of a refusal; what the hub says stands where nothing better is known. */
export function refusedText(code: string, message: string): string {
  return Object.hasOwn(WORDS, code) ? WORDS[code as CommandErrorCode] : sentence(message)
}

const WORDS: Record<CommandErrorCode, string> = {
  'node.unknown': 'No node of that name is known.',
  'node.gone': 'The node is not connected.',
  'node.not_armed': 'The node was not started with ORRERY_FAULTS=allow.',
  'node.unsupported': 'The node does not offer this.',
  'process.unknown': 'No such process: it has ended meanwhile.',
  'process.immune': 'Agent, root supervisors and kernel processes are immune.',
  'process.not_suspended': 'The process is not suspended.',
  'lease.unknown': 'That fault is over.',
  'command.malformed': 'The hub could not read the command.',
  'command.timeout': 'The node did not answer in time. It may still act on it.',
  'command.replayed': 'It was already sent once.',
  'role.insufficient': 'This needs the operator role.',
  'halt.latched': 'Halt all is on. Release it first.',
  'fault.unknown': 'No fault of that kind is known.',
  'fault.malformed': 'The fault could not be read.',
  'fault.no_target': 'Nothing matches the target.',
  'fault.too_many': 'More targets than one experiment may have.',
  'fault.blast_limit': 'It would hit a larger share of a node than the limit allows.',
  'fault.busy': 'A fault of this kind lies on it already.',
  'fault.over_limit': 'A value is beyond its limit.',
  'fault.no_runner': 'The node was not started by orrery run, which alone could pause or end it.',
  'fault.too_often': 'Too many experiments are open or were asked for at once.',
  'experiment.unknown': 'No such experiment.',
  'scenario.unknown': 'No such scenario.',
  'routine.unknown': 'No such routine.',
  'port.unknown': 'The node has no port of that name.',
  'audit.unavailable': 'The audit trail cannot be written, so nothing was sent.',
}

export interface Blast {
  /** Processes that end with it because they live below it. */
  below: number
  /** Siblings its supervisor's strategy stops with it, and what lives below them. */
  siblings: number
  /** All that end, itself counted. */
  total: number
  /** What the supervisor does next, in words; `null` where nothing is known of a supervisor. */
  next: string | null
}

/** What ends when this process is killed. Counts only what the tree shows; pools count their members. */
export function blastOf(view: TreeView, key: string, restart: string | null): Blast {
  const children = new Map<string, TreeRow[]>()
  for (const row of Object.values(view.rows)) {
    if (row.parent === null || row.promotedFrom !== null) continue
    const list = children.get(row.parent)
    if (list) list.push(row)
    else children.set(row.parent, [row])
  }
  const weigh = (root: TreeRow): number => {
    let n = 0
    const seen = new Set<string>()
    const stack = [root]
    while (stack.length > 0) {
      const row = stack.pop() as TreeRow
      if (seen.has(row.key)) continue
      seen.add(row.key)
      n += row.pool ? row.pool.count : 1
      stack.push(...(children.get(row.key) ?? []))
    }
    return n
  }
  const row = rowOf(view, key)
  if (!row) return { below: 0, siblings: 0, total: 1, next: null }
  const below = weigh(row) - 1
  const supervisor = rowOf(view, row.parent)
  if (!supervisor?.strategy) return { below, siblings: 0, total: below + 1, next: null }
  const { strategy } = supervisor
  const isLeft = restart === 'temporary'
  const others = (children.get(supervisor.key) ?? []).filter((sibling) => sibling.key !== key)
  const taken = isLeft
    ? []
    : strategy === 'one_for_all'
      ? others
      : strategy === 'rest_for_one'
        ? others.filter((sibling) => sibling.order > row.order)
        : []
  const siblings = taken.reduce((n, sibling) => n + weigh(sibling), 0)
  const next = isLeft
    ? `${supervisor.name} does not restart it: it is temporary.`
    : siblings > 0
      ? `${supervisor.name} (${strategy}) stops ${siblings.toLocaleString('en-US')} with it and starts all again.`
      : `${supervisor.name} (${strategy}) starts it again.`
  return { below, siblings, total: below + siblings + 1, next }
}
