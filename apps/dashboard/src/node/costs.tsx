'use client'
/** What watching costs the node, what was sent and given up, and how the connection stands. */
import type { NodeRow, NodeView } from '@orrery/live/views'
import { bytes, clockSeconds, compact, count, duration } from '../live/format.ts'
import { Facts, NumberUnit } from '../ui/parts.tsx'
import { Bar } from '../ui/sparkline.tsx'

/** An agent may cost a node at most this share of its event loop. */
const COST_LIMIT_PERCENT = 3

export function Cost({ row, view }: { row: NodeRow; view: NodeView | null }) {
  const agent = view?.totals ? view.agent : null
  const held = bytes(agent?.heldBytes ?? 0)
  const spool = bytes(row.agent.spoolBytes)
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0)
  return (
    <section className="sec" aria-label="What watching costs">
      <h2>
        What watching costs <span className="sp" />
        <span className="lbl">of this node</span>
      </h2>
      <dl className="costs">
        <CostTile
          name="Event loop"
          value={row.agent.cpuPercent.toFixed(1)}
          unit="%"
          share={row.agent.cpuPercent / COST_LIMIT_PERCENT}
          note={`limit ${COST_LIMIT_PERCENT}`}
        />
        {agent ? (
          <CostTile
            name="Buffers"
            value={held.value}
            unit={held.unit}
            share={share(agent.heldBytes, agent.boundBytes)}
            note={`bound ${Math.round(agent.boundBytes / 1e6)} MB`}
          />
        ) : null}
        <CostTile
          name="Spool"
          value={spool.value}
          unit={spool.unit}
          share={share(row.agent.spoolBytes, agent?.spoolLimitBytes ?? 0)}
          note={agent ? `of ${Math.round(agent.spoolLimitBytes / 1_048_576)} MB` : 'reports on disk'}
        />
      </dl>
    </section>
  )
}

function CostTile(props: { name: string; value: string; unit: string; share: number; note: string }) {
  return (
    <div>
      <dt className="lbl">{props.name}</dt>
      <dd>
        <NumberUnit value={props.value} unit={props.unit} />
        <div style={{ margin: '4px 0 3px', lineHeight: 0 }}>
          <Bar share={props.share} width={94} height={4} />
        </div>
        <span className="lbl">{props.note}</span>
      </dd>
    </div>
  )
}

/** The last to be given up first. */
const KINDS = [
  ['crashes', 'Crash reports'],
  ['results', 'Results'],
  ['lifecycle', 'Lifecycle'],
  ['samples', 'Metrics'],
] as const

export function SentAndDropped({ row, view }: { row: NodeRow; view: NodeView | null }) {
  if (!view) return null
  const told = new Map(view.told.map((each) => [each.kind, each]))
  return (
    <section className="sec" aria-label="Sent and dropped">
      <h2>
        Sent and dropped <span className="sp" />
        <span className="lbl">this incarnation</span>
      </h2>
      <table className="drops">
        <thead>
          <tr>
            <th scope="col">kind</th>
            <th scope="col" className="r">
              sent
            </th>
            <th scope="col" className="r">
              dropped
            </th>
            <th scope="col" className="r">
              why
            </th>
          </tr>
        </thead>
        <tbody>
          {KINDS.map(([kind, name]) => {
            const each = told.get(kind)
            const dropped = each?.dropped ?? 0
            return (
              <tr key={kind}>
                <th scope="row">{name}</th>
                <td className="m r">{each?.sent == null ? '–' : compact(each.sent)}</td>
                <td className={`m r ${dropped > 0 ? 'dropped' : ''}`}>{compact(dropped)}</td>
                <td className="m r i3 el" title={each?.why}>
                  {dropped > 0 ? each?.why : ''}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p className="i3 why">{dropWords(row, view)}</p>
    </section>
  )
}

function dropWords(row: NodeRow, view: NodeView): string {
  const words: string[] = []
  if (view.lastDropMs !== null)
    words.push(`Last drop ${clockSeconds(view.lastDropMs)}. Charts show it as a gap.`)
  if (row.agent.spoolRefused > 0)
    words.push(`The spool was full for ${count(row.agent.spoolRefused)} reports; they are counted.`)
  if (row.agent.gaps > 0) words.push(`${count(row.agent.gaps)} frames were lost on the way.`)
  return words.length === 0 ? 'Nothing was given up.' : words.join(' ')
}

export function Connection({ view }: { view: NodeView | null }) {
  if (!view) return null
  const { connection, agent } = view
  const behind = Math.max(0, agent.accepted - agent.acked)
  const quiet = (text: string) => <span className="i3">{text}</span>
  return (
    <section className="sec" aria-label="Connection">
      <h2>Connection</h2>
      <Facts
        rows={[
          [
            'Round trip',
            <span key="1" className="m">
              {connection?.roundTripP50Ms == null ? 'not measured yet' : duration(connection.roundTripP50Ms)}{' '}
              {connection?.roundTripP99Ms == null
                ? null
                : quiet(`p99 ${duration(connection.roundTripP99Ms)}`)}
            </span>,
          ],
          [
            'Frames',
            <span key="2" className="m">
              {count(agent.frames)} {quiet('received')}
            </span>,
          ],
          [
            'Reports',
            <span key="3" className="m">
              {count(agent.acked)}{' '}
              {quiet(behind === 0 ? 'acked, none behind' : `acked, ${count(behind)} behind`)}
            </span>,
          ],
          [
            'Reconnects',
            <span key="4" className="m">
              {connection ? count(connection.reconnects) : '0'}{' '}
              {connection?.lastReconnectMs == null
                ? null
                : quiet(
                    `last ${clockSeconds(connection.lastReconnectMs)}, ${duration(connection.lastAwayMs ?? 0)}`,
                  )}
            </span>,
          ],
        ]}
      />
    </section>
  )
}
