'use client'
/** What runs now: a card for each experiment, a line for each lease somebody laid by hand. */
import type { ExperimentRow, Lease } from '@orrery/live/views'
import Link from 'next/link'
import { useState } from 'react'
import { experimentPath } from '../frame/addresses.ts'
import { announce } from '../frame/announcer.tsx'
import { compact, count, duration, plural, rate } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { lastOf } from '../ui/spark-paths.ts'
import { ExperimentChart } from './experiment-chart.tsx'
import { captionOf, leftShare, leftWords, statesText, titleOf } from './experiment-model.ts'
import { stopExperiment } from './lab-api.ts'
import { type PictureNow, usePictureNow } from './use-picture-now.ts'

export function Running({
  running,
  leases,
  titles,
  off,
}: {
  running: readonly ExperimentRow[]
  leases: readonly Lease[]
  titles: ReadonlyMap<string, string>
  /** Why nothing can be stopped from here. */
  off: string | null
}) {
  const now = usePictureNow(running.length + leases.length > 0 ? 1_000 : null)
  return (
    <>
      {running.map((row) => (
        <Card key={row.id} row={row} title={titleOf(row, titles)} now={now} off={off} />
      ))}
      {leases.map((lease) => (
        <div key={lease.id} className="sec row fl-lease">
          <Glyph name="fault" size={11} />
          <b>{lease.kind === 'suspend' ? 'Suspended' : 'Crash on next message'}</b>
          <span className="i2 el">
            {visible(lease.name)} on {lease.node}
          </span>
          <span className="sp" />
          <span className="m i2 nw">
            {duration(Math.max(0, Math.ceil((lease.endsAtMs - now.nowMs) / 1_000) * 1_000))} left
          </span>
        </div>
      ))}
      {running.length + leases.length === 0 ? (
        <p className="sec i2 fl-none">Nothing is injected right now.</p>
      ) : null}
    </>
  )
}

function Card({
  row,
  title,
  now,
  off,
}: {
  row: ExperimentRow
  title: string
  now: PictureNow
  off: string | null
}) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  const share = leftShare(row, now.nowMs)
  const stop = async () => {
    setIsSending(true)
    const answer = await stopExperiment(row.id)
    setIsSending(false)
    setFailure(answer.ok ? null : answer.message)
    announce(answer.ok ? `${row.id} is being undone` : `${row.id} was not stopped: ${answer.message}`)
  }
  return (
    <article className="sec fl-card" aria-label={`${row.id}, ${title}`}>
      <div className="row">
        <Glyph name="fault" size={13} />
        <Link href={experimentPath(row.id)} className="fl-open">
          {visible(title)}
        </Link>
        <span className="i2 el" title={visible(`${row.target} ${row.detail}`)}>
          {visible(row.target)}
          {row.detail ? `, ${visible(row.detail)}` : ''}
        </span>
        <span className="sp" />
        <span className="m i3">{row.id}</span>
        <span className="m nw">{leftWords(row, now)}</span>
        <Button
          isSmall
          kind="fault"
          aria-disabled={off !== null || row.status === 'ending'}
          title={off ?? 'Undo it now'}
          aria-busy={isSending}
          aria-label={`Stop ${row.id}`}
          onClick={() => off === null && void stop()}
        >
          Stop
        </Button>
      </div>
      <div className="fl-left">
        {share === null ? (
          <i className="hatch" style={{ width: '100%' }} />
        ) : (
          <i style={{ width: `${(share * 100).toFixed(1)}%`, background: 'var(--color-fault)' }} />
        )}
      </div>
      {failure ? (
        <p className="c-crashed fl-small" role="alert">
          Not stopped: {failure}
        </p>
      ) : null}
      {row.status === 'scheduled' ? (
        <p className="i2 fl-small">Not begun yet. Asked for by {visible(row.by)}.</p>
      ) : (
        <>
          {row.chart ? (
            <>
              <p className="lbl fl-caption">{visible(captionOf(row.chart))}</p>
              <ExperimentChart chart={row.chart} startedAtMs={row.startedAtMs} endedAtMs={row.endedAtMs} />
            </>
          ) : null}
          <Figures row={row} />
          <p className="i3 fl-small fl-states">
            {statesText(row.states)}
            {row.held > 0 ? `, ${plural(row.held, 'message')} held back now` : ''}
            {row.routine ? ', started by a routine' : ''}
          </p>
        </>
      )}
    </article>
  )
}

export function Figures({ row }: { row: ExperimentRow }) {
  const p50 = row.recoveryP50Ms === null ? null : figureOf(row.recoveryP50Ms)
  const { chart, throughputPercent: change } = row
  const mailbox = chart?.metric === 'mailbox' ? lastOf(chart.values) : null
  const handled = chart?.metric === 'handled' ? lastOf(chart.values) : null
  return (
    <dl className="fl-figures">
      <Figure name="Crashes caused" value={count(row.crashes)} tone={row.crashes > 0 ? 'crashed' : null} />
      <Figure name="Recovery p50" value={p50?.value ?? '–'} unit={p50?.unit ?? ''} />
      <Figure name="Messages touched" value={compact(row.touched)} />
      {mailbox !== null ? (
        <Figure
          name={chart ? captionOf(chart) : 'Mailbox'}
          value={count(mailbox)}
          tone={mailbox > 100 ? 'backlog' : null}
        />
      ) : change !== null ? (
        <Figure
          name="Throughput"
          value={`${change > 0 ? '+' : change < 0 ? '−' : ''}${Math.abs(Math.round(change))}`}
          unit="%"
          tone={change <= -5 ? 'backlog' : null}
        />
      ) : (
        <Figure name="Handled" value={handled === null ? '–' : rate(handled)} unit="/s" />
      )}
    </dl>
  )
}

function Figure({
  name,
  value,
  unit = '',
  tone = null,
}: {
  name: string
  value: string
  unit?: string
  tone?: string | null
}) {
  return (
    <div>
      <dt className="lbl el" title={visible(name)}>
        {visible(name)}
      </dt>
      <dd className="fig" style={tone === null ? undefined : { color: `var(--color-${tone})` }}>
        {value}
        {unit === '' || value === '–' ? null : <small>{unit}</small>}
      </dd>
    </div>
  )
}

/** `1.81 s`, `212 ms`, as figure and unit. */
function figureOf(ms: number): { value: string; unit: string } {
  return ms >= 1_000
    ? { value: (ms / 1_000).toFixed(2), unit: 's' }
    : { value: String(Math.round(ms)), unit: 'ms' }
}
