'use client'
/** Above the lab: what runs where, who allowed it, whether the hub reaches its agents, and Halt all. */
import type { ClusterView, ExperimentRow, FaultsView } from '@orrery/live/views'
import { OctagonX } from 'lucide-react'
import type { Halt } from '../frame/halt.tsx'
import { clockSeconds, count, plural } from '../live/format.ts'
import { useNow } from '../live/now.ts'
import { useConnection } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { isAnyArmed } from './catalogue-model.ts'
import { runningWords } from './experiment-model.ts'

export function LabHead({
  running,
  view,
  cluster,
  halt,
}: {
  running: readonly ExperimentRow[]
  view: FaultsView | null
  cluster: ClusterView | null
  halt: Halt
}) {
  const { link } = useConnection()
  const { text, nodes } = runningWords(running, link === 'lost' || link === 'stale')
  const isArmed = cluster !== null && isAnyArmed(cluster.nodes)
  return (
    <header className="fl-hd">
      <div className="fl-hd-words">
        <h1>Fault lab</h1>
        <p className="i2 el">
          {text}
          {nodes.length > 0 ? (
            <>
              {' '}
              on <span className="m">{nodes.slice(0, 2).join(', ')}</span>
              {nodes.length > 2 ? ` and ${count(nodes.length - 2)} more` : ''}
            </>
          ) : null}
          {isArmed ? (
            <>
              , armed by <span className="m">ORRERY_FAULTS=allow</span>
              {view && view.agents.armed > 0 && view.agents.armed < view.agents.connected
                ? ` on ${count(view.agents.armed)} of ${plural(view.agents.connected, 'node')}`
                : ''}
            </>
          ) : null}
        </p>
      </div>
      <span className="sp" />
      {view ? <AgentReach view={view} /> : null}
      <LabHalt halt={halt} />
    </header>
  )
}

function AgentReach({ view }: { view: FaultsView }) {
  const { known, connected } = view.agents
  const { link } = useConnection()
  const isAll = link === 'open' && connected === known && known > 0
  return (
    <span className="row i2 fl-agents">
      <Glyph name={isAll ? 'busy' : 'lost'} size={10} />
      {link === 'open'
        ? `hub can reach ${count(connected)} of ${plural(known, 'agent')}`
        : `hub could reach ${count(connected)} of ${plural(known, 'agent')}`}
    </span>
  )
}

/** Why the press of its button did not arrive. */
export function LabHaltFailure({ halt }: { halt: Halt }) {
  if (halt.failure === null) return null
  return (
    <p className="fl-notice c-crashed" role="alert">
      <Glyph name="crashed" size={11} />
      {halt.failure}
    </p>
  )
}

/** The largest button there is, and never off. */
export function LabHalt({ halt }: { halt: Halt }) {
  const { active, isHalted, isSending, press } = halt
  const { link } = useConnection()
  return (
    <button
      type="button"
      className={`fl-halt ${active > 0 || isHalted ? 'on' : ''}`}
      aria-busy={isSending}
      aria-keyshortcuts="Control+."
      onClick={() => void press()}
    >
      <OctagonX width={17} height={17} aria-hidden />
      <span>
        {isHalted ? 'Release' : 'Halt all'}
        <small>
          {isHalted
            ? 'nothing new starts until then'
            : link === 'lost'
              ? 'no hub to send it to'
              : active === 0
                ? 'no faults'
                : `removes ${plural(active, 'fault')} in under 1 s`}
        </small>
      </span>
      <kbd>⌃.</kbd>
    </button>
  )
}

const GONE_AFTER_MS = 5_000

/** What holds the lab up as a whole: no hub, an old picture, the latch, nobody who allows faults. */
export function LabNotice({ view, cluster }: { view: FaultsView | null; cluster: ClusterView | null }) {
  const { link, heardAtMs, role } = useConnection()
  const isOld = link === 'lost' || link === 'stale'
  const nowMs = useNow(isOld ? 250 : null)
  if (link === 'lost') {
    const leftMs = heardAtMs === null ? 0 : GONE_AFTER_MS - (nowMs - heardAtMs)
    return (
      <p className="fl-notice c-crashed" role="alert">
        <Glyph name="crashed" size={11} />
        Hub unreachable. Agents remove all faults 5 s after losing the hub
        {leftMs > 0 ? (
          <>
            : <b className="m">{Math.ceil(leftMs / 1_000)} s</b> left.
          </>
        ) : (
          <>
            {heardAtMs === null ? '' : `, last heard at ${clockSeconds(heardAtMs)}`}: they are removed by now.
          </>
        )}
      </p>
    )
  }
  if (link === 'stale') {
    return (
      <p className="fl-notice i2" role="status">
        What is shown is{' '}
        {heardAtMs === null ? 'old' : `${Math.max(1, Math.floor((nowMs - heardAtMs) / 1_000))} s old`}.
        Nothing can be run until the hub is heard again.
      </p>
    )
  }
  if (view?.isHalted) {
    return (
      <p className="fl-notice c-fault" role="status">
        <Glyph name="fault" size={11} />
        Halted{view.haltedBy ? ` by ${visible(view.haltedBy)}` : ''}
        {view.haltedAtMs === null ? '' : ` at ${clockSeconds(view.haltedAtMs)}`}. Nothing new starts until it
        is released.
      </p>
    )
  }
  if (cluster !== null && !isAnyArmed(cluster.nodes)) {
    return (
      <p className="fl-notice i2" role="status">
        No node takes faults. Start one with <b className="m">ORRERY_FAULTS=allow</b> in its environment: a
        node decides that alone, and only at its start.
      </p>
    )
  }
  if (role === 'viewer') {
    return (
      <p className="fl-notice i2" role="status">
        You look as a viewer. What would happen is shown; to run or stop anything takes the operator’s token.
      </p>
    )
  }
  return null
}
