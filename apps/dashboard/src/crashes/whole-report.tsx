/** All seventeen parts of a report with their marks: what the screen above tells in pictures, and what it leaves out. */
import type { CrashReport } from '@orrery/protocol'
import { useMemo } from 'react'
import { Tag } from '../ui/parts.tsx'
import { partsOf, type ReportPart, statusWords } from './whole-report-model.ts'

export function WholeReport({ report }: { report: CrashReport }) {
  const parts = useMemo(() => partsOf(report), [report])
  return (
    <details className="whole">
      <summary className="h3">
        <h2>Whole report</h2>
        <span className="lbl">
          {parts.length} parts: {statusWords(parts)}
        </span>
      </summary>
      <div className="whole-parts">
        {parts.map((part) => (
          <Part key={part.key} part={part} />
        ))}
      </div>
    </details>
  )
}

function Part({ part }: { part: ReportPart }) {
  return (
    <div className="whole-part" data-part={part.key}>
      <div className="row whole-head">
        <h3>{part.title}</h3>
        <Tag {...(part.status === 'captured' ? {} : { tone: 'backlog' as const })}>{part.status}</Tag>
        {part.why === null ? null : <span className="i2">{part.why}</span>}
      </div>
      {part.rows.length === 0 ? null : (
        <dl className="kv whole-rows">
          {part.rows.map(({ label, text }) => (
            <div key={label} className="contents">
              <dt className="lbl">{label}</dt>
              <dd className="m wrap">{text}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
