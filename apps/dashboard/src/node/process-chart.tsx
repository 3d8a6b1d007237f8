'use client'
/** Processes alive, and the starts and exits that moved them: starts go up, exits down; only a group restart takes colour. */
import type { NodeView, TimelineView } from '@orrery/live/views'
import { clock, count } from '../live/format.ts'
import { GlyphMark } from '../ui/glyphs.tsx'
import { BandMark, ChartFrame, type Plot, type Span } from './chart-frame.tsx'
import { axisAround, bandPaths, lastKnown, steps, valueAt } from './chart-model.ts'
import { crashMarks, groupLabel, groupRestarts, isGroupBar } from './node-model.ts'

/** Below the axis: the bars, and the room between. */
const BARS = 54
const BAR = 26

export function ProcessChart({
  view,
  span,
  marks,
  everyS,
}: {
  view: NodeView | null
  span: Span
  marks: TimelineView['marks']
  /** Seconds a bar stands for. */
  everyS: number
}) {
  const line = view?.lines.processes ?? []
  const inWindow = line.filter((_, i) => (view?.fromMs ?? 0) + i * 1_000 >= span.startMs)
  const axis = axisAround(inWindow, 10)
  const alive = lastKnown(line)
  const fromMs = view?.fromMs ?? 0
  const tip = (atMs: number) => {
    const loop = valueAt(view?.lines.utilisation ?? [], fromMs, atMs)
    const old = valueAt(view?.spaces[0]?.line ?? [], fromMs, atMs)
    const value = valueAt(line, fromMs, atMs)
    return (
      <>
        <div className="i3">{clock(atMs).slice(0, 8)}</div>
        <div>
          alive <b>{value === null ? 'no data' : count(value)}</b>
        </div>
        <div>
          loop <b>{loop === null ? 'no data' : `${Math.round(loop * 100)} %`}</b>{' '}
          <span className="i3">·</span> {view?.spaces[0]?.name ?? 'memory'}{' '}
          <b>{old === null ? 'no data' : `${count(old / 1e6)} MB`}</b>
        </div>
      </>
    )
  }
  return (
    <ChartFrame
      label={alive === null ? 'Processes: no data' : `Processes: ${count(alive)} alive`}
      span={span}
      axis={axis}
      floorOf={(floor) => floor - BARS - 8}
      height="rest"
      tip={tip}
      labels={(y, plot) => {
        const by = plot.floor - BARS / 2
        if (alive === null) return []
        return [
          { text: `alive ${count(alive)}`, y: y(alive), tone: 'ink' },
          { text: 'starts', y: by - 9, tone: 'restarting' },
          { text: 'exits', y: by + 11, tone: 'crashed' },
        ]
      }}
    >
      {(y, plot) => {
        const x = (index: number) => plot.x(fromMs + index * 1_000)
        const ground = plot.floor - BARS - 8
        const crosses = crashMarks(marks, span.startMs, span.endMs, plot.x)
        const groups = groupRestarts(marks, everyS)
        const group = groupLabel(groups, marks, crosses, everyS, plot)
        return (
          <>
            <BandMark
              band={bandPaths(line, null, x, y, ground)}
              tone="ink-3"
              opacity={0.12}
              edge={{ tone: 'ink', width: 1.3 }}
            />
            <Bars view={view} plot={plot} groups={groups} everyS={everyS} />
            {crosses.map((cross) => (
              <g key={cross.id}>
                <title>{cross.text}</title>
                <GlyphMark name="crashed" x={cross.x} y={ground - 9} scale={0.8} />
              </g>
            ))}
            {group ? (
              <text
                className="axl"
                x={group.x}
                y={ground - 5}
                textAnchor="end"
                style={{ fill: 'var(--color-crashed)' }}
              >
                {group.text}
              </text>
            ) : null}
          </>
        )
      }}
    </ChartFrame>
  )
}

function Bars({
  view,
  plot,
  groups,
  everyS,
}: {
  view: NodeView | null
  plot: Plot
  groups: Map<number, number>
  everyS: number
}) {
  if (!view) return null
  const by = plot.floor - BARS / 2
  const starts = steps(view.lines.starts, view.fromMs, everyS)
  const exits = steps(view.lines.exits, view.fromMs, everyS)
  const most = Math.max(12, ...starts.map(({ sum }) => sum ?? 0), ...exits.map(({ sum }) => sum ?? 0))
  const width = Math.max(1, plot.x(everyS * 1_000) - plot.x(0) - 1.2)
  const tall = (sum: number) => Math.max(1, (sum / most) * BAR)
  return (
    <>
      <path d={`M${plot.left} ${by + 0.5}H${plot.right}`} stroke="var(--color-line-2)" />
      {starts.map(({ atMs, sum }, i) => {
        const down = exits[i]?.sum ?? 0
        const isGroup = isGroupBar(groups, { atMs, starts: sum ?? 0, exits: down }, everyS)
        return (
          <g key={atMs}>
            {sum ? (
              <rect
                x={plot.x(atMs)}
                y={by - tall(sum)}
                width={width}
                height={tall(sum)}
                fill={`var(--color-${isGroup ? 'restarting' : 'running'})`}
              />
            ) : null}
            {down ? (
              <rect
                x={plot.x(atMs)}
                y={by + 1}
                width={width}
                height={tall(down)}
                fill={`var(--color-${isGroup ? 'crashed' : 'line-3'})`}
              />
            ) : null}
          </g>
        )
      })}
    </>
  )
}
