/** What the cluster screen says of a node: pure. Only what is abnormal takes colour. */
import type { NodeRow, Offender, Spark } from '@orrery/live/views'
import type { Status } from '@orrery/protocol'
import { age, clockSeconds, count, plural, rate } from '../live/format.ts'
import type { GlyphName } from '../ui/glyphs.tsx'
import type { Tone } from '../ui/sparkline.tsx'

/** A mailbox sum that is called a backlog. */
export function isBacklog(row: Pick<NodeRow, 'mailbox' | 'mailboxGrowthPerS'>): boolean {
  return row.mailbox > 3_000 || (row.mailbox > 100 && row.mailboxGrowthPerS > 5)
}

export const BUSY_ABOVE = 0.9
/** A heap that is this full is drawn as a warning. */
export const HEAP_WARNS_AT = 0.85

export function glyphOf(row: NodeRow): GlyphName {
  return row.status === 'live' ? row.worst : 'lost'
}

/** What the node runs on, in two short parts: the tag, and what speaks for it. */
export function runtimeOf(row: NodeRow): { tag: string; by: string } {
  if (row.runtimeKind === 'orrery') return { tag: 'TypeScript', by: `orrery-agent ${row.agentVersion}` }
  return { tag: `${row.runtimeName} ${row.runtimeVersion}`.trim(), by: `agent ${row.agentVersion}` }
}

/** `4 s old`, `gone 12 s`, `stopped 14:32:07`; nothing while it lives. */
export function absenceOf(row: NodeRow, nowMs: number): string | null {
  const silentMs = nowMs - row.lastHeardAtMs
  switch (row.status) {
    case 'live':
      return null
    case 'stale':
      return `${age(silentMs)} old`
    case 'gone':
      return `gone ${age(silentMs)}`
    case 'stopped':
      return `stopped ${clockSeconds(row.lastHeardAtMs)}`
  }
}

export interface FigureTone {
  figure: string | undefined
  line: Tone
}

/** Colours of a figure and its line, by column. */
export function tonesOf(
  row: NodeRow,
): Record<'mailbox' | 'utilisation' | 'memory' | 'crashes' | 'restarts', FigureTone> {
  const heap = row.heapLimitBytes > 0 ? row.heapUsedBytes / row.heapLimitBytes : 0
  return {
    mailbox: isBacklog(row)
      ? { figure: 'backlog', line: 'backlog-mark' }
      : { figure: undefined, line: 'ink-3' },
    utilisation:
      row.utilisation > BUSY_ABOVE
        ? { figure: 'backlog', line: 'backlog-mark' }
        : { figure: undefined, line: 'ink-2' },
    memory:
      heap > HEAP_WARNS_AT
        ? { figure: undefined, line: 'backlog-mark' }
        : { figure: undefined, line: 'ink-3' },
    crashes: {
      figure: row.crashes5m > 3 ? 'crashed' : row.crashes5m > 0 ? undefined : 'ink-3',
      line: 'crashed',
    },
    restarts: {
      figure: row.restarts5m > 2 ? 'restarting' : row.restarts5m > 0 ? undefined : 'ink-3',
      line: 'restarting',
    },
  }
}

/** Room above the largest value, so that a steady line stands in the middle and not at the top. */
export function headroom(values: Spark, least: number, factor = 1.5): number {
  return Math.max(least, ...values.map((value) => value ?? 0)) * factor
}

/** A value of an offender with what follows it. */
export function offenderFigures(offender: Offender): { value: string; after: string; isHot: boolean } {
  const growth = offender.growthPerS
  switch (offender.what) {
    case 'mailbox':
      return {
        value: count(offender.value),
        after: growth === null || growth === 0 ? '' : `${growth > 0 ? '+' : '−'} ${rate(Math.abs(growth))}/s`,
        isHot: offender.status === 'backlog',
      }
    case 'restarts':
      return { value: count(offender.value), after: 'in 5 min', isHot: false }
    case 'messages':
      return { value: rate(offender.value), after: '/s', isHot: false }
    case 'suspended':
      return { value: count(offender.value), after: 'held', isHot: false }
  }
}

const ABNORMAL: readonly Status[] = ['crashed', 'restarting', 'waiting', 'backlog', 'suspended']

/** Nodes that want a look, worst first, and the ones that do not. */
export function triage(rows: NodeRow[]): { loud: NodeRow[]; quiet: NodeRow[] } {
  const weight = (row: NodeRow) =>
    row.status === 'gone' || row.status === 'stale'
      ? -1
      : row.faults > 0
        ? Math.min(2, rankOf(row.worst))
        : rankOf(row.worst)
  const isLoud = (row: NodeRow) =>
    row.status === 'gone' ||
    row.status === 'stale' ||
    row.faults > 0 ||
    ABNORMAL.includes(row.worst) ||
    isBacklog(row) ||
    row.utilisation > BUSY_ABOVE
  return {
    loud: rows.filter(isLoud).sort((a, b) => weight(a) - weight(b)),
    quiet: rows.filter((row) => !isLoud(row)),
  }
}

function rankOf(status: Status): number {
  const at = ABNORMAL.indexOf(status)
  return at < 0 ? ABNORMAL.length : at
}

/** The phone's first sentence, and what stands behind it. */
export function verdict(rows: NodeRow[]): { title: string; text: string } {
  const { loud } = triage(rows)
  if (loud.length === 0) {
    const processes = rows.reduce((sum, row) => sum + row.processes, 0)
    return {
      title: rows.length === 1 ? 'The node is quiet' : `All ${rows.length} nodes quiet`,
      text: `${plural(processes, 'process runs', 'processes run')}, none in an abnormal state.`,
    }
  }
  const reasons: string[] = []
  const lost = loud.filter((row) => row.status === 'gone' || row.status === 'stale').length
  const faults = loud.reduce((sum, row) => sum + row.faults, 0)
  const growing = loud.filter(isBacklog).length
  const restarting = loud.filter((row) => row.worst === 'restarting' || row.worst === 'waiting').length
  const crashed = loud.filter((row) => row.worst === 'crashed').length
  const busy = loud.filter((row) => row.utilisation > BUSY_ABOVE).length
  const say = (n: number, what: string) => {
    if (n > 0) reasons.push(`${n === 1 ? 'one' : n} ${what}`)
  }
  say(lost, 'not heard from')
  say(crashed, 'with a process that is down')
  say(restarting, 'restarting')
  if (faults > 0) reasons.push(`${plural(faults, 'fault')} running`)
  say(growing, 'with a mailbox that grows')
  say(busy, 'with a full event loop')
  const text = reasons.length > 0 ? `${reasons.join(', ')}.` : ''
  return {
    title:
      rows.length === 1
        ? 'The node needs a look'
        : `${loud.length} of ${rows.length} nodes ${loud.length === 1 ? 'needs' : 'need'} a look`,
    text: text.charAt(0).toUpperCase() + text.slice(1),
  }
}

/** Short names of several nodes; where two would be the same, they keep the whole. */
export function shortNames(nodes: string[]): string[] {
  const short = nodes.map(shortNode)
  return short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : (nodes[i] ?? name)))
}

/** A node's short name, where the first part is the same for many: what stands after the `@`. */
export function shortNode(node: string): string {
  return node.split('@')[1] ?? node
}
