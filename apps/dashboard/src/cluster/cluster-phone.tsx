'use client'
/** The cluster on a phone: a sentence first, then evidence, worst first; quiet nodes fold to one row. */
import type { ClusterView, NodeRow, Offender } from '@orrery/live/views'
import { ChevronDown, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { crashPath, nodePath } from '../frame/addresses.ts'
import { age, count } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { BucketBars, Sparkline } from '../ui/sparkline.tsx'
import { useSize } from '../ui/use-size.ts'
import {
  absenceOf,
  BUSY_ABOVE,
  glyphOf,
  headroom,
  isBacklog,
  offenderFigures,
  shortNames,
  triage,
  verdict,
} from './cluster-model.ts'

export function ClusterPhone({ cluster }: { cluster: ClusterView }) {
  const rows = Object.values(cluster.nodes)
  const { loud, quiet } = triage(rows)
  // One node alone has room to be shown.
  const isFolded = rows.length > 1
  const { title, text } = verdict(rows)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <div className="phone">
      <header className="ps" style={{ paddingBlock: '12px 13px' }}>
        <h1 style={{ fontSize: 19, lineHeight: '25px', letterSpacing: '-.01em' }}>{title}</h1>
        <p className="i2" style={{ marginTop: 3 }}>
          {text}
        </p>
      </header>
      {loud.map((row) => (
        <PhoneNode key={row.node} row={row} offenders={cluster.offenders} />
      ))}
      {isFolded ? null : quiet.map((row) => <PhoneNode key={row.node} row={row} offenders={[]} />)}
      {quiet.length === 0 || !isFolded ? null : (
        <>
          <button
            type="button"
            className="ps quiet"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            <Glyph name="running" size={15} />
            <span>
              <b>{quiet.length === 1 ? '1 node quiet' : `${quiet.length} nodes quiet`}</b>
              <br />
              <span className="i2 el" style={{ fontSize: 13, display: 'block' }}>
                {shortNames(quiet.map((row) => row.node)).join(', ')}
              </span>
            </span>
            <ChevronDown
              className="ic i3"
              aria-hidden
              style={isOpen ? { transform: 'rotate(180deg)' } : {}}
            />
          </button>
          {isOpen ? quiet.map((row) => <PhoneNode key={row.node} row={row} offenders={[]} />) : null}
        </>
      )}
      <Latest />
    </div>
  )
}

function PhoneNode({ row, offenders }: { row: NodeRow; offenders: Offender[] }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  useNow(row.status === 'live' ? null : 1_000)
  const line = Math.max(40, Math.floor((width - 20) / 3))
  const isHot = isBacklog(row)
  const isBusy = row.utilisation > BUSY_ABOVE
  const own = offenders
    .filter((offender) => offender.node === row.node && offender.what !== 'messages')
    .slice(0, 2)
  const absence = absenceOf(row, hubNow())
  return (
    <Link href={nodePath(row.node)} className="nd">
      <div className="row" style={{ gap: 9 }}>
        <Glyph name={glyphOf(row)} size={15} label={row.status === 'live' ? row.worst : row.status} />
        <b className="el">{row.node}</b>
        {row.faults > 0 ? <Glyph name="fault" size={13} label="under fault" /> : null}
        <span className="sp" />
        <ChevronRight className="ic i3" aria-hidden />
      </div>
      <div style={{ margin: '7px 0 8px 24px' }}>
        {absence ? <div className="say i2">{absence}</div> : null}
        {own.map((offender) => {
          const { value, after } = offenderFigures(offender)
          return (
            <div className="say" key={`${offender.key} ${offender.what}`}>
              <Glyph name={offender.status} size={11} />
              <span className="el">
                <b style={{ fontWeight: 500 }}>{offender.name}</b>{' '}
                <span className="i2">
                  {value} {offender.what === 'mailbox' ? `waiting ${after}` : `${offender.what} ${after}`}
                </span>
              </span>
            </div>
          )
        })}
      </div>
      <div className="trio" ref={ref}>
        <Figure name="msg/s" value={count(row.messagesPerS)}>
          <Sparkline
            values={row.sparks.messages}
            width={line}
            height={18}
            tone="signal"
            max={headroom(row.sparks.messages, 1, 1.3)}
          />
        </Figure>
        <Figure name="mailbox" value={count(row.mailbox)} tone={isHot ? 'backlog' : undefined}>
          <Sparkline
            values={row.sparks.mailbox}
            width={line}
            height={18}
            tone={isHot ? 'backlog-mark' : 'ink-3'}
            max={headroom(row.sparks.mailbox, 12, 1)}
          />
        </Figure>
        {isBusy ? (
          <Figure name="event loop" value={`${Math.round(row.utilisation * 100)} %`} tone="backlog">
            <Sparkline values={row.sparks.utilisation} width={line} height={18} tone="backlog-mark" max={1} />
          </Figure>
        ) : (
          <Figure
            name="crashes, 5 min"
            value={count(row.crashes5m)}
            tone={row.crashes5m > 3 ? 'crashed' : undefined}
          >
            <BucketBars counts={row.crashBuckets} width={line} height={18} tone="crashed" />
          </Figure>
        )}
      </div>
    </Link>
  )
}

function Figure({
  name,
  value,
  tone,
  children,
}: {
  name: string
  value: string
  tone?: string | undefined
  children: React.ReactNode
}) {
  return (
    <div>
      <div className="lbl">{name}</div>
      <div
        className="mono"
        style={{
          fontSize: 14,
          lineHeight: '18px',
          fontWeight: 500,
          ...(tone ? { color: `var(--color-${tone})` } : {}),
        }}
      >
        {value}
      </div>
      <div style={{ marginTop: 3 }}>{children}</div>
    </div>
  )
}

function Latest() {
  const { data } = useView('timeline', { node: null })
  useNow(5_000)
  const crashes = (data?.marks ?? [])
    .filter((mark) => mark.kind === 'crash')
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, 8)
  if (crashes.length === 0) return null
  return (
    <section style={{ padding: '10px 16px' }} aria-label="Latest crashes">
      <h2 className="lbl" style={{ fontWeight: 400 }}>
        Latest
      </h2>
      {crashes.map((mark) => (
        <Link key={mark.id} href={mark.crashId ? crashPath(mark.crashId) : '/crashes'} className="late">
          <Glyph name="crashed" size={12} />
          <b className="el" style={{ fontWeight: 500 }}>
            {mark.name}
          </b>
          <span className="m i2 el">{mark.text}</span>
          <span className="m i3">{age(hubNow() - mark.atMs)}</span>
        </Link>
      ))}
    </section>
  )
}
