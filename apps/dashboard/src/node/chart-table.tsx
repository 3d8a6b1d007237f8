'use client'
/** The charts' data as a table, newest first. */
import type { NodeView } from '@orrery/live/views'
import { clockSeconds } from '../live/format.ts'
import { tableOf } from './node-model.ts'

export function ChartTable({ view, startMs }: { view: NodeView | null; startMs: number }) {
  const { columns, rows } = tableOf(view, startMs)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="scroll figures-box" aria-label="Figures by second" tabIndex={0}>
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map((name) => (
              <th key={name} scope="col" className="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((line) => (
            <tr key={line.atMs}>
              <th scope="row" className="m">
                {clockSeconds(line.atMs)}
              </th>
              {line.values.map((value, i) => (
                <td key={columns[i]} className="m r">
                  {value ?? <span className="i3">no data</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
