'use client'
/** What the selected group says before one opens a report: its latest report's top frame, and the latest crashes. */
import type { CrashGroupRow } from '@orrery/live/views'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { Check, RotateCcw } from 'lucide-react'
import Link from 'next/link'
import { crashPath, treePath } from '../frame/addresses.ts'
import { clock, count, duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Glyph, type GlyphName, StrategyGlyph } from '../ui/glyphs.tsx'
import { Kbd, Tag } from '../ui/parts.tsx'
import { cascadeOf } from './cascade-model.ts'
import { CommonFacts } from './common-facts.tsx'
import { CrashStrip } from './crash-strip.tsx'
import { lifeOf, STATUS_WORDS } from './group-life.ts'
import { GroupNotes, MergedGroups } from './group-notes.tsx'
import { placeOf, Source } from './stack.tsx'
import { StatusTag } from './status.tsx'
import type { GroupActions } from './use-group-actions.ts'

export function Preview({
  group,
  actions,
  onOpen,
  onClause,
  onResolve,
  onIgnore,
}: {
  group: CrashGroupRow
  actions: GroupActions
  onOpen: () => void
  /** Narrows the query to a clause. */
  onClause: (clause: string) => void
  onResolve: () => void
  onIgnore: () => void
}) {
  const latest = group.latest[0] ?? null
  const { data } = useView('crash', latest ? { id: latest.id } : null)
  const report = data?.report ?? null
  const detail = data?.group?.id === group.id ? data.group : null
  const nowMs = useHubNow(1_000)
  return (
    <aside className="pv" aria-label={`Group ${group.name}`}>
      <div className="sec">
        <div className="row">
          <Glyph name={group.cause === 'injected' ? 'fault' : 'crashed'} size={13} />
          <h2 className="el">{visible(group.name)}</h2>
          <span className="sp" />
          <StatusTag status={group.status} />
          {group.cause === 'organic' ? null : <Tag tone="fault">{group.cause}</Tag>}
        </div>
        <div className="mono pv-reason">{visible(group.reasonText)}</div>
        <div className="m i3 pv-print">
          {group.fingerprint.slice(0, 4)} {group.fingerprint.slice(4, 8)} · {visible(group.module)}
        </div>
        {detail ? <div className="i2 pv-life">{lifeOf(detail, nowMs)}</div> : null}
      </div>
      {data && data.course.length > 0 ? <CrashStrip group={group} course={data.course} /> : null}
      {report ? <TopFrame report={report} /> : null}
      <div className="sec">
        <div className="row pv-head">
          <b>Latest {group.latest.length}</b>
          <span className="sp" />
          <span className="lbl">open</span>
          <Kbd>⏎</Kbd>
        </div>
        {group.latest.map((crash) => (
          <Link key={crash.id} href={crashPath(crash.id)} className="pv-crash" data-crash={crash.id}>
            <span className="m">{clock(crash.atMs)}</span>
            <span className="m i3 el">{crash.node}</span>
            <span className="sp" />
            <Glyph name={glyphOf(crash.outcome)} size={10} isStill />
            <span className="i2 nw">
              {!crash.stored
                ? 'being stored'
                : crash.backAfterMs === null
                  ? crash.outcome.replace('_', ' ')
                  : `back in ${duration(crash.backAfterMs)}`}
            </span>
          </Link>
        ))}
      </div>
      {report ? <TakesDown report={report} casualties={group.casualties} /> : null}
      {data?.common ? <CommonFacts common={data.common} onClause={onClause} /> : null}
      {detail ? <MergedGroups group={detail} actions={actions} /> : null}
      {detail ? <GroupNotes key={group.id} group={detail} actions={actions} /> : null}
      <div className="sec pv-actions">
        <Button kind="primary" onClick={onOpen} disabled={!latest}>
          Open report
        </Button>
        <Button
          disabled={actions.off !== null || actions.isBusy}
          title={actions.off ?? STATUS_WORDS.resolved}
          onClick={onResolve}
        >
          {group.status === 'resolved' ? <RotateCcw className="ic" /> : <Check className="ic" />}
          {group.status === 'resolved' ? 'Open again' : 'Resolve'} <Kbd>E</Kbd>
        </Button>
        {latest ? (
          <Link className="btn" href={treePath(latest.node, latest.key)}>
            Open in tree
          </Link>
        ) : null}
        <Button
          disabled={actions.off !== null || actions.isBusy}
          title={actions.off ?? STATUS_WORDS.ignored}
          onClick={onIgnore}
        >
          {group.status === 'ignored' ? 'Open again' : 'Ignore'} <Kbd>I</Kbd>
        </Button>
      </div>
    </aside>
  )
}

function TopFrame({ report }: { report: CrashReport }) {
  const top = fieldValue(report.cause.stack)?.frames.find((frame) => frame.owner === 'app')
  if (!top) return null
  return (
    <div className="sec">
      <b>Top frame</b>
      <div className="m i2 pv-place el">{placeOf(top)}</div>
      {top.context ? (
        <div className="pv-source">
          <Source lines={around(top.context, top.line)} at={top.line} />
        </div>
      ) : null}
    </div>
  )
}

/** The line itself and one on either side. */
function around(lines: [number, string][], at: number | null): [number, string][] {
  return at === null ? lines.slice(0, 3) : lines.filter(([number]) => Math.abs(number - at) <= 1)
}

function TakesDown({ report, casualties }: { report: CrashReport; casualties: number }) {
  const decision = fieldValue(report.decision)
  const model = cascadeOf(report)
  return (
    <div className="sec">
      <b>What it takes down</b>
      <dl className="pv-down">
        {decision ? (
          <>
            <dt>
              <StrategyGlyph strategy={decision.strategy} width={16} />
              {model.decisions[0]?.text}
            </dt>
            <dd className="m">{count(decision.stopped.length)}</dd>
          </>
        ) : null}
        <dt>
          <Glyph name="suspended" size={10} />
          Messages lost, latest
        </dt>
        <dd className="m">{model.messagesLost === null ? '–' : count(model.messagesLost)}</dd>
        <dt>
          <Glyph name="crashed" size={10} />
          Casualties, all
        </dt>
        <dd className="m">{count(casualties)}</dd>
      </dl>
    </div>
  )
}

function glyphOf(outcome: string): GlyphName {
  return outcome === 'restarted'
    ? 'busy'
    : outcome === 'given_up'
      ? 'crashed'
      : outcome === 'pending'
        ? 'restarting'
        : 'suspended'
}
