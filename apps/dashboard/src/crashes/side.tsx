/** Right of the report: what we did to it, what the supervisor had left, who stood around it, the rest of its group. */
import './compare.css'
import type { CrashView } from '@orrery/live/views'
import { type CrashReport, type FaultTouch, fieldValue, type Peer, type PeerFacts } from '@orrery/protocol'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { readExperiment } from '../faults/lab-api.ts'
import { useAnswer } from '../faults/use-answer.ts'
import { comparePath } from '../frame/addresses.ts'
import { FaultLink } from '../frame/fault-links.tsx'
import { isExperiment } from '../live/fault-spans.ts'
import { bytesText, clock, count, dateClock, duration, plural } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { useView } from '../live/use-view.ts'
import { termText, visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Kbd, Tag } from '../ui/parts.tsx'
import { ancestorsOf } from './cascade-model.ts'
import { compareSummary } from './compare-model.ts'
import { lifeOf, lossesOf } from './group-life.ts'
import { GroupNotes, MergedGroups } from './group-notes.tsx'
import { ProcessLink, whyOf } from './recorder.tsx'
import { isOfNode } from './report-text.ts'
import type { GroupActions } from './use-group-actions.ts'

/** Peers in the list; the whole report has all. */
const PEERS = 12

/** Restarts that are timed, the latest; the whole report has all. */
const RESTARTS = 8

const RELATIONS: Record<Peer['relation'], string> = {
  link: 'Linked',
  monitor: 'Monitors',
  'monitored-by': 'Monitored by',
  parent: 'Parent',
}

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

function Injected({ fault, isImported }: { fault: FaultTouch; isImported: boolean }) {
  const { failure } = useAnswer(
    (signal) => readExperiment(fault.fault, signal),
    isExperiment(fault.fault) ? fault.fault : null,
  )
  const isHeld = failure?.code !== 'experiment.unknown'
  const label = `${fault.fault} ${fault.kind.replaceAll('_', ' ')}`
  return (
    <div className="hatch injected">
      <div>
        <div className="row c-fault strong">
          <Glyph name="fault" />
          {fault.role === 'direct' ? 'Injected by' : 'Downstream of'}{' '}
          {isHeld ? <FaultLink id={fault.fault} label={label} /> : <span>{visible(label)}</span>}
          <span className="sp" />
          <Tag tone="fault">{fault.role}</Tag>
        </div>
        <p className="i2 decided">
          {fault.role === 'direct' ? (
            <>
              Proven{fault.firing ? ' by firing ' : ': '}
              {fault.firing ? (
                <span className="m">{visible(fault.firing)}</span>
              ) : (
                'the fault ended it itself.'
              )}
            </>
          ) : (
            'It was at work here or before here; that it caused this crash is not proven.'
          )}
        </p>
        {isHeld ? null : (
          <p className="i2 decided">
            {isImported
              ? 'Its record is not held here.'
              : 'Its record is held no more: it is older than what the hub keeps.'}
          </p>
        )}
      </div>
    </div>
  )
}

function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="sec">
      <div className="row sec-head">
        <h2>{title}</h2>
        <span className="sp" />
        {aside}
      </div>
      {children}
    </section>
  )
}

function Intensity({ report }: { report: CrashReport }) {
  const decision = fieldValue(report.decision)
  if (!decision) {
    return (
      <Section title="Restart intensity">
        <span className="i2">{whyOf(report.decision)}</span>
      </Section>
    )
  }
  const used = decision.restartsInWindow.length
  const earlier =
    decision.action === 'leave' ? decision.restartsInWindow : decision.restartsInWindow.slice(0, -1)
  const places = Math.max(decision.intensity, 1)
  const width = 292
  const name =
    decision.supervisor.name ?? decision.supervisor.key.split('/').at(-1) ?? decision.supervisor.pid
  return (
    <Section
      title="Restart intensity"
      aside={
        <span className="m">
          {used} of {decision.intensity} <span className="i3">in {duration(decision.periodMs)}</span>
        </span>
      }
    >
      <svg
        width={width}
        height={34}
        role="img"
        aria-label={`${used} of ${decision.intensity} restarts used`}
        className="gauge"
      >
        <rect width={width} height="9" y="4" fill="var(--color-surface-3)" />
        <rect
          width={Math.min(1, used / places) * width}
          height="9"
          y="4"
          fill="color-mix(in oklab, var(--color-backlog-mark) 38%, var(--color-surface-1))"
        />
        {Array.from({ length: Math.min(places, 40) }, (_, i) => i).map((i) => (
          <path key={i} d={`M${(i * width) / Math.min(places, 40) + 0.5} 1v15`} stroke="var(--color-ink-3)" />
        ))}
        <path d={`M${width - 1} 0v18`} stroke="var(--color-crashed)" strokeWidth="2" />
        <text className="ax" x={width} y="30" textAnchor="end" style={{ fill: 'var(--color-crashed)' }}>
          {name} exits
        </text>
      </svg>
      <p className="i2 decided">
        {decision.action === 'restart'
          ? `${name} restarted it, ${decision.headroom} ${decision.headroom === 1 ? 'restart' : 'restarts'} left.`
          : decision.action === 'leave'
            ? `${name} left it down: it is ${decision.childSpec.restart}.`
            : `${name} gave up and exited.`}
      </p>
      {earlier.length > 0 ? (
        <p className="i3 decided">
          Earlier in the window, before this one:{' '}
          <span className="m">{earlier.slice(-RESTARTS).map(duration).join(', ')}</span>
          {earlier.length > RESTARTS ? `, and ${count(earlier.length - RESTARTS)} more` : null}
        </p>
      ) : null}
    </Section>
  )
}

function Relations({ report }: { report: CrashReport }) {
  const { node } = report.identity
  const ancestors = ancestorsOf(report.identity)
  const peers = fieldValue(report.peers)
  const decision = fieldValue(report.decision)
  return (
    <dl className="kv side-kv">
      <dt className="lbl">Ancestors</dt>
      <dd>
        {ancestors.length === 0
          ? 'none'
          : ancestors.map((ancestor, i) => (
              <span key={ancestor.pid}>
                {i > 0 ? <span className="i3"> › </span> : null}
                <ProcessLink node={node} target={ancestor.pid} name={ancestor.name} />
              </span>
            ))}
      </dd>
      {peers === undefined ? (
        <>
          <dt className="lbl">Peers</dt>
          <dd className="i2">{whyOf(report.peers)}</dd>
        </>
      ) : (
        peers.slice(0, PEERS).map((peer) => (
          <div key={`${peer.pid} ${peer.relation}`} className="contents">
            <dt className="lbl">{RELATIONS[peer.relation]}</dt>
            <dd>
              <ProcessLink node={node} target={peer.pid} name={peer.name ?? peer.pid} />{' '}
              <span className="m i3">{peer.effect}</span>
              {peer.facts ? <NeighbourFacts facts={peer.facts} /> : null}
            </dd>
          </div>
        ))
      )}
      {peers && peers.length > PEERS ? (
        <>
          <dt className="lbl" />
          <dd className="i3">{count(peers.length - PEERS)} more in the whole report</dd>
        </>
      ) : null}
      {decision ? (
        <>
          <dt className="lbl">Child spec</dt>
          <dd className="m wrap">
            {visible(decision.childSpec.id)} {decision.childSpec.restart}{' '}
            <span className="i3">
              · shutdown{' '}
              {typeof decision.childSpec.shutdown === 'number'
                ? `${count(decision.childSpec.shutdown)} ms`
                : decision.childSpec.shutdown}{' '}
              · {decision.childSpec.kind} {visible(decision.childSpec.module)}
              {decision.childSpec.significant ? ' · significant' : ''}
            </span>
            {decision.childSpec.args === undefined ? null : (
              <span className="i2 facts">started with {termText(decision.childSpec.args, 200)}</span>
            )}
          </dd>
        </>
      ) : null}
    </dl>
  )
}

/** OTP's neighbours: how a process that ended along with it stood at the crash. */
function NeighbourFacts({ facts }: { facts: PeerFacts }) {
  const links = facts.links.map(({ pid, name }) => visible(name ?? pid)).join(', ')
  return (
    <span className="i3 facts">
      {visible(facts.initialCall)}, {visible(facts.status)}, {plural(facts.mailboxLength, 'message')} waiting,{' '}
      {count(facts.messagesHandled)} handled{facts.trapsExit ? ', traps exits' : ''}
      {links === '' ? '' : `, linked to ${links}`}
    </span>
  )
}

function Outcome({ report }: { report: CrashReport }) {
  const outcome = fieldValue(report.outcome)
  return (
    <Section title="Outcome">
      {outcome ? (
        <dl className="kv side-kv">
          <dt className="lbl">It was</dt>
          <dd>{outcome.kind === 'pending' ? 'not known yet' : outcome.kind.replaceAll('_', ' ')}</dd>
          {outcome.newPid === null ? null : (
            <>
              <dt className="lbl">As</dt>
              <dd>
                <ProcessLink node={report.identity.node} target={report.identity.key} name={outcome.newPid} />
              </dd>
            </>
          )}
          {outcome.backAfterMs === null ? null : (
            <>
              <dt className="lbl">Initialised</dt>
              <dd className="m">after {duration(outcome.backAfterMs)}</dd>
            </>
          )}
          {outcome.firstHandledAfterMs === null ? null : (
            <>
              <dt className="lbl">First message</dt>
              <dd className="m">after {duration(outcome.firstHandledAfterMs)}</dd>
            </>
          )}
          {outcome.kind === 'restarted' ? (
            <>
              <dt className="lbl">Since</dt>
              <dd>
                {outcome.crashedAgain ? 'crashed again within a minute' : 'not crashed again within a minute'}
              </dd>
            </>
          ) : null}
          {outcome.escalatedTo === null ? null : (
            <>
              <dt className="lbl">Escalated to</dt>
              <dd>{visible(outcome.escalatedTo)}</dd>
            </>
          )}
        </dl>
      ) : (
        <span className="i2">{whyOf(report.outcome)}</span>
      )}
    </Section>
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
