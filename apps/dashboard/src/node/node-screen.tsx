'use client'
/** One node: eight figures, what it is, its time, and what watching costs it. */
import type { ClusterView, NodeRow, TimelineView } from '@orrery/live/views'
import { ListTree, OctagonX } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'
import { absenceOf, glyphOf, HEAP_WARNS_AT, headroom, runtimeOf, tonesOf } from '../cluster/cluster-model.ts'
import { crashesPath, crashPath, treePath } from '../frame/addresses.ts'
import { age, bytes, count, dateClock, duration, plural } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Facts, NumberUnit, Tag } from '../ui/parts.tsx'
import { Bar, BucketBars, Sparkline } from '../ui/sparkline.tsx'
import { AfterAWhile, EmptyState, ErrorState, Outline } from '../ui/states.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { useSize } from '../ui/use-size.ts'
import { Charts } from './charts.tsx'
import { METRICS, statement, uptime } from './node-model.ts'

export function NodeScreen({ node }: { node: string }) {
  const { data, error, status } = useView('cluster', {})
  const isPhone = useIsPhone()
  const row = data?.nodes[node]
  if (data === null) {
    if (error) return <ErrorState title="The node cannot be shown.">{error.message}</ErrorState>
    return (
      <AfterAWhile label="Loading the node">
        <div className="node-head">
          <Outline width={16} height={16} isRound />
          <Outline width={180} height={14} />
        </div>
      </AfterAWhile>
    )
  }
  if (!row) {
    return (
      <EmptyState title={`No node named ${node} is known.`}>
        It shows when its agent says hello.{' '}
        <Link className="u" href="/">
          All nodes
        </Link>
      </EmptyState>
    )
  }
  const isOld = status === 'stale' || status === 'disconnected' || row.status !== 'live'
  return (
    <div className={`node ${isOld ? 'node-old' : ''}`}>
      <Head row={row} cluster={data} />
      <Vitals row={row} />
      <div className="node-body">
        <div className="side">
          <RuntimeFacts row={row} />
          <Capabilities row={row} />
        </div>
        <Suspense>
          <Charts row={row} metrics={isPhone ? METRICS.slice(0, 1) : METRICS} />
        </Suspense>
        <div className="side">
          <Cost row={row} />
          <LatestCrashes node={node} />
        </div>
      </div>
    </div>
  )
}

function Head({ row, cluster }: { row: NodeRow; cluster: ClusterView }) {
  useNow(row.status === 'live' ? null : 1_000)
  const absence = absenceOf(row, hubNow())
  return (
    <header className="node-head">
      <Glyph name={glyphOf(row)} size={16} label={row.status === 'live' ? row.worst : row.status} />
      <div className="min-w-0">
        <div className="row">
          <h1 className="el">{row.node}</h1>
          {row.faults > 0 ? <Glyph name="fault" label="under fault" /> : null}
        </div>
        <div className="row i3" style={{ fontSize: 12, gap: 6, marginTop: 2 }}>
          <Tag>{runtimeOf(row).tag}</Tag>
          <span className="i2 el">{absence ?? statement(row, cluster.offenders)}</span>
        </div>
      </div>
      <span className="sp" />
      <Link className="btn" href={treePath(row.node)}>
        <ListTree className="ic" aria-hidden />
        Tree <span className="m i2">{count(row.processes)}</span>
      </Link>
      <Link className="btn" href={crashesPath(`node:${row.node}`)}>
        <OctagonX className="ic" aria-hidden />
        Crashes{' '}
        <span className={`m ${row.crashes5m > 0 ? 'c-crashed' : 'i2'}`}>{count(row.crashes5m)} in 5 min</span>
      </Link>
    </header>
  )
}

function Vitals({ row }: { row: NodeRow }) {
  const [ref, { width }] = useSize<HTMLDListElement>()
  const columns = width > 900 ? 8 : width > 480 ? 4 : 2
  const line = Math.max(40, Math.floor(width / columns) - 29)
  const tones = tonesOf(row)
  const heap = row.heapLimitBytes > 0 ? row.heapUsedBytes / row.heapLimitBytes : 0
  const limit = bytes(row.heapLimitBytes)
  const [delay, unit] = duration(row.eventLoopDelayP99Ms).split(' ')
  const common = { width: line, height: 22, slots: 60 }
  const tile = (name: string, value: string, unit: string, chart: ReactNode, tone?: string) => (
    <div>
      <dt className="lbl">{name}</dt>
      <dd>
        <NumberUnit value={value} unit={unit} {...(tone ? { tone } : {})} />
        <div className="sk">{chart}</div>
      </dd>
    </div>
  )
  return (
    <dl className="vitals" ref={ref} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {tile(
        'Utilisation',
        String(Math.round(row.utilisation * 100)),
        '% event loop',
        <Sparkline
          {...common}
          values={row.sparks.utilisation}
          max={1}
          tone={tones.utilisation.line}
          ceiling={3.5}
        />,
        tones.utilisation.figure,
      )}
      {tile('Loop delay p99', delay ?? '0', unit ?? 'ms', null)}
      {tile(
        'Processes',
        count(row.processes),
        '',
        <Sparkline
          {...common}
          values={row.sparks.processes}
          tone="ink-3"
          max={headroom(row.sparks.processes, 1, 1.28)}
        />,
      )}
      {tile(
        'Messages',
        count(row.messagesPerS),
        '/s',
        <Sparkline
          {...common}
          values={row.sparks.messages}
          tone="signal"
          max={headroom(row.sparks.messages, 1)}
        />,
      )}
      {tile(
        'Mailbox backlog',
        count(row.mailbox),
        '',
        <Sparkline
          {...common}
          values={row.sparks.mailbox}
          tone={tones.mailbox.line}
          fill={tones.mailbox.figure ? 0.25 : 0.14}
          max={headroom(row.sparks.mailbox, 12, 1)}
        />,
        tones.mailbox.figure,
      )}
      {tile(
        'Memory',
        count(row.heapUsedBytes / 1e6),
        row.heapLimitBytes > 0 ? `MB of ${limit.value} ${limit.unit}` : 'MB',
        <svg width={line} height="22" aria-hidden>
          <path d={`M0 16.5H${line}`} stroke="var(--color-surface-3)" strokeWidth="5" />
          <path
            d={`M0 16.5H${line * Math.min(1, heap)}`}
            stroke={`var(--color-${tones.memory.line})`}
            strokeWidth="5"
          />
          <path d={`M${line * HEAP_WARNS_AT} 11v11`} stroke="var(--color-ink-2)" />
        </svg>,
      )}
      {tile(
        'Crashes',
        count(row.crashes5m),
        'in 5 min',
        <BucketBars counts={row.crashBuckets} width={line} height={22} tone="crashed" />,
        tones.crashes.figure,
      )}
      {tile(
        'Restarts',
        count(row.restarts5m),
        'in 5 min',
        <BucketBars counts={row.restartBuckets} width={line} height={22} tone="restarting" />,
        tones.restarts.figure,
      )}
    </dl>
  )
}

function RuntimeFacts({ row }: { row: NodeRow }) {
  useNow(30_000)
  return (
    <section className="sec" aria-label="Runtime">
      <h2>Runtime</h2>
      <Facts
        rows={[
          ['Runtime', <M key="1">{`${row.runtimeName} ${row.runtimeVersion}`}</M>],
          ['Host', <M key="2">{row.host}</M>],
          ['Agent', <M key="3">{row.agentVersion}</M>],
          ['Release', <M key="4">{row.release ?? 'none given'}</M>],
          ['Started', <M key="5">{dateClock(row.startedAtMs)}</M>],
          ['Uptime', <M key="6">{uptime(row, hubNow())}</M>],
          ['Incarnation', <M key="7">{row.incarnation.slice(0, 8)}</M>],
        ]}
      />
    </section>
  )
}

function M({ children }: { children: string }) {
  return (
    <span className="m el" style={{ display: 'block' }} title={children}>
      {children}
    </span>
  )
}

function Capabilities({ row }: { row: NodeRow }) {
  const absent = Object.entries(row.absent)
  const reasons = new Map<string, string[]>()
  for (const [name, why] of absent) reasons.set(why, [...(reasons.get(why) ?? []), name])
  return (
    <section className="sec" aria-label="Capabilities">
      <h2>
        Capabilities{' '}
        <span className="lbl">
          {row.capabilities.length} of {row.capabilities.length + absent.length}
        </span>
      </h2>
      <ul className="caps">
        {row.capabilities.map((name) => (
          <li key={name}>
            <svg className="gl" width="11" height="11" viewBox="0 0 12 12" aria-hidden>
              <path d="M2 6.4 4.8 9 10 3" fill="none" stroke="var(--color-signal)" strokeWidth="1.7" />
            </svg>
            <span className="m">{name}</span>
          </li>
        ))}
        {absent.map(([name, why]) => (
          <li key={name} title={why}>
            <svg className="gl" width="11" height="11" viewBox="0 0 12 12" role="img" aria-label="absent">
              <path d="M2.5 6h7" stroke="var(--color-ink-3)" strokeWidth="1.6" />
            </svg>
            <span className="m i3">{name}</span>
          </li>
        ))}
      </ul>
      {[...reasons].map(([why, names]) => (
        <p key={why} className="i3 why">
          No <span className="m i2">{names.join(', ')}</span>: {why}.
        </p>
      ))}
    </section>
  )
}

/** An agent may cost a node at most this share of its event loop. */
const COST_LIMIT_PERCENT = 3

function Cost({ row }: { row: NodeRow }) {
  const { agent } = row
  const spool = bytes(agent.spoolBytes)
  const lines: [string, number, string][] = [
    ['Metrics dropped', agent.drops, 'the hub was slow'],
    ['Reports refused', agent.spoolRefused, 'the spool was full'],
    ['Gaps in frames', agent.gaps, 'lost on the way'],
  ]
  return (
    <section className="sec" aria-label="What watching costs">
      <h2>
        What watching costs <span className="sp" />
        <span className="lbl">of this node</span>
      </h2>
      <div className="costs">
        <div>
          <div className="lbl">Event loop</div>
          <NumberUnit value={agent.cpuPercent.toFixed(1)} unit="%" />
          <div style={{ margin: '4px 0 3px' }}>
            <Bar share={agent.cpuPercent / COST_LIMIT_PERCENT} width={140} height={4} />
          </div>
          <div className="lbl">limit {COST_LIMIT_PERCENT}</div>
        </div>
        <div>
          <div className="lbl">Spool</div>
          <NumberUnit value={spool.value} unit={spool.unit} />
          <div className="lbl" style={{ marginTop: 11 }}>
            reports on disk
          </div>
        </div>
      </div>
      <table className="drops">
        <tbody>
          {lines.map(([name, value, why]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="m r" style={value > 0 ? { color: 'var(--color-backlog)', fontWeight: 600 } : {}}>
                {count(value)}
              </td>
              <td className="i3 r">{value > 0 ? why : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function LatestCrashes({ node }: { node: string }) {
  const { data } = useView('timeline', { node })
  useNow(5_000)
  const crashes = latestOf(data)
  return (
    <section className="sec" aria-label="Latest crashes">
      <h2>
        Latest crashes <span className="sp" />
        <span className="lbl">{plural(crashes.length, 'crash', 'crashes')} in 5 min</span>
      </h2>
      {crashes.length === 0 ? <p className="i2">No crash in 5 minutes.</p> : null}
      {crashes.slice(0, 12).map((mark) => (
        <Link
          key={mark.id}
          className="inc"
          href={mark.crashId ? crashPath(mark.crashId) : treePath(mark.node, mark.key)}
        >
          <Glyph name="crashed" size={10} />
          <span style={{ fontWeight: 500 }} className="el">
            {mark.name}
          </span>
          <span className="i2 el">{mark.text}</span>
          <span className="m i3">{age(hubNow() - mark.atMs)}</span>
        </Link>
      ))}
    </section>
  )
}

function latestOf(timeline: TimelineView | null): TimelineView['marks'] {
  return (timeline?.marks ?? []).filter((mark) => mark.kind === 'crash').sort((a, b) => b.atMs - a.atMs)
}
