/** What stands in each column, of a process and of a group. */
import type { TableGroup, TableRow } from '@orrery/live/views'
import type { ReactNode } from 'react'
import { count, duration, rate } from '../live/format.ts'
import { LONG_WAIT_US, msText } from '../messages/messages-model.ts'
import { visible } from '../term/term-text.ts'
import { Bar, MailboxBar, Sparkline, type Tone } from '../ui/sparkline.tsx'
import { shortNode } from './columns.ts'
import { MixBar } from './mix-bar.tsx'

export interface CellContext {
  nowMs: number
  nodes: readonly string[]
}

interface Cell {
  row(row: TableRow, context: CellContext): ReactNode
  group?(group: TableGroup, context: CellContext): ReactNode
}

const GROWING_FAST = 5
const LONG = 1_000

export const CELLS: Record<string, Cell> = {
  pid: {
    row: (row) => <Pid pid={row.pid} isStruck={isDown(row)} />,
    group: (group) => (group.pid === null ? null : <Pid pid={group.pid} isStruck={false} />),
  },
  behaviour: {
    row: (row) => <Text>{row.behaviour}</Text>,
    group: (group) => <MixBar mix={group.mix} count={group.count} />,
  },
  module: { row: (row) => <Text>{row.module}</Text> },
  supervisor: { row: (row) => <Text>{row.supervisor ?? '–'}</Text> },
  status: { row: (row) => <Text>{row.status}</Text>, group: (group) => <Text>{group.status}</Text> },
  label: { row: (row) => <Text>{row.label ?? ''}</Text> },
  node: {
    row: (row, { nodes }) => <Text title={row.node}>{shortNode(row.node, nodes)}</Text>,
    group: (group, { nodes }) =>
      group.node === null ? (
        <Text>several</Text>
      ) : (
        <Text title={group.node}>{shortNode(group.node, nodes)}</Text>
      ),
  },
  in: {
    row: (row, { nowMs }) => {
      const note = noteOf(row, nowMs)
      if (note !== null)
        return <span className={`pt-note ${row.status === 'crashed' ? 'c-crashed' : ''}`}>{note}</span>
      return <In values={row.spark} perS={row.receivedPerS} tone={toneOf(row)} />
    },
    group: (group) => <In values={group.spark} perS={group.receivedPerS} tone="ink-2" />,
  },
  out: {
    row: (row) => (isDown(row) ? <Dash /> : <span className="m i2">{rate(row.handledPerS)}</span>),
    group: (group) => <span className="m i2">{rate(group.handledPerS)}</span>,
  },
  mailbox: {
    row: (row) => <Mailbox length={row.mailboxLength} growthPerS={row.growthPerS} />,
    group: (group) => <Mailbox length={group.mailboxLength} growthPerS={group.growthPerS} />,
  },
  growth: {
    row: (row) => <Growth perS={row.growthPerS} isAlways />,
    group: (group) => <Growth perS={group.growthPerS} isAlways />,
  },
  wait: {
    row: (row) => <Lasts us={row.timings?.waitP99Us} isLong={(us) => us > LONG_WAIT_US} />,
    group: (group) => <Lasts us={group.timings?.waitP99Us} isLong={(us) => us > LONG_WAIT_US} />,
  },
  handling: {
    row: (row) => <Lasts us={row.timings?.tookP99Us} />,
    group: (group) => <Lasts us={group.timings?.tookP99Us} />,
  },
  busy: {
    row: (row) => <Busy share={row.timings?.busy} />,
    group: (group) => <Busy share={group.timings?.busy} />,
  },
  restarts: {
    row: (row) => <Restarts of={row.restarts} />,
    group: (group) => (
      <span className={`m ${group.restarts === 0 ? 'i3' : 'i2'}`}>{count(group.restarts)}</span>
    ),
  },
  uptime: {
    row: (row, { nowMs }) =>
      isDown(row) && row.exit !== null ? (
        <Dash />
      ) : (
        <span className={`m ${row.isNew || row.status === 'restarting' ? 'c-signal' : 'i2'}`}>
          {duration(Math.max(0, nowMs - row.startedAtMs))}
        </span>
      ),
  },
}

export function isDown({ status }: TableRow): boolean {
  return status === 'crashed' || status === 'restarting' || status === 'waiting' || status === 'exited'
}

/** Why it does not run, where figures would be. */
function noteOf(row: TableRow, nowMs: number): string | null {
  switch (row.status) {
    case 'restarting':
      return row.exit === null ? `init ${duration(Math.max(0, nowMs - row.startedAtMs))}` : 'restarting'
    case 'waiting':
      return 'waits for its start'
    case 'crashed':
      return `exit ${visible(row.exit?.text ?? '')}`
    case 'exited':
      return 'exited'
    default:
      return null
  }
}

function toneOf({ status }: TableRow): Tone {
  return status === 'backlog' ? 'backlog-mark' : status === 'busy' ? 'signal' : 'ink-3'
}

function Pid({ pid, isStruck }: { pid: string; isStruck: boolean }) {
  const text = visible(pid)
  return <span className="m i3 el">{isStruck ? <s>{text}</s> : text}</span>
}

function Text({ children, title }: { children: string; title?: string }) {
  return (
    <span className="i2 el pt-text" title={title}>
      {visible(children)}
    </span>
  )
}

function In({ values, perS, tone }: { values: TableRow['spark']; perS: number; tone: Tone }) {
  return (
    <span className="pt-cell">
      <Sparkline values={values} width={42} height={12} slots={60} tone={tone} />
      <span className="m pt-in">{rate(perS)}</span>
    </span>
  )
}

function Mailbox({ length, growthPerS }: { length: number; growthPerS: number }) {
  return (
    <span className="pt-cell">
      <Growth perS={growthPerS} />
      <MailboxBar length={length} width={44} />
      <span className={`m pt-length ${length > LONG ? 'c-backlog pt-hot' : ''}`}>{count(length)}</span>
    </span>
  )
}

function Growth({ perS, isAlways = false }: { perS: number; isAlways?: boolean }) {
  if (perS <= 0 && !isAlways) return null
  const sign = perS > 0 ? '+' : ''
  return (
    <span className={`m pt-growth ${perS > GROWING_FAST ? 'c-backlog' : 'i3'}`}>
      {sign}
      {perS < 0 ? `−${rate(-perS)}` : rate(perS)}/s
    </span>
  )
}

function Restarts({ of }: { of: number }) {
  return <span className={`m ${of > 2 ? 'c-restarting' : of === 0 ? 'i3' : ''}`}>{count(of)}</span>
}

const NOT_TIMED = 'None of its messages was timed in the last 5 s'

function Lasts({ us, isLong }: { us: number | undefined; isLong?: (us: number) => boolean }) {
  if (us === undefined) return <Dash why={NOT_TIMED} />
  const [value, unit] = us < 100_000 ? [msText(us), 'ms'] : duration(us / 1_000).split(' ')
  const tone = isLong?.(us) ? 'c-backlog pt-hot' : ''
  return (
    <span className={`m ${tone}`}>
      {value} <span className="i3">{unit}</span>
    </span>
  )
}

const BUSY_SHARE = 0.5

function Busy({ share }: { share: number | undefined }) {
  if (share === undefined) return <Dash why={NOT_TIMED} />
  const isHot = share > BUSY_SHARE
  const percent = share * 100
  return (
    <span className="pt-cell">
      <Bar share={Math.min(1, share)} width={34} height={5} tone={isHot ? 'backlog-mark' : 'ink-3'} />
      <span className={`m pt-busy ${isHot ? 'c-backlog pt-hot' : ''}`}>
        {percent >= 10 ? Math.round(percent) : percent.toFixed(1)}
        <span className="i3">%</span>
      </span>
    </span>
  )
}

function Dash({ why }: { why?: string }) {
  return (
    <span className="m i3" title={why}>
      –
    </span>
  )
}
