'use client'
/** One node: eight figures, what it is, its time, and what watching costs it. */
import type { ClusterView, NodeRow } from '@orrery/live/views'
import { ListTree, OctagonX, Table2, Waves } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'
import { absenceOf, glyphOf, runtimeOf } from '../cluster/cluster-model.ts'
import { crashesPath, messagesPath, processesPath, treePath } from '../frame/addresses.ts'
import { count, rate } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Tag } from '../ui/parts.tsx'
import { AfterAWhile, EmptyState, ErrorState, Outline } from '../ui/states.tsx'
import { Charts } from './charts.tsx'
import { Connection, Cost, SentAndDropped } from './costs.tsx'
import { Capabilities, Environment, RuntimeFacts } from './facts.tsx'
import { DeadLetters, Incarnations } from './lives.tsx'
import { statement } from './node-model.ts'
import { Vitals } from './vitals.tsx'

export function NodeScreen({ node }: { node: string }) {
  const { data, error, status } = useView('cluster', {})
  const row = data?.nodes[node]
  // A node that is not known has no page to ask for.
  const view = useView('node', row ? { node } : null)
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
      <Vitals row={row} view={view.data} />
      <div className="node-body">
        <Side name="What it is">
          <RuntimeFacts row={row} view={view.data} />
          <Capabilities row={row} />
          <Environment view={view.data} />
        </Side>
        <Suspense>
          <Charts row={row} view={view} />
        </Suspense>
        <Side name="What watching it costs, and its lives">
          <Cost row={row} view={view.data} />
          <SentAndDropped row={row} view={view.data} />
          <Connection view={view.data} />
          <Incarnations view={view.data} />
          <DeadLetters view={view.data} />
        </Side>
      </div>
    </div>
  )
}

function Side({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="side" aria-label={name} tabIndex={0}>
      {children}
    </section>
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
      <Link className="btn" href={processesPath(row.node)}>
        <Table2 className="ic" aria-hidden />
        Processes <span className="m i2">{count(row.processes)}</span>
      </Link>
      <Link className="btn" href={messagesPath(row.node)}>
        <Waves className="ic" aria-hidden />
        Messages <span className="m i2">{rate(row.messagesPerS)}/s</span>
      </Link>
      <Link className="btn" href={crashesPath(`node:${row.node}`)}>
        <OctagonX className="ic" aria-hidden />
        Crashes{' '}
        <span className={`m ${row.crashes5m > 0 ? 'c-crashed' : 'i2'}`}>{count(row.crashes5m)} in 5 min</span>
      </Link>
    </header>
  )
}
