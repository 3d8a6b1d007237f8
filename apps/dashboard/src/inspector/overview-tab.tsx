'use client'
/** Why it exited, how often it may, how busy it is, what it is, what it did last. */
import type { ProcessView } from '@orrery/live/views'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { crashPath } from '../frame/addresses.ts'
import { FaultLink } from '../frame/fault-links.tsx'
import { bytes, clock, compact, count, dateClock, plural, rate } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { lastOf } from '../ui/spark-paths.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import { brief } from './brief.ts'
import { IntensityGauge } from './intensity-gauge.tsx'
import { LeaseLines } from './leases.tsx'
import { Asked, ProcessLink, type TabProps } from './parts.tsx'
import { useTrack } from './use-track.ts'

export function OverviewTab(props: TabProps) {
  const { process, view, onSelect } = props
  const { row, supervisor } = process
  return (
    <>
      <ExitReason process={process} />
      <LeaseLines {...props} />
      {row?.intensity ? (
        <IntensityGauge
          supervisor={row}
          allowed={row.intensity.allowed}
          periodMs={row.intensity.periodMs}
          marks={row.intensity.marks}
          onSelect={onSelect}
        />
      ) : supervisor ? (
        <IntensityGauge
          supervisor={supervisor}
          allowed={supervisor.intensity}
          periodMs={supervisor.periodMs}
          marks={supervisor.marks}
          onSelect={onSelect}
        />
      ) : null}
      <Tiles process={process} />
      <FactsOf process={process} view={view} onSelect={onSelect} />
      <LastHandled process={process} />
    </>
  )
}

function ExitReason({ process }: { process: ProcessView }) {
  const { row, crashes } = process
  const latest = crashes[0]
  const exit = row?.exit ?? null
  if (!exit && !latest) return null
  const atMs = exit?.atMs ?? latest?.atMs ?? 0
  const tag = exit?.tag ?? latest?.tag ?? ''
  const text = exit?.text ?? latest?.text ?? ''
  const crashId = exit?.crashId ?? latest?.id ?? null
  const rest = text.startsWith(tag) ? text.slice(tag.length).replace(/^[:\s]+/, '') : text
  return (
    <section className="sec insp-exit" aria-label="Exit reason">
      <div className="row" style={{ gap: 7 }}>
        <Glyph name="crashed" size={11} />
        <b className="c-crashed">{exit ? 'Exit reason' : 'Last exit'}</b>
        <span className="sp" />
        <ExitTime atMs={atMs} />
      </div>
      <div className="mono insp-exit-text">
        {visible(tag)} <span className="i2">{visible(rest)}</span>
      </div>
      <div className="row" style={{ fontSize: 12 }}>
        {row?.fault ? (
          <span className="i2 row" style={{ gap: 5 }}>
            <Glyph name="fault" size={11} />
            under fault{' '}
            <span className="m c-fault">
              <FaultLink id={row.fault} />
            </span>
          </span>
        ) : (
          <span className="i2">{outcomeWords(process)}</span>
        )}
        <span className="sp" />
        {crashId ? (
          <Link className="u" href={crashPath(crashId)}>
            Crash report
          </Link>
        ) : null}
      </div>
    </section>
  )
}

function ExitTime({ atMs }: { atMs: number }) {
  const nowMs = useHubNow(60_000)
  return <span className="m i2">{nowMs - atMs > 43_200_000 ? dateClock(atMs) : clock(atMs)}</span>
}

function outcomeWords(process: ProcessView): string {
  const exit = process.row?.exit
  if (exit?.action === 'leave') return 'not restarted'
  if (exit?.action === 'give_up') return 'given up, the supervisor exits'
  if (exit && exit.stopped > 0) return `${plural(exit.stopped, 'sibling')} stopped`
  const { crashes } = process
  return crashes.length > 1 ? `${crashes.length} exits kept` : ''
}

function Tiles({ process }: { process: ProcessView }) {
  const { series, inspection, row } = process
  const sizes = useTrack(inspection?.stateSizeBytes ?? null, process.inspectionAtMs)
  const size = inspection?.stateSizeBytes ?? null
  const shown = size === null ? null : bytes(size)
  const mailbox = row?.mailboxLength ?? lastOf(series.mailbox) ?? 0
  return (
    <div className="vt">
      <Tile name="Handled" value={rate(lastOf(series.handled) ?? 0)} unit="/s">
        <Sparkline values={series.handled} width={136} height={22} slots={60} />
      </Tile>
      <Tile name="Mailbox" value={compact(mailbox)} unit="" isAbnormal={mailbox > 1_000}>
        <Sparkline values={series.mailbox} width={136} height={22} slots={60} />
      </Tile>
      <Tile name="Received" value={rate(lastOf(series.received) ?? 0)} unit="/s">
        <Sparkline values={series.received} width={136} height={22} slots={60} />
      </Tile>
      {shown ? (
        <Tile name="State size" value={shown.value} unit={` ${shown.unit}`}>
          <Sparkline values={sizes} width={136} height={22} slots={60} />
        </Tile>
      ) : (
        <Tile name="Restarts" value={count(row?.restarts ?? 0)} unit="">
          <span style={{ display: 'block', height: 22 }} />
        </Tile>
      )}
    </div>
  )
}

function Tile({
  name,
  value,
  unit,
  isAbnormal = false,
  children,
}: {
  name: string
  value: string
  unit: string
  isAbnormal?: boolean
  children: ReactNode
}) {
  return (
    <div>
      <div className="lbl">{name}</div>
      <div className={`v ${isAbnormal ? 'c-backlog' : ''}`}>
        {value}
        {unit ? <small>{unit}</small> : null}
      </div>
      <div style={{ marginTop: 3 }}>{children}</div>
    </div>
  )
}

const SHOWN_PEERS = 3

function FactsOf({ process, view, onSelect }: Omit<TabProps, 'node'>) {
  const { row, childSpec, inspection } = process
  const peers = (list: { pid: string; key: string; name: string | null }[]) => (
    <span className="insp-peers">
      {list.slice(0, SHOWN_PEERS).map((peer) => (
        <ProcessLink key={`${peer.key} ${peer.pid}`} peer={peer} view={view} onSelect={onSelect} isShort />
      ))}
      {list.length > SHOWN_PEERS ? (
        <span className="i3">and {count(list.length - SHOWN_PEERS)} more</span>
      ) : null}
    </span>
  )
  const links = inspection?.links ?? []
  return (
    <dl className="sec insp-facts">
      <dt className="lbl">Behaviour</dt>
      <dd className="el">
        {visible(row?.behaviour ?? '–')}{' '}
        <span className="m i3">{visible(inspection?.initialCall ?? row?.module ?? '')}</span>
      </dd>
      {inspection?.version ? (
        <>
          <dt className="lbl">Version</dt>
          <dd className="m">{visible(inspection.version)}</dd>
        </>
      ) : null}
      {inspection?.isolation ? (
        <>
          <dt className="lbl">Isolation</dt>
          <dd>{visible(inspection.isolation.replaceAll('_', ' '))}</dd>
        </>
      ) : null}
      {childSpec ? (
        <>
          <dt className="lbl">Child spec</dt>
          <dd className="m">
            {childSpec.restart} <span className="i3">·</span> {shutdownWords(childSpec.shutdown)}
          </dd>
        </>
      ) : null}
      {row ? (
        <>
          <dt className="lbl">Started</dt>
          <dd className="m">
            {row.status === 'waiting' ? (
              <span className="i3">waits for its start</span>
            ) : (
              <Started atMs={row.startedAtMs} />
            )}
          </dd>
        </>
      ) : null}
      {links.length > 0 ? (
        <>
          <dt className="lbl">Links</dt>
          <dd>{peers(links)}</dd>
        </>
      ) : null}
      {inspection && inspection.monitors.length > 0 ? (
        <>
          <dt className="lbl">Monitors</dt>
          <dd>{peers(inspection.monitors)}</dd>
        </>
      ) : null}
      {inspection && inspection.monitoredBy.length > 0 ? (
        <>
          <dt className="lbl">Monitored by</dt>
          <dd>{peers(inspection.monitoredBy)}</dd>
        </>
      ) : null}
      {inspection?.trapsExit ? (
        <>
          <dt className="lbl">Exit signals</dt>
          <dd>trapped</dd>
        </>
      ) : null}
    </dl>
  )
}

function Started({ atMs }: { atMs: number }) {
  const nowMs = useHubNow(60_000)
  return <>{nowMs - atMs > 43_200_000 ? dateClock(atMs) : clock(atMs)}</>
}

export function shutdownWords(shutdown: number | string): string {
  return typeof shutdown === 'number' ? `shutdown ${count(shutdown)} ms` : `shutdown ${shutdown}`
}

const LAST = 4

function LastHandled({ process }: { process: ProcessView }) {
  const { inspection } = process
  if (!inspection) {
    return (
      <div className="sec insp-last">
        <Asked process={process} />
      </div>
    )
  }
  const entries = inspection.messages.entries.slice(-LAST)
  return (
    <section className="sec insp-last" aria-label="Last handled">
      <div className="row" style={{ marginBottom: 5 }}>
        <span className="lbl">Last handled by {visible(inspection.pid)}</span>
        <span className="sp" />
        {entries.length > 0 ? (
          <>
            <span className="lbl">wait</span>
            <span className="lbl insp-took">took</span>
          </>
        ) : null}
      </div>
      {entries.length === 0 ? <span className="i3">Nothing yet.</span> : null}
      {entries.map((entry) => (
        <div key={entry.seq} className={`row m insp-handled ${entry.isFatal ? 'c-crashed' : ''}`}>
          {entry.isFatal ? <Glyph name="crashed" size={10} /> : <span style={{ width: 10 }} />}
          <span className="nw">{visible(entry.type)}</span>
          <span className={`el ${entry.isFatal ? '' : 'i3'}`}>{brief(entry.value, entry.type)}</span>
          <span className="sp" />
          <span className={entry.isFatal ? '' : 'i2'}>{milliseconds(entry.waitMs)}</span>
          <span className={`insp-took ${entry.isFatal ? '' : 'i2'}`}>
            {entry.isFatal ? 'exit' : milliseconds(entry.tookMs)}
          </span>
        </div>
      ))}
    </section>
  )
}

/** Sampled times: what was not sampled is a dash. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return '–'
  return ms < 10 ? ms.toFixed(2) : ms < 1_000 ? ms.toFixed(0) : `${(ms / 1_000).toFixed(1)} s`
}
