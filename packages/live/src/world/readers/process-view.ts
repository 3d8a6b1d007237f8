/** One process by its logical key, for the inspector. The node's own answer to an inspection is added by the hub. */
import type { FaultSpan } from '../../views/fault-types.ts'
import type { ProcessView } from '../../views/types.ts'
import { FLAG, NONE, ORPHANS } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { SERIES } from '../rings.ts'
import { orphansRow, poolKey, sparkOf, treeRow } from './tree-row.ts'

const MAX_INCARNATIONS = 20

/** `row` is null once the process is gone; its crashes and incarnations stay for a while. */
export function processView(
  node: NodeState,
  keyOrPid: string,
  spans: (key: string) => FaultSpan[],
): ProcessView {
  const { processes: p, hello } = node
  const index = p.resolve(keyOrPid)
  const view: ProcessView = {
    node: node.name,
    row: null,
    capabilities: hello.capabilities,
    absent: hello.absent,
    supervisor: null,
    childSpec: null,
    series: { received: [], handled: [], mailbox: [] },
    inspection: null,
    inspectionAtMs: null,
    inspectionError: null,
    crashes: [],
    incarnations: [],
    faults: spans(index === undefined ? keyOrPid : p.keyOf(index)),
  }
  const past = node.pasts.get(index === undefined ? keyOrPid : p.keyOf(index))
  view.crashes = past?.crashes.map((note) => ({ ...note })) ?? []
  view.incarnations = past?.incarnations.map((incarnation) => ({ ...incarnation })) ?? []
  if (index === undefined) return view
  if (index === ORPHANS) return { ...view, row: orphansRow(node) }

  const { columns: c } = p
  const group = p.pools.of(index)
  view.row = treeRow(node, index, group?.promoted.has(index) ? poolKey(node, group) : null)
  // A row of the tree leaves out the restarts of a supervisor that allows many; whoever looks at one sees them.
  if (view.row.intensity !== null) view.row.intensity.marks = marksOf(node, index)
  view.series = {
    received: view.row.spark,
    handled: sparkOf(node, index, SERIES.handled),
    mailbox: sparkOf(node, index, SERIES.mailbox),
  }
  if (c.has(index, FLAG.alive)) {
    view.incarnations.unshift({
      pid: c.pid[index] ?? '',
      startedAtMs: c.startedAtMs[index] ?? 0,
      exitedAtMs: null,
      exit: null,
    })
    view.incarnations.length = Math.min(view.incarnations.length, MAX_INCARNATIONS)
  }
  const parent = c.parent[index] ?? NONE
  const spec = p.isSupervisor(parent) ? p.specOf(parent).supervisor : null
  if (spec !== null) {
    const { restart, shutdown } = p.specOf(index)
    view.childSpec = { restart, shutdown }
    view.supervisor = {
      key: p.keyOf(parent),
      name: displayName(p, parent),
      pid: c.pid[parent] ?? '',
      ...spec,
      marks: marksOf(node, parent),
    }
  }
  return view
}

/** When a supervisor restarted something, within its window. */
function marksOf(node: NodeState, supervisor: number): number[] {
  return [...(node.processes.intensity.get(supervisor) ?? [])]
}
