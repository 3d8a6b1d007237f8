'use client'
/** Subtree by fault: what held, over a week. A cell leads to its newest experiment. */
import type { ResilienceMatrix, Verdict } from '@orrery/protocol/faults'
import Link from 'next/link'
import { experimentPath } from '../frame/addresses.ts'
import { plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { shortName } from './catalogue-model.ts'
import { VERDICT_GLYPH } from './words.ts'

export const MATRIX_DAYS = 7

export function Matrix({
  matrix,
  failure,
  onRetry,
}: {
  matrix: ResilienceMatrix | null
  failure: string | null
  onRetry: () => void
}) {
  return (
    <section aria-label="Resilience report">
      <header className="ph fl-head">
        <h2>Resilience report</h2>
        <span className="lbl el">
          last {MATRIX_DAYS} days{matrix ? `, ${plural(matrix.experiments, 'experiment')}` : ''}
        </span>
        <span className="sp" />
        <VerdictKey />
      </header>
      {failure ? (
        <p className="fl-none" role="alert">
          It could not be read: {failure}{' '}
          <button type="button" className="u" onClick={onRetry}>
            Try again
          </button>
        </p>
      ) : matrix === null ? null : matrix.cells.length === 0 ? (
        <p className="fl-none i2">No experiment has come to its end yet.</p>
      ) : (
        <Grid matrix={matrix} />
      )}
    </section>
  )
}

export function VerdictKey() {
  return (
    <span className="row fl-key">
      {(['absorbed', 'degraded', 'escalated'] as const).map((verdict) => (
        <VerdictMark key={verdict} verdict={verdict} />
      ))}
    </span>
  )
}

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <span className="row fl-verdict">
      <Glyph name={VERDICT_GLYPH[verdict]} size={9} />
      {verdict}
    </span>
  )
}

function Grid({ matrix }: { matrix: ResilienceMatrix }) {
  const cells = new Map(matrix.cells.map((cell) => [`${cell.subtree} ${cell.fault}`, cell]))
  return (
    <div className="fl-matrix">
      <table>
        <thead>
          <tr>
            <td />
            {matrix.faults.map((fault) => (
              <th key={fault} scope="col">
                {shortName(fault)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.subtrees.map((subtree) => (
            <tr key={subtree}>
              <th scope="row" className="el" title={visible(subtree)}>
                {visible(subtree.split('/').at(-1) ?? subtree)}
              </th>
              {matrix.faults.map((fault) => {
                const cell = cells.get(`${subtree} ${fault}`)
                if (cell === undefined) {
                  return (
                    <td key={fault} className="i3">
                      –
                    </td>
                  )
                }
                const words = `${subtree}, ${shortName(fault)}: ${cell.verdict}, ${plural(cell.runs, 'run')}`
                return (
                  <td key={fault}>
                    <Link
                      href={experimentPath(cell.latest)}
                      prefetch={false}
                      className={`fl-cell v-${cell.verdict}`}
                      aria-label={words}
                      title={`${words}. ${trendText(cell.trend)}`}
                    >
                      <Glyph name={VERDICT_GLYPH[cell.verdict]} size={9} />
                    </Link>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** `Lately absorbed, absorbed, degraded`: the newest last. */
function trendText(trend: readonly Verdict[]): string {
  return trend.length < 2 ? 'The only run.' : `Lately ${trend.slice(-5).join(', ')}.`
}
