'use client'
/** The last minute of one process, and how long its messages waited and took over the last five. */
import type { ProcessView, Spark } from '@orrery/live/views'
import { hubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { logAxis, msText } from '../messages/messages-model.ts'
import { PercentileChart } from '../messages/percentile-chart.tsx'
import { type LineSet, RateChart } from '../messages/rate-chart.tsx'
import { lastOf } from '../ui/spark-paths.ts'

const HEIGHT = 132
const MINUTE_S = 60
const TIMED_S = 300

export function ProcessCharts({
  node,
  process,
  isOld,
}: {
  node: string
  process: ProcessView
  isOld: boolean
}) {
  const key = process.row?.key ?? null
  const { data: timed } = useView(
    'messages',
    key === null ? null : { node, by: 'process', windowS: TIMED_S, pick: `${node} ${key}` },
  )
  const { received, handled, mailbox } = process.series
  const endMs = Math.floor(hubNow() / 1_000) * 1_000
  const faults = process.faults
  const set = (lines: [id: string, name: string, points: Spark][]): LineSet => ({
    stepMs: 1_000,
    fromMs: endMs - Math.max(...lines.map(([, , points]) => points.length)) * 1_000,
    order: lines.map(([id]) => id),
    lines: Object.fromEntries(
      lines.map(([id, name, points]) => [id, { name, perS: lastOf(points) ?? 0, points }]),
    ),
    faults,
  })
  const ofIt = timed !== null && timed.of !== null ? { ...timed, faults } : null
  const axis = logAxis(...(ofIt === null ? [] : [ofIt.wait, ofIt.handling]))
  const minute = { height: HEIGHT, endMs, windowS: MINUTE_S, isOld }
  const timedEndMs = ofIt === null ? endMs : ofIt.fromMs + ofIt.wait.steps.length * ofIt.stepMs
  return (
    <div className="process-charts">
      <section aria-label="Messages per second">
        <Title name="Messages per second" note="60 s" />
        <RateChart
          {...minute}
          picked="handled"
          view={set([
            ['handled', 'handled', handled],
            ['received', 'received', received],
          ])}
        />
      </section>
      <section aria-label="Mailbox length">
        <Title name="Mailbox" note="60 s" />
        <RateChart
          {...minute}
          label="Mailbox length"
          picked={null}
          view={set([['mailbox', 'waiting', mailbox]])}
        />
      </section>
      {(['wait', 'handling'] as const).map((what) => {
        const title = what === 'wait' ? 'Mailbox wait' : 'Handling time'
        const now = ofIt?.[what].now ?? null
        return (
          <section key={what} aria-label={title}>
            <Title name={title} note="ms, 5 min">
              {now === null ? null : (
                <span className="m i2">
                  p50 <span className="c-ink">{msText(now.p50)}</span> p99{' '}
                  <span className="c-ink">{msText(now.p99)}</span>
                </span>
              )}
            </Title>
            <PercentileChart
              title={title}
              view={ofIt}
              values={ofIt?.[what] ?? null}
              axis={axis}
              height={HEIGHT}
              endMs={timedEndMs}
              windowS={TIMED_S}
              isOld={isOld}
            />
          </section>
        )
      })}
    </div>
  )
}

function Title({ name, note, children }: { name: string; note: string; children?: React.ReactNode }) {
  return (
    <div className="h3">
      <b>{name}</b>
      <span className="lbl">{note}</span>
      <span className="sp" />
      {children}
    </div>
  )
}
