import { type CrashReport, fieldValue } from '@orrery/protocol'
import { count, duration } from '../live/format.ts'
import { whyOf } from './recorder.tsx'
import { Section } from './side-section.tsx'

/** Restarts that are timed, the latest; the whole report has all. */
const RESTARTS = 8

/** What the supervisor decided, and what it had left. */
export function Intensity({ report }: { report: CrashReport }) {
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
