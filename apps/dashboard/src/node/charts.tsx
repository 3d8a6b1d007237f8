'use client'
/** Message rates and what explains them, over five minutes to an hour, as far as it is held; `v` shows a table. */
import type { NodeRow, SeriesView } from '@orrery/live/views'
import { useSearchParams } from 'next/navigation'
import { isBacklog } from '../cluster/cluster-model.ts'
import { useKeys } from '../frame/keys.ts'
import { clockSeconds } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView, type View } from '../live/use-view.ts'
import { ErrorState, SmallLamp } from '../ui/states.tsx'
import { Segments } from '../ui/tabs.tsx'
import { heldRanges, RANGES, type RangeId } from './chart-model.ts'
import { METRICS, type MetricWords, scaled, tableRows } from './node-model.ts'
import { type ChartLimit, TimeChart } from './time-chart.tsx'

const HEIGHT = 172

export function Charts({ row, metrics = METRICS }: { row: NodeRow; metrics?: MetricWords[] }) {
  const query = useSearchParams()
  const isTable = query.get('view') === 'table'
  const asked = RANGES.find((range) => range.id === query.get('range')) ?? RANGES[0]
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(window.location.search)
    if (value === null) next.delete(name)
    else next.set(name, value)
    window.history.replaceState(null, '', `?${next}`)
  }
  const params = (metric: MetricWords['metric']) => ({
    metric,
    node: row.node,
    key: null,
    windowS: asked.windowS,
  })
  const views: View<SeriesView>[] = [
    useView('series', params('messages')),
    useView('series', params('mailbox')),
    useView('series', params('utilisation')),
    useView('series', params('memory')),
    useView('series', params('processes')),
  ]
  const byMetric = new Map(METRICS.map((words, i) => [words.metric, views[i]]))
  const { data: timeline } = useView('timeline', { node: row.node })
  const first = views[0]?.data ?? null
  const isOld = views[0]?.status === 'stale' || views[0]?.status === 'disconnected'
  useNow(isOld || row.status !== 'live' ? 1_000 : null)
  const ranges = heldRanges(first?.heldFromMs ?? null, hubNow())
  const offered = ranges.some((range) => range.id === asked.id) ? ranges : [...ranges, asked]
  useKeys('Node', [
    { keys: 'v', label: 'Charts as a table, and back', run: () => set('view', isTable ? null : 'table') },
  ])
  return (
    <div className="ch">
      <div className="row" style={{ padding: '0 14px', gap: 10, height: 36, flex: 'none' }}>
        <Segments<RangeId>
          label="Range"
          choices={offered.map(({ id, label }) => ({ id, label }))}
          value={asked.id}
          onChange={(id) => set('range', id === '5' ? null : id)}
        />
        <span className="sp" />
        <Segments
          label="Show as"
          choices={[
            { id: 'charts', label: 'Charts' },
            { id: 'table', label: 'Table' },
          ]}
          value={isTable ? 'table' : 'charts'}
          onChange={(id) => set('view', id === 'table' ? 'table' : null)}
        />
      </div>
      {isTable ? (
        <ChartTable metrics={metrics} views={metrics.map((words) => byMetric.get(words.metric) ?? null)} />
      ) : (
        metrics.map((words) => {
          const view = byMetric.get(words.metric)
          if (!view) return null
          const series = scaled(view.data, words.scale)
          const edgeMs = series
            ? series.fromMs + ((Object.values(series.lines)[0]?.length ?? 1) - 1) * series.stepMs
            : hubNow()
          const isAbsent = isOld || row.status !== 'live'
          return (
            <section key={words.metric} aria-label={words.title}>
              <div className="h3">
                <b>{words.title}</b>
                <span className="lbl">{words.note}</span>
                <span className="sp" />
                {view.status === 'live' || view.status === 'loading' ? null : (
                  <SmallLamp status={view.status} ageMs={view.ageMs} />
                )}
              </div>
              {view.error ? (
                <ErrorState title={`${words.title} could not be read.`}>{view.error.message}</ErrorState>
              ) : (
                <TimeChart
                  label={words.title}
                  series={series}
                  windowS={asked.windowS}
                  endMs={isAbsent ? Math.max(edgeMs, hubNow()) : edgeMs}
                  {...lookOf(words, row)}
                  least={words.least}
                  text={words.text}
                  marks={
                    words.metric === 'messages'
                      ? (timeline?.marks ?? []).filter((mark) => mark.kind === 'crash')
                      : []
                  }
                  absence={
                    row.status === 'gone' || row.status === 'stopped' || view.status === 'disconnected'
                      ? 'gone'
                      : isAbsent
                        ? 'stale'
                        : null
                  }
                  height={HEIGHT}
                />
              )}
            </section>
          )
        })
      )}
    </div>
  )
}

function lookOf(
  words: MetricWords,
  row: NodeRow,
): { tone: 'signal' | 'ink' | 'ink-2' | 'backlog-mark'; fill: number; limits?: ChartLimit[] } {
  switch (words.metric) {
    case 'messages':
      return { tone: 'signal', fill: 0.13 }
    case 'mailbox':
      return isBacklog(row) ? { tone: 'backlog-mark', fill: 0.2 } : { tone: 'ink-2', fill: 0.14 }
    case 'utilisation':
      return row.utilisation > 0.9 ? { tone: 'backlog-mark', fill: 0.2 } : { tone: 'signal', fill: 0.3 }
    case 'memory':
      return {
        tone: 'ink-2',
        fill: 0.2,
        limits: [
          { value: (row.heapLimitBytes * 0.85) / 1e6, label: '85 % warns', isDashed: true },
          { value: row.heapLimitBytes / 1e6, label: 'limit', isDashed: false },
        ],
      }
    case 'processes':
      return { tone: 'ink', fill: 0.06 }
  }
}

function ChartTable({ metrics, views }: { metrics: MetricWords[]; views: (View<SeriesView> | null)[] }) {
  const all = views.map((view, i) => scaled(view?.data ?? null, metrics[i]?.scale ?? 1))
  return (
    <div className="scroll" style={{ overflow: 'auto', minHeight: 0, flex: 1 }}>
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {metrics.map((words) => (
              <th key={words.metric} scope="col" className="r">
                {words.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tableRows(all).map((line) => (
            <tr key={line.atMs}>
              <th scope="row" className="m">
                {clockSeconds(line.atMs)}
              </th>
              {line.values.map((value, i) => (
                <td key={metrics[i]?.metric} className="m r">
                  {value === null ? <span className="i3">no data</span> : metrics[i]?.text(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
