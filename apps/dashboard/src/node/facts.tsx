'use client'
/** What the node is: its runtime and machine, what it can be asked, what it was started with. */
import type { NodeRow, NodeView } from '@orrery/live/views'
import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { count, dateClock, duration } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { Facts } from '../ui/parts.tsx'
import { Outline } from '../ui/states.tsx'
import { uptime } from './node-model.ts'

export function RuntimeFacts({ row, view }: { row: NodeRow; view: NodeView | null }) {
  useNow(30_000)
  const facts = view?.facts ?? null
  const unknown = view === null ? <Outline width={120} /> : <span className="i3">not told by this agent</span>
  const machine = facts?.machine
  const rows: [name: string, value: ReactNode][] = [
    ['Runtime', <M key="1">{`${row.runtimeName} ${row.runtimeVersion}`}</M>],
    ['Host', facts ? <M key="2">{facts.host}</M> : unknown],
    ['Agent', <M key="3">{row.agentVersion}</M>],
    ['Release', <M key="4">{row.release ?? 'none given'}</M>],
    ['Started', <M key="5">{dateClock(row.startedAtMs)}</M>],
    ['Uptime', <M key="6">{uptime(row, hubNow())}</M>],
    [
      'Machine',
      machine ? (
        <M key="7">{`${machine.platform} ${machine.arch}, ${machine.cores} cores, ${count(machine.memoryBytes / 1e9)} GB`}</M>
      ) : (
        unknown
      ),
    ],
    [
      'Process',
      <M key="8" after={`on ${row.host}`}>
        {view ? String(view.pid) : ''}
      </M>,
    ],
  ]
  const connection = view?.connection
  if (connection) {
    const offset = -connection.clockCorrectionMs
    rows.push([
      'Clock',
      offset === 0 ? (
        <M key="9">as the hub’s</M>
      ) : (
        <M key="9" after="from the hub">{`${offset > 0 ? '+' : '−'}${duration(Math.abs(offset))}`}</M>
      ),
    ])
  }
  if (view && view.resources.length > 0) {
    const held = view.resources.map((each) => `${each.name} ${count(each.count)}`).join(', ')
    rows.push(['Handles', <M key="10">{held}</M>])
  }
  return (
    <section className="sec" aria-label="Runtime">
      <h2>Runtime</h2>
      <Facts rows={rows} />
    </section>
  )
}

function M({ children, after }: { children: string; after?: string }) {
  return (
    <span className="m el" style={{ display: 'block' }} title={after ? `${children} ${after}` : children}>
      {children}
      {after ? <span className="i3"> {after}</span> : null}
    </span>
  )
}

export function Capabilities({ row }: { row: NodeRow }) {
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

export function Environment({ view }: { view: NodeView | null }) {
  const facts = view?.facts
  if (!facts) return null
  const entries = [...facts.environment, ...facts.flags]
  return (
    <section className="sec" aria-label="Environment and flags">
      <h2>
        Environment and flags <span className="sp" />
        <span className="lbl">
          {entries.length} shown, {facts.withheld} withheld
        </span>
      </h2>
      <dl className="env">
        {entries.map(({ name, value }) => (
          <div key={name} className="contents">
            <dt className="m">{name}</dt>
            <dd className="m i2 r el" {...(value ? { title: value } : {})}>
              {value === null ? (
                <span className="red">
                  <Lock aria-hidden />
                  redacted
                </span>
              ) : name === 'ORRERY_FAULTS' && value === 'allow' ? (
                <span className="c-fault">allow</span>
              ) : value === '' ? (
                'set'
              ) : (
                value
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="i3 why">
        Only names on the allow list are sent. Values of names that look like secrets never are.
      </p>
    </section>
  )
}
