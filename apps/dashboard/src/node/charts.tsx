'use client'
/** The node's time: event loop, memory, processes, on one axis with one crosshair; `v` shows a table. */
import type { NodeRow, NodeView, Spark } from '@orrery/live/views'
import { useSearchParams } from 'next/navigation'
import { FaultLinks } from '../frame/fault-links.tsx'
import { useKeys } from '../frame/keys.ts'
import { count, duration, rate } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView, type View } from '../live/use-view.ts'
import { ErrorState, SmallLamp } from '../ui/states.tsx'
import { Segments } from '../ui/tabs.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import type { Span } from './chart-frame.tsx'
import { largest, lastKnown, median, total, WINDOWS, type WindowId } from './chart-model.ts'
import { ChartTable } from './chart-table.tsx'
import { LoopChart } from './loop-chart.tsx'
import { MemoryChart } from './memory-chart.tsx'
import { lastMs, windowOf } from './node-model.ts'
import { ProcessChart } from './process-chart.tsx'

const LOOP_PX = 154
const MEMORY_PX = 190

export function Charts({ row, view }: { row: NodeRow; view: View<NodeView> }) {
  const query = useSearchParams()
  const isTable = query.get('view') === 'table'
  const asked = WINDOWS.find((each) => each.id === query.get('window')) ?? WINDOWS[1]
  const { data: timeline } = useView('timeline', { node: row.node })
  const isPhone = useIsPhone()
  const isOld = view.status === 'stale' || view.status === 'disconnected'
  const isAbsent = isOld || row.status !== 'live'
  useNow(isAbsent ? 1_000 : null)
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(window.location.search)
    if (value === null) next.delete(name)
    else next.set(name, value)
    window.history.replaceState(null, '', `?${next}`)
  }
  useKeys('Node', [
    { keys: 'v', label: 'Charts as a table, and back', run: () => set('view', isTable ? null : 'table') },
  ])
  const { data } = view
  const knownMs = data ? lastMs(data) : hubNow()
  const endMs = isAbsent ? Math.max(knownMs, hubNow()) : knownMs
  const isGone = row.status === 'gone' || row.status === 'stopped' || view.status === 'disconnected'
  const span: Span = {
    startMs: endMs - asked.windowS * 1_000,
    endMs,
    knownMs,
    absence: isGone ? 'gone' : isAbsent ? 'stale' : null,
    faults: timeline?.faults ?? [],
  }
  const seen = data ? windowOf(data, span.startMs) : null
  return (
    <div className="ch">
      <div className="ch-bar">
        <Segments<WindowId>
          label="Window"
          choices={WINDOWS.map(({ id, label }) => ({ id, label }))}
          value={asked.id}
          onChange={(id) => set('window', id === '5' ? null : id)}
        />
        <Segments
          label="Show as"
          choices={[
            { id: 'charts', label: 'Charts' },
            { id: 'table', label: 'Table' },
          ]}
          value={isTable ? 'table' : 'charts'}
          onChange={(id) => set('view', id === 'table' ? 'table' : null)}
        />
        <span className="sp" />
        {isOld ? <SmallLamp status={view.status} ageMs={view.ageMs} /> : null}
        <FaultLinks faults={span.faults} />
      </div>
      {view.error ? (
        <ErrorState title="The node’s figures could not be read.">{view.error.message}</ErrorState>
      ) : isTable ? (
        <ChartTable view={data} startMs={span.startMs} />
      ) : (
        <>
          <section aria-label="Event loop">
            <LoopHead seen={seen} hasVitals={data === null || data.totals !== null} />
            <LoopChart view={data} span={span} height={LOOP_PX} />
          </section>
          {isPhone ? null : (
            <>
              <section aria-label="Memory">
                <MemoryHead
                  seen={seen}
                  p99Ms={data?.totals?.gcP99Ms ?? null}
                  limitBytes={row.heapLimitBytes}
                />
                {data && data.totals !== null && data.spaces.length === 0 ? (
                  <p className="lost-part">
                    Heap spaces could not be read. In all {count(row.heapUsedBytes / 1e6)} MB of heap are in
                    use.
                  </p>
                ) : (
                  <MemoryChart view={data} span={span} limitBytes={row.heapLimitBytes} height={MEMORY_PX} />
                )}
              </section>
              <section aria-label="Processes" className="last">
                <ProcessHead view={data} everyS={asked.windowS / 100 < 1 ? 1 : 3} />
                <ProcessChart
                  view={data}
                  span={span}
                  marks={timeline?.marks ?? []}
                  everyS={asked.windowS / 100 < 1 ? 1 : 3}
                />
              </section>
            </>
          )}
        </>
      )}
    </div>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <span className="m i2">
      {name} <span className="ink">{value}</span>
    </span>
  )
}

function LoopHead({ seen, hasVitals }: { seen: Record<string, Spark> | null; hasVitals: boolean }) {
  const ms = (value: number | null) => (value === null ? 'no data' : duration(value))
  return (
    <div className="h3">
      <b>Event loop</b>
      <span className="lbl el">
        {hasVitals
          ? 'share of time in %, stacked'
          : 'share of time in %; the agent tells no more than the whole'}
      </span>
      <span className="sp" />
      {seen && hasVitals ? <Figure name="delay p50" value={ms(median(seen.delayP50Ms ?? []))} /> : null}
      {seen ? <Figure name="p99" value={ms(lastKnown(seen.delayP99Ms ?? []))} /> : null}
      {seen && hasVitals ? <Figure name="max" value={ms(largest(seen.delayMaxMs ?? []))} /> : null}
    </div>
  )
}

function MemoryHead({
  seen,
  p99Ms,
  limitBytes,
}: {
  seen: Record<string, Spark> | null
  p99Ms: number | null
  limitBytes: number
}) {
  const known = (seen?.gcMinors ?? []).filter((value) => value !== null).length
  return (
    <div className="h3">
      <b>Memory</b>
      <span className="lbl el">
        MB by heap space{limitBytes > 0 ? `, limit ${count(limitBytes / 1e6)}` : ''}, GC pauses from below
      </span>
      <span className="sp" />
      {seen && p99Ms !== null ? (
        <>
          <Figure
            name="minor"
            value={known === 0 ? 'no data' : `${rate(total(seen.gcMinors ?? []) / known)}/s`}
          />
          <Figure name="major" value={count(total(seen.gcMajors ?? []))} />
          <Figure name="p99" value={duration(p99Ms)} />
        </>
      ) : null}
    </div>
  )
}

function ProcessHead({ view, everyS }: { view: NodeView | null; everyS: number }) {
  return (
    <div className="h3">
      <b>Processes</b>
      <span className="lbl el">alive, starts and exits per {everyS === 1 ? 'second' : `${everyS} s`}</span>
      <span className="sp" />
      {view?.totals ? (
        <>
          <Figure name="spawned" value={count(view.totals.spawned)} />
          <Figure name="ended" value={count(view.totals.exited)} />
        </>
      ) : null}
    </div>
  )
}
