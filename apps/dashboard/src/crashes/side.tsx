/** Right of the report: what we did to it, what the supervisor had left, who stood around it, the rest of its group. */
import './compare.css'
import type { CrashView } from '@orrery/live/views'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import Link from 'next/link'
import { comparePath } from '../frame/addresses.ts'
import { FaultLink } from '../frame/fault-links.tsx'
import { bytesText, clock, count, dateClock, duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Kbd } from '../ui/parts.tsx'
import { compareSummary } from './compare-model.ts'
import { lifeOf, lossesOf } from './group-life.ts'
import { GroupNotes, MergedGroups } from './group-notes.tsx'
import { Injected } from './injected.tsx'
import { Outcome } from './outcome.tsx'
import { Relations } from './relations.tsx'
import { isOfNode } from './report-text.ts'
import { Intensity } from './restart-intensity.tsx'
import { Section } from './side-section.tsx'
import type { GroupActions } from './use-group-actions.ts'

export function Side({
  view,
  report,
  actions,
}: {
  view: CrashView
  report: CrashReport
  actions: GroupActions
}) {
  const killer = fieldValue(report.cause.killer)
  const caller = fieldValue(report.caller)
  const touched = fieldValue(report.faults) ?? []
  const faults = touched.filter((fault) => fault.role !== 'silent')
  const silent = touched.filter((fault) => fault.role === 'silent')
  const around = fieldValue(report.surroundings)
  const hops = fieldValue(report.causalChain)
  return (
    <aside className="side" aria-label="Context">
      {faults.map((fault) => (
        <Injected key={`${fault.fault} ${fault.kind}`} fault={fault} isImported={view.importedBy !== null} />
      ))}
      {silent.length > 0 ? (
        <Section title="In scope, but silent">
          {silent.map((fault) => (
            <p key={`${fault.fault} ${fault.kind}`} className="i2">
              <FaultLink id={fault.fault} label={`${fault.fault} ${fault.kind.replaceAll('_', ' ')}`} /> had
              not fired here.
            </p>
          ))}
        </Section>
      ) : null}
      {killer ? (
        <Section title="Killed by">
          <span>
            {visible(killer.name ?? killer.pid)} <span className="m i3">{killer.via}</span>
          </span>
        </Section>
      ) : null}
      <Outcome report={report} />
      <Intensity report={report} />
      <Section title="Ancestors, links, monitors">
        <Relations report={report} />
      </Section>
      {caller ? (
        <Section title="Caller waits">
          <span>
            {visible(caller.name ?? caller.pid)} <span className="m i3">{visible(caller.pendingCall)}</span>{' '}
            {caller.isAlive ? `for ${duration(caller.waitingMs)}` : 'died too'}
          </span>
        </Section>
      ) : null}
      {hops ? (
        <Section title="Causal chain">
          <ol className="hops">
            {hops.map((hop, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: hops are places on a way
              <li key={i}>
                {visible(hop.name ?? hop.pid)} <span className="m i3">{visible(hop.type)}</span>
              </li>
            ))}
          </ol>
        </Section>
      ) : null}
      <SameGroup view={view} report={report} />
      {view.previousId ? <Previous id={view.previousId} report={report} /> : null}
      {view.group ? <MergedGroups group={view.group} actions={actions} /> : null}
      {view.group ? <GroupNotes key={view.group.id} group={view.group} actions={actions} /> : null}
      {around ? (
        <Section title="Surroundings">
          <dl className="kv side-kv">
            <dt className="lbl">Processes</dt>
            <dd className="m">{count(around.processes)}</dd>
            <dt className="lbl">Loop delay</dt>
            <dd className="m">
              {around.eventLoopDelayMs === null ? '–' : duration(around.eventLoopDelayMs)}
            </dd>
            <dt className="lbl">Heap</dt>
            <dd className="m">
              {bytesText(around.heapUsedBytes)}{' '}
              {around.heapTotalBytes === null ? null : (
                <span className="i3">of {bytesText(around.heapTotalBytes)}</span>
              )}
            </dd>
            <dt className="lbl">Memory</dt>
            <dd className="m">{bytesText(around.rssBytes)}</dd>
            {around.fullestMailboxes.slice(0, 8).map((box) => (
              <div key={box.pid} className="contents">
                <dt className="lbl">Mailbox</dt>
                <dd>
                  {visible(box.name ?? box.pid)} <span className="m i3">{count(box.length)}</span>
                </dd>
              </div>
            ))}
          </dl>
        </Section>
      ) : null}
      <Section title="Identity">
        <dl className="kv side-kv">
          {isOfNode(report) ? null : (
            <>
              <dt className="lbl">Key</dt>
              <dd className="m wrap">{visible(report.identity.key)}</dd>
            </>
          )}
          <dt className="lbl">Behaviour</dt>
          <dd>
            {report.identity.behaviour} <span className="m i3">{visible(report.identity.module)}</span>
          </dd>
          <dt className="lbl">Initial call</dt>
          <dd className="m wrap">{visible(report.identity.initialCall)}</dd>
          {report.identity.label === null ? null : (
            <>
              <dt className="lbl">Label</dt>
              <dd>{visible(report.identity.label)}</dd>
            </>
          )}
          {report.identity.trapsExit === undefined ? null : (
            <>
              <dt className="lbl">Exit signals</dt>
              <dd>{report.identity.trapsExit ? 'trapped' : 'not trapped'}</dd>
            </>
          )}
          <dt className="lbl">Started</dt>
          <dd className="m">{dateClock(Date.parse(report.identity.startedAt))}</dd>
          <dt className="lbl">Up</dt>
          <dd className="m">
            {duration(report.identity.uptimeMs)}{' '}
            <span className="i3">{count(report.identity.messagesHandled)} messages</span>
          </dd>
          <dt className="lbl">Release</dt>
          <dd className="m">{report.identity.release === null ? '–' : visible(report.identity.release)}</dd>
          <dt className="lbl">Agent</dt>
          <dd className="m">{visible(report.identity.agentVersion)}</dd>
          <dt className="lbl">Incarnation</dt>
          <dd className="m wrap">{visible(report.identity.incarnation)}</dd>
          <dt className="lbl">Report</dt>
          <dd className="m wrap">{report.id}</dd>
        </dl>
      </Section>
      <Losses view={view} report={report} />
    </aside>
  )
}

/** Whether it is the same crash again, at a glance. */
function Previous({ id, report }: { id: string; report: CrashReport }) {
  const previous = useView('crash', { id }).data?.report
  if (!previous) return null
  return (
    <Section
      title="Compared with previous"
      aside={
        <Link className="plain i2" href={comparePath(report.id, id)}>
          Side by side <Kbd>C</Kbd>
        </Link>
      }
    >
      <table className="cmp-summary">
        <tbody>
          {compareSummary(previous, report).map((row) => (
            <tr key={row.label} className={row.isSame ? '' : 'differs'}>
              <th scope="row">{row.label}</th>
              <td className="m">{row.left ?? '–'}</td>
              <td className="m">{row.isSame && row.label !== 'Stack' ? 'same' : (row.right ?? '–')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}

/** What is not here: similar crashes whose reports were not kept, as the group knows it by now, else as the node did then. */
function Losses({ view, report }: { view: CrashView; report: CrashReport }) {
  const lines = lossesOf(view.group?.reports ?? null, report.losses)
  if (lines.length === 0) return null
  return (
    <Section title="Losses">
      {lines.map((line) => (
        <p key={line} className="i2">
          {line}
        </p>
      ))}
    </Section>
  )
}

function SameGroup({ view, report }: { view: CrashView; report: CrashReport }) {
  const group = fieldValue(report.group)
  const nowMs = useHubNow(1_000)
  return (
    <Section title="Same group" aside={<span className="m i2">{count(view.groupCount)} so far</span>}>
      {view.group ? <p className="i2 gs-life">{lifeOf(view.group, nowMs)}</p> : null}
      <table className="group-table">
        <thead>
          <tr>
            <th>Exit</th>
            <th className="r">mailbox</th>
            <th className="r">back in</th>
          </tr>
        </thead>
        <tbody>
          {view.sameGroup.map((row) => (
            <tr key={row.id} className={row.id === view.id ? 'on' : ''}>
              <td className="m">
                {row.id === view.id ? (
                  clock(row.atMs)
                ) : (
                  <Link className="plain" href={`/crashes/${row.id}`}>
                    {clock(row.atMs)}
                  </Link>
                )}
              </td>
              <td className="m r">{row.mailbox === null ? '–' : count(row.mailbox)}</td>
              <td className="m r">{row.backAfterMs === null ? '–' : duration(row.backAfterMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {group ? (
        <p className="i3 decided" title={`${group.fingerprint}, version ${group.version} of the grouping`}>
          Number {count(group.occurrence)}, first seen {dateClock(Date.parse(group.firstSeen))}. Grouped by{' '}
          {group.contributed.map(visible).join(', ')}
        </p>
      ) : null}
    </Section>
  )
}
