/** What a process is called on a screen: its registered name, else its place under its supervisor, else its module. */
import { NONE, ORPHANS } from './columns.ts'
import type { Processes } from './processes.ts'

export function displayName(processes: Processes, index: number): string {
  const { columns: c } = processes
  const name = c.name[index] ?? ''
  if (name !== '' || index === ORPHANS) return name
  const { module } = processes.specOf(index)
  const childId = c.childId[index] ?? ''
  const parent = c.parent[index] ?? NONE
  if (processes.isDynamic(parent)) return `${module || childId} ${c.slot[index] ?? 0}`
  return childId || module || (c.pid[index] ?? '')
}
