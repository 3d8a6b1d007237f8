/** What the node screen says: pure. */
import type { Incarnation, NodeRow, NodeView, Offender, Spark, TimelineView } from '@orrery/live/views'
import { count, duration, plural, rate } from '../live/format.ts'
import type { GlyphName } from '../ui/glyphs.tsx'
import { stacked } from './chart-model.ts'

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

/** The instant of the newest point. */
export function lastMs(view: NodeView): number {
  return view.fromMs + Math.max(0, view.lines.processes.length - 1) * 1_000
}

/** The lines' part that a chart shows. */
export function windowOf(view: NodeView, startMs: number): NodeView['lines'] & Record<string, Spark> {
  const from = Math.max(0, Math.ceil((startMs - view.fromMs) / 1_000))
  return Object.fromEntries(
    Object.entries(view.lines).map(([name, line]) => [name, line.slice(from)]),
  ) as NodeView['lines'] & Record<string, Spark>
}

/** Shares of the loop's time in %, from the bottom up; without vitals the whole is one layer. */
export function loopLayers(view: NodeView | null): {
  layers: { name: string; line: Spark }[]
  sums: Spark[]
} {
  if (!view) return { layers: [], sums: [] }
  const { utilisation, gc, agent } = view.lines
  if (view.totals === null) {
    const line = utilisation.map(percent)
    return { layers: [{ name: 'used', line }], sums: [line] }
  }
  const work = utilisation.map((used, i) =>
    used === null ? null : Math.max(0, used - (gc[i] ?? 0) - (agent[i] ?? 0)),
  )
  const layers = [
    { name: 'work', line: work.map(percent) },
    { name: 'GC', line: gc.map(percent) },
    { name: 'agent', line: agent.map(percent) },
  ]
  return { layers, sums: stacked(layers.map(({ line }) => line)).map(atMost100) }
}

function percent(share: number | null): number | null {
  return share === null ? null : share * 100
}

function atMost100(line: Spark): Spark {
  return line.map((value) => (value === null ? null : Math.min(100, value)))
}

/** Steps in which a strategy started several processes anew, by their beginning, with how many. */
export function groupRestarts(marks: TimelineView['marks'], everyS: number): Map<number, number> {
  const sums = new Map<number, number>()
  for (const mark of marks) {
    if (mark.kind !== 'restart') continue
    const step = Math.floor(mark.atMs / (everyS * 1_000)) * everyS * 1_000
    sums.set(step, (sums.get(step) ?? 0) + 1 + mark.more)
  }
  return new Map([...sums].filter(([, sum]) => sum > 1))
}

/**
 * Whether a bar shows a group restart. Counts come with the sample after it, so that they may stand one second later than
 * the restart itself; a bar that holds less than half of the group is not the one.
 */
export function isGroupBar(
  groups: Map<number, number>,
  bar: { atMs: number; starts: number; exits: number },
  everyS: number,
): boolean {
  const stepMs = everyS * 1_000
  const before = Math.floor((bar.atMs - 1_000) / stepMs) * stepMs
  const size = Math.max(groups.get(bar.atMs) ?? 0, groups.get(before) ?? 0)
  return size > 0 && Math.max(bar.starts, bar.exits) >= size / 2
}

const CROSS_PX = 10

/** Crashes as crosses, one for those that would lie on each other. */
export function crashMarks(
  marks: TimelineView['marks'],
  startMs: number,
  endMs: number,
  x: (atMs: number) => number,
): { id: string; x: number; text: string }[] {
  const crosses: { id: string; x: number; text: string; more: number }[] = []
  const own = marks.filter(({ kind, atMs }) => kind === 'crash' && atMs >= startMs && atMs <= endMs)
  for (const mark of own.sort((a, b) => a.atMs - b.atMs)) {
    const last = crosses.at(-1)
    if (last && x(mark.atMs) - last.x < CROSS_PX) last.more += 1 + mark.more
    else crosses.push({ id: mark.id, x: x(mark.atMs), text: `${mark.name}: ${mark.text}`, more: mark.more })
  }
  return crosses.map(({ more, text, ...cross }) => ({
    ...cross,
    text: more > 0 ? `${text}, and ${more} more` : text,
  }))
}

/** Characters of the label's type are about this wide. */
const CHAR_PX = 5.8

/**
 * The words for the largest group restart in view, and where they end: left of its cross, or of the crosses that would
 * lie under them. `null` where nothing restarted in a group, or where there is no room.
 */
export function groupLabel(
  groups: Map<number, number>,
  marks: TimelineView['marks'],
  crosses: { x: number }[],
  everyS: number,
  plot: { left: number; x: (atMs: number) => number },
): { x: number; text: string } | null {
  const [largest] = [...groups].filter(([step]) => plot.x(step) > plot.left).sort((a, b) => b[1] - a[1])
  if (!largest) return null
  const [step, sum] = largest
  const untilMs = step + everyS * 1_000
  const before = marks.filter(({ kind, atMs }) => kind === 'crash' && atMs < untilMs)
  const first = before.reduce<(typeof before)[number] | null>(
    (held, mark) => (held === null || mark.atMs > held.atMs ? mark : held),
    null,
  )
  if (!first) return null
  const text = `${first.name}, ${count(sum)} restarted`
  let x = plot.x(first.atMs)
  for (const cross of [...crosses].sort((a, b) => b.x - a.x))
    if (cross.x < x && x - cross.x < text.length * CHAR_PX + CROSS_PX) x = cross.x
  return x - text.length * CHAR_PX - CROSS_PX < plot.left ? null : { x: x - CROSS_PX, text }
}

const SHARE = (value: number) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`

/** Every figure of the charts by second, newest first. */
export function tableOf(
  view: NodeView | null,
  startMs: number,
): { columns: string[]; rows: { atMs: number; values: (string | null)[] }[] } {
  if (!view) return { columns: [], rows: [] }
  const { lines, spaces } = view
  const columns: [name: string, line: Spark, text: (value: number) => string][] = [
    ['Loop', lines.utilisation, SHARE],
    ['GC', lines.gc, SHARE],
    ['Agent', lines.agent, SHARE],
    ['p50', lines.delayP50Ms, duration],
    ['p99', lines.delayP99Ms, duration],
    ['Max', lines.delayMaxMs, duration],
    ...spaces
      .map(({ name, line }) => [name, line, (bytes: number) => (bytes / 1e6).toFixed(1)] as const)
      .map(([name, line, text]): [string, Spark, (value: number) => string] => [name, line, text]),
    ['Pause', lines.gcMajorMs.map((ms, i) => longer(ms, lines.gcMinorMs[i] ?? null)), duration],
    ['Alive', lines.processes, count],
    ['Starts', lines.starts, count],
    ['Exits', lines.exits, count],
    ['Messages/s', lines.messages, rate],
    ['Mailbox', lines.mailbox, count],
  ]
  const rows = lines.processes.map((_, i) => ({
    atMs: view.fromMs + i * 1_000,
    values: columns.map(([, line, text]) => {
      const value = line[i] ?? null
      return value === null ? null : text(value)
    }),
  }))
  return {
    columns: columns.map(([name]) => name),
    rows: rows.filter(({ atMs }) => atMs >= startMs).reverse(),
  }
}

function longer(a: number | null, b: number | null): number | null {
  return a === null ? b : Math.max(a, b ?? 0)
}

/** Five seconds a point, the largest of each: for a line as wide as a tile. */
export function coarse(line: Spark, every = 5): Spark {
  const points: Spark = []
  for (let end = line.length; end > 0; end -= every) {
    const known = line.slice(Math.max(0, end - every), end).filter((value) => value !== null)
    points.unshift(known.length === 0 ? null : Math.max(...known))
  }
  return points
}

/** A life as a line of the list: what became of it, and its mark. */
export function lifeWords(life: Incarnation): { glyph: GlyphName; text: string } {
  if (life.end === null) {
    return { glyph: 'busy', text: life.release === null ? 'running' : `running, release ${life.release}` }
  }
  if (life.end === 'stopped') {
    const why = life.text === '' || life.text === 'stopped' ? '' : `: ${life.text}`
    return { glyph: 'restarting', text: `stopped${why}` }
  }
  return { glyph: 'crashed', text: life.text === '' ? life.end : life.text }
}

/** Lives as blocks over the time they span, 0 to 1; what is shorter than `least` is that long. */
export function lifeBlocks(
  lives: Incarnation[],
  nowMs: number,
  least = 0.045,
): { life: Incarnation; from: number; to: number }[] {
  const oldest = [...lives].reverse()
  const spans = oldest.map((life, i) => {
    const untilMs = life.endedAtMs ?? oldest[i + 1]?.startedAtMs ?? nowMs
    return Math.max(0, untilMs - life.startedAtMs)
  })
  const all = spans.reduce((sum, span) => sum + span, 0) || 1
  const shares = spans.map((span) => Math.max(least, span / all))
  const whole = shares.reduce((sum, share) => sum + share, 0)
  let at = 0
  return oldest.map((life, i) => {
    const from = at
    at += (shares[i] ?? 0) / whole
    return { life, from, to: at }
  })
}

/** A node that is not there any more has lived until it was heard last. */
export function uptime(row: NodeRow, nowMs: number): string {
  const isOver = row.status === 'gone' || row.status === 'stopped'
  return duration(Math.max(0, (isOver ? row.lastHeardAtMs : nowMs) - row.startedAtMs))
}

/** A line as it stands on an axis that goes on: what was not heard since is a gap. */
export function untilNow(line: Spark, view: NodeView, nowMs: number): Spark {
  const behind = Math.floor((nowMs - lastMs(view)) / 1_000)
  return behind < 5 ? line : [...line, ...Array<null>(Math.min(line.length, behind)).fill(null)].slice(-300)
}
