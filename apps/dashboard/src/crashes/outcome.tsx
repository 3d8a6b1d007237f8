import { type CrashReport, fieldValue } from '@orrery/protocol'
import { duration } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { sinceThen } from './outcome-model.ts'
import { ProcessLink, whyOf } from './recorder.tsx'
import { Section } from './side-section.tsx'

/** What became of the process. */
export function Outcome({ report }: { report: CrashReport }) {
  const outcome = fieldValue(report.outcome)
  const nowMs = useHubNow(1_000)
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
              <dd>{sinceThen(outcome.crashedAgain, Date.parse(report.at), nowMs)}</dd>
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
