/** What the node screen says: pure. */
import type { NodeRow, Offender, SeriesView } from '@orrery/live/views'
import { count, duration, plural, rate } from '../live/format.ts'

/** The sentence under the node's name. */
export function statement(row: NodeRow, offenders: Offender[]): string {
  const own = offenders.filter((offender) => offender.node === row.node && offender.status === row.worst)
  const parts: string[] = []
  if (row.worst === 'running' || row.worst === 'busy' || row.worst === 'exited') {
    parts.push(`${plural(row.processes, 'process', 'processes')}, none in an abnormal state`)
  } else {
    const who = own[0]
    parts.push(
      who
        ? `${who.name} ${wordOf(row.worst)}, of ${plural(row.processes, 'process', 'processes')}`
        : `${plural(row.processes, 'process', 'processes')}, the worst ${wordOf(row.worst)}`,
    )
  }
  if (row.faults > 0) parts.push(`${plural(row.faults, 'fault')} active`)
  return parts.join(', ')
}

function wordOf(status: NodeRow['worst']): string {
  return status === 'backlog' ? 'with a growing mailbox' : status
}

export type Metric = 'messages' | 'mailbox' | 'utilisation' | 'memory' | 'processes'

export interface MetricWords {
  metric: Metric
  title: string
  note: string
  /** The axis shows at least this much. */
  least: number
  text: (value: number) => string
  /** From the wire's unit to the chart's. */
  scale: number
}

export const METRICS: MetricWords[] = [
  {
    metric: 'messages',
    title: 'Messages per second',
    note: 'received by all processes',
    least: 10,
    scale: 1,
    text: (v) => `${rate(v)}/s`,
  },
  {
    metric: 'mailbox',
    title: 'Mailbox backlog',
    note: 'messages waiting, all mailboxes',
    least: 10,
    scale: 1,
    text: count,
  },
  {
    metric: 'utilisation',
    title: 'Event loop',
    note: 'share of time in %',
    least: 100,
    scale: 100,
    text: (v) => `${Math.round(v)} %`,
  },
  {
    metric: 'memory',
    title: 'Memory',
    note: 'heap in use, MB',
    least: 10,
    scale: 1e-6,
    text: (v) => `${count(v)} MB`,
  },
  { metric: 'processes', title: 'Processes', note: 'alive', least: 10, scale: 1, text: count },
]

/** The same series in the chart's unit. */
export function scaled(series: SeriesView | null, scale: number): SeriesView | null {
  if (series === null || scale === 1) return series
  const lines = Object.fromEntries(
    Object.entries(series.lines).map(([name, values]) => [
      name,
      values.map((value) => (value === null ? null : value * scale)),
    ]),
  )
  return { ...series, lines }
}

export interface TableRow {
  atMs: number
  values: (number | null)[]
}

/** All metrics by time, newest first, at most `most` rows. */
export function tableRows(all: (SeriesView | null)[], most = 60): TableRow[] {
  const first = all.find((series) => series !== null)
  if (!first) return []
  const length = Math.max(
    ...all.map((series) => (series ? (Object.values(series.lines)[0]?.length ?? 0) : 0)),
  )
  const every = Math.max(1, Math.ceil(length / most))
  const rows: TableRow[] = []
  for (let i = length - 1; i >= 0; i -= every) {
    const atMs = first.fromMs + i * first.stepMs
    rows.push({
      atMs,
      values: all.map((series) => {
        if (!series) return null
        return (
          (Object.values(series.lines)[0] ?? [])[Math.round((atMs - series.fromMs) / series.stepMs)] ?? null
        )
      }),
    })
  }
  return rows
}

export function uptime(row: NodeRow, nowMs: number): string {
  return duration(Math.max(0, nowMs - row.startedAtMs))
}
