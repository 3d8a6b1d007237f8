import { type CrashReport, fieldValue, type Peer, type PeerFacts } from '@orrery/protocol'
import { count, plural } from '../live/format.ts'
import { termText, visible } from '../term/term-text.ts'
import { ancestorsOf } from './cascade-model.ts'
import { ProcessLink, whyOf } from './recorder.tsx'

/** Peers in the list; the whole report has all. */
const PEERS = 12

const RELATIONS: Record<Peer['relation'], string> = {
  link: 'Linked',
  monitor: 'Monitors',
  'monitored-by': 'Monitored by',
  parent: 'Parent',
}

/** Who stood around the process. */
export function Relations({ report }: { report: CrashReport }) {
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
