'use client'
/** The charts as a table, newest first; and their lines as a list, to pick one by keyboard. */
import type { MessagesView } from '@orrery/live/views'
import { clockSeconds, rate } from '../live/format.ts'
import { tableLines } from './messages-model.ts'

export function MessagesTable({ view }: { view: MessagesView }) {
  return (
    <div className="scroll messages-table">
      <table className="figures">
        <caption className="sr-only">
          Messages per second, and waiting and handling times in milliseconds: p50, p90, p99 and p99.9, or
          each of less than twenty samples
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {view.order.map((id) => (
              <th key={id} scope="col" className="r">
                {view.lines[id]?.name ?? id} /s
              </th>
            ))}
            <th scope="col" className="r">
              Mailbox wait, ms
            </th>
            <th scope="col" className="r">
              Handling time, ms
            </th>
          </tr>
        </thead>
        <tbody>
          {tableLines(view).map((line) => (
            <tr key={line.atMs}>
              <th scope="row" className="m">
                {clockSeconds(line.atMs)}
              </th>
              {line.values.map((value, i) => (
                <td key={view.order[i]} className="m r">
                  {value === null ? <span className="i3">no data</span> : rate(value)}
                </td>
              ))}
              <td className="m r">{line.wait}</td>
              <td className="m r">{line.handling}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
