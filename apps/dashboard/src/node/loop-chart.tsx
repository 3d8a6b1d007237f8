'use client'
/** The event loop's time, stacked: work, the collector, the agent; what is left is idle. */
import type { NodeView } from '@orrery/live/views'
import { BandMark, ChartFrame, type Span } from './chart-frame.tsx'
import { bandPaths, lastKnown } from './chart-model.ts'
import { loopLayers } from './node-model.ts'

const LOOKS = [
  { tone: 'signal', opacity: 0.34, edge: { tone: 'signal', width: 1.3 } },
  { tone: 'ink-2', opacity: 0.5, edge: { tone: 'ink-2', width: 0.8 } },
  { tone: 'ink', opacity: 0.5, edge: { tone: 'ink', width: 1.1 } },
] as const
const AXIS = { low: 0, top: 100, ticks: [0, 25, 50, 75, 100] }

export function LoopChart({ view, span, height }: { view: NodeView | null; span: Span; height: number }) {
  const { layers, sums } = loopLayers(view)
  const used = lastKnown(sums.at(-1) ?? [])
  return (
    <ChartFrame
      label={used === null ? 'Event loop: no data' : `Event loop: ${Math.round(used)} % of its time used`}
      span={span}
      axis={AXIS}
      height={height}
      labels={(y) =>
        used === null
          ? []
          : [
              { text: `idle ${Math.round(100 - used)}`, y: y((used + 100) / 2), tone: 'ink-3' as const },
              ...layers.map(({ name, line }, i) => {
                const value = lastKnown(line) ?? 0
                const below = i === 0 ? 0 : (lastKnown(sums[i - 1] ?? []) ?? 0)
                return {
                  text: `${name} ${value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value)}`,
                  y: y(below + value / 2),
                  tone: i === 0 ? ('signal' as const) : ('ink-2' as const),
                }
              }),
            ]
      }
    >
      {(y, plot) =>
        sums.map((sum, i) => {
          const look = LOOKS[i]
          const x = (index: number) => plot.x((view?.fromMs ?? 0) + index * 1_000)
          return look ? (
            <BandMark
              key={layers[i]?.name}
              band={bandPaths(sum, sums[i - 1] ?? null, x, y, plot.floor)}
              {...look}
            />
          ) : null
        })
      }
    </ChartFrame>
  )
}
