'use client'
/** The eight figures of a node, each with its last five minutes. */
import type { NodeRow, NodeView, Spark } from '@orrery/live/views'
import type { ReactNode } from 'react'
import { HEAP_WARNS_AT, headroom, tonesOf } from '../cluster/cluster-model.ts'
import { bytes, count, duration } from '../live/format.ts'
import { hubNow } from '../live/now.ts'
import { NumberUnit } from '../ui/parts.tsx'
import { BucketBars, Sparkline, type Tone } from '../ui/sparkline.tsx'
import { useSize } from '../ui/use-size.ts'
import { total } from './chart-model.ts'
import { coarse, untilNow } from './node-model.ts'

const SLOTS = 60
/** So many dead letters in ten seconds are worth a colour. */
const LETTERS_ABNORMAL = 4

export function Vitals({ row, view }: { row: NodeRow; view: NodeView | null }) {
  const [ref, { width }] = useSize<HTMLDListElement>()
  const columns = width > 1_100 ? 8 : width > 480 ? 4 : 2
  const line = Math.max(40, Math.floor(width / columns) - 29)
  const tones = tonesOf(row)
  const heap = row.heapLimitBytes > 0 ? row.heapUsedBytes / row.heapLimitBytes : 0
  const limit = bytes(row.heapLimitBytes)
  const [delay, delayUnit] = duration(row.eventLoopDelayP99Ms).split(' ')
  const spark = (values: Spark, tone: Tone, max?: number, fill?: number) => (
    <Sparkline
      values={values}
      width={line}
      height={22}
      slots={SLOTS}
      tone={tone}
      {...(max === undefined ? {} : { max })}
      {...(fill === undefined ? {} : { fill })}
      {...(max === 1 ? { ceiling: 3.5 } : {})}
    />
  )
  const totals = view?.totals ?? null
  const tile = (line: Spark) =>
    view ? coarse(untilNow(line, view, row.status === 'live' ? 0 : hubNow())) : []
  const delays = tile(view?.lines.delayP99Ms ?? [])
  const timers = tile(view?.lines.timers ?? [])
  const letters = view?.deadLetterBuckets ?? []
  const why = view === null ? 'not known yet' : 'this agent does not tell it'
  return (
    <dl className="vitals" ref={ref} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      <Tile
        name="Utilisation"
        value={String(Math.round(row.utilisation * 100))}
        unit="% event loop"
        tone={tones.utilisation.figure}
      >
        {spark(row.sparks.utilisation, tones.utilisation.line, 1)}
      </Tile>
      <Tile name="Loop delay p99" value={delay ?? '0'} unit={delayUnit ?? 'ms'}>
        {spark(delays, 'ink-2', headroom(delays, 1, 1.2))}
      </Tile>
      <Tile name="Processes" value={count(row.processes)}>
        {spark(row.sparks.processes, 'ink-3', headroom(row.sparks.processes, 1, 1.28))}
      </Tile>
      <Tile name="Messages" value={count(row.messagesPerS)} unit="/s">
        {spark(row.sparks.messages, 'signal', headroom(row.sparks.messages, 1))}
      </Tile>
      <Tile name="Mailbox backlog" value={count(row.mailbox)} tone={tones.mailbox.figure}>
        {spark(
          row.sparks.mailbox,
          tones.mailbox.line,
          headroom(row.sparks.mailbox, 12, 1),
          tones.mailbox.figure ? 0.25 : 0.14,
        )}
      </Tile>
      <Tile
        name="Memory"
        value={count(row.heapUsedBytes / 1e6)}
        unit={row.heapLimitBytes > 0 ? `MB of ${limit.value} ${limit.unit}` : 'MB'}
      >
        <svg className="gl" width={line} height="22" aria-hidden>
          <path d={`M0 16.5H${line}`} stroke="var(--color-surface-3)" strokeWidth="5" />
          <path
            d={`M0 16.5H${line * Math.min(1, heap)}`}
            stroke={`var(--color-${tones.memory.line})`}
            strokeWidth="5"
          />
          <path d={`M${line * HEAP_WARNS_AT} 11v11`} stroke="var(--color-ink-2)" />
        </svg>
      </Tile>
      <Tile name="Timers" value={totals === null ? null : count(totals.timers)} why={why}>
        {spark(timers, 'ink-3', headroom(timers, 1, 1.28))}
      </Tile>
      <Tile
        name="Dead letters"
        value={totals === null ? null : count(total(letters))}
        unit="in 5 min"
        why={why}
      >
        <BucketBars
          counts={letters}
          width={line}
          height={22}
          tone={Math.max(0, ...letters) > LETTERS_ABNORMAL ? 'backlog-mark' : 'ink-3'}
          max={12}
        />
      </Tile>
    </dl>
  )
}

/** A figure that is not there is a dash, with the reason on hover. */
function Tile({
  name,
  value,
  unit,
  tone,
  why,
  children,
}: {
  name: string
  value: string | null
  unit?: string
  tone?: string | undefined
  why?: string
  children: ReactNode
}) {
  return (
    <div>
      <dt className="lbl">{name}</dt>
      <dd>
        {value === null ? (
          <span className="fig i3" title={why}>
            –
          </span>
        ) : (
          <>
            <NumberUnit value={value} {...(unit ? { unit } : {})} {...(tone ? { tone } : {})} />
            <div className="sk">{children}</div>
          </>
        )}
      </dd>
    </div>
  )
}
