/** "In all 3, in few others": what a group's reports share, each a click away from the reports that have it. */
import type { CrashView } from '@orrery/live/views'
import { count } from '../live/format.ts'
import { visible } from '../term/term-text.ts'

export function CommonFacts({
  common,
  onClause,
}: {
  common: NonNullable<CrashView['common']>
  /** Narrows the query to it. */
  onClause: (clause: string) => void
}) {
  const { reports, others, facts } = common
  return (
    <section className="sec" aria-label="In common">
      <b>In {reports === 2 ? 'both' : `all ${count(reports)}`}, in few others</b>
      {facts.length === 0 ? (
        <p className="i2 pv-common">
          {others === 0
            ? 'There is no other group to compare with.'
            : 'Nothing that other reports have not, too.'}
        </p>
      ) : (
        <div className="pv-common">
          {facts.map(({ clause, inOthers }) => (
            <button
              type="button"
              key={clause}
              className="m"
              title={`In ${count(reports)} of ${count(reports)} latest reports of this group, in ${count(inOthers)} of ${count(others)} latest of others`}
              onClick={() => onClause(clause)}
            >
              {visible(clause)}{' '}
              <span className="i3">
                {inOthers === 0 ? 'no other' : `${count(inOthers)} of ${count(others)}`}
              </span>
            </button>
          ))}
        </div>
      )}
    </section>
  )
}
