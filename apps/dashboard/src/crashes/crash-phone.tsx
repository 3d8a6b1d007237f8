'use client'
/** The head of a crash report on a phone: what became of it, then what happened. */
import './crash-phone.css'
import { type CrashReport, fieldValue } from '@orrery/protocol'
import Link from 'next/link'
import { treePath } from '../frame/addresses.ts'
import { clock, dateClock, duration } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Glyph, StrategyGlyph } from '../ui/glyphs.tsx'
import { useSize } from '../ui/use-size.ts'
import { type Step, stepsOf, verdictOf } from './crash-phone-model.ts'
import { endOf, nameOf, reasonDetail, ticketText } from './report-text.ts'

export function CrashPhone({ report, address }: { report: CrashReport; address: string }) {
  const { title, text, isInjected } = verdictOf(report)
  const { node, key, pid } = report.identity
  const steps = stepsOf(report)
  return (
    <div className="crash-phone">
      <header className={`ps verdict ${isInjected ? 'injected' : ''}`}>
        <h1>{title}</h1>
        {text ? <p>{text}</p> : null}
      </header>
      <section className="ps" aria-label="What exited">
        <h2 className="row">
          <Glyph name="crashed" size={15} />
          {nameOf(report)} {endOf(report)}
        </h2>
        <p className="mono why-exit">
          {visible(report.cause.reason.tag)} <span className="i2">{reasonDetail(report)}</span>
        </p>
        <p className="m i3">
          {pid} {node}{' '}
          <time dateTime={report.at} title={dateClock(Date.parse(report.at))}>
            {clock(Date.parse(report.at))}
          </time>
        </p>
      </section>
      <ol className="ps steps" aria-label="What happened">
        {steps.map((step) => (
          <li key={step.title}>
            <span className="m i3 r">{step.at}</span>
            <span className="at">
              <StepMark mark={step.mark} />
            </span>
            <span>
              <b {...(step.tone ? { style: { color: `var(--color-${step.tone})` } } : {})}>
                {visible(step.title)}
              </b>
              <br />
              <span className="i2">{visible(step.detail)}</span>
            </span>
          </li>
        ))}
      </ol>
      <Intensity report={report} />
      <div className="ps row">
        <CopyButton label="Copy report" text={ticketText(report, address)} />
        <Link className="btn" href={treePath(node, key)}>
          Open process
        </Link>
      </div>
    </div>
  )
}

function StepMark({ mark }: { mark: Step['mark'] }) {
  if (typeof mark === 'object') return <StrategyGlyph strategy={mark.strategy} width={17} />
  return <Glyph name={mark} size={13} isStill />
}

/** How many restarts were left when it exited. */
function Intensity({ report }: { report: CrashReport }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const decision = fieldValue(report.decision)
  if (!decision || decision.intensity <= 0) return null
  const { intensity, periodMs, restartsInWindow } = decision
  const used = Math.min(intensity, restartsInWindow.length)
  const supervisor = decision.supervisor.name ?? decision.supervisor.key.split('/').at(-1)
  const ticks = Array.from({ length: Math.min(intensity, 24) + 1 }, (_, i) => i / Math.min(intensity, 24))
  return (
    <section className="ps" aria-label="Restart intensity">
      <div className="row">
        <b style={{ fontWeight: 600 }}>Restart intensity</b>
        <span className="sp" />
        <span className="m">
          {restartsInWindow.length} of {intensity} <span className="i3">in {duration(periodMs)}</span>
        </span>
      </div>
      <div ref={ref} style={{ height: 16, margin: '8px 0 6px' }}>
        <svg className="gl" width={width} height="16" aria-hidden>
          <rect y="3" width={width} height="10" fill="var(--color-surface-3)" />
          <rect
            y="3"
            width={(used / intensity) * width}
            height="10"
            fill="color-mix(in oklab, var(--color-backlog-mark) 40%, var(--color-surface-1))"
          />
          {ticks.map((share) => (
            <path
              key={share}
              d={`M${Math.min(width - 0.75, Math.max(0.5, share * width))} 0v16`}
              stroke={share === 1 ? 'var(--color-crashed)' : 'var(--color-ink-3)'}
              strokeWidth={share === 1 ? 1.5 : 1}
            />
          ))}
        </svg>
      </div>
      <p className="i2">
        More than {intensity} and {supervisor} exits too.
      </p>
    </section>
  )
}
