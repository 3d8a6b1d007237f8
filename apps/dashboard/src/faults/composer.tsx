'use client'
/** The middle of the lab: one fault or several, upon whom, for how long, what might follow, and the button. */
import type { RefObject } from 'react'
import { visible } from '../term/term-text.ts'
import { Blast } from './blast-radius.tsx'
import type { Listed } from './catalogue-model.ts'
import { Conditions } from './conditions.tsx'
import { addStep, changeStep, type Draft, type DraftStep, dropStep, stepOf, takenBy } from './draft.ts'
import { FormFields } from './form-fields.tsx'
import { KindIcon } from './kind-icon.tsx'
import type { Kind } from './lab-api.ts'
import { RunFoot } from './run-foot.tsx'
import { AddStep, StepsBar } from './steps-bar.tsx'
import { TargetSection } from './target-section.tsx'
import type { Foreseen } from './use-dry-run.ts'

export function Composer({
  draft,
  kinds,
  listed,
  foreseen,
  effect,
  off,
  mustType,
  json,
  mayNot,
  isRunning,
  told,
  target,
  holder,
  onChange,
  onRun,
  onSave,
}: {
  draft: Draft
  kinds: ReadonlyMap<string, Kind>
  /** The kind that is edited, as the catalogue has it; `null` where it has none of that name. */
  listed: Listed | null
  foreseen: Foreseen
  effect: string
  off: string | null
  mustType: string | null
  json: string
  mayNot: string | null
  isRunning: boolean
  /** What the hub said to the last run. */
  told: { text: string; isFailure: boolean } | null
  target: RefObject<HTMLInputElement | null>
  holder: RefObject<HTMLDivElement | null>
  onChange: (draft: Draft) => void
  onRun: () => void
  onSave: () => void
}) {
  const step = stepOf(draft)
  const { run, isOld } = foreseen
  if (listed === null) {
    return (
      <section className="fl-mid" aria-label="Composer">
        <p className="fl-none i2">Choose a fault of the catalogue.</p>
      </section>
    )
  }
  const { kind } = listed
  const change = (next: Partial<DraftStep>) => onChange(changeStep(draft, next))
  return (
    <section className="fl-mid" aria-label="Composer">
      <div className="fl-scroll">
        <header className="sec row fl-title">
          <span className="c-fault">
            <KindIcon kind={kind.kind} />
          </span>
          <h2>{kind.title}</h2>
          <span className="lbl el" title={`${kind.summary}. Undone: ${kind.undone}. Proven: ${kind.proof}.`}>
            {kind.summary}
          </span>
          <span className="sp" />
          {draft.steps.length === 1 ? <AddStep onAdd={() => onChange(addStep(draft))} /> : null}
        </header>
        <StepsBar
          draft={draft}
          kinds={kinds}
          onAt={(at) => onChange({ ...draft, at })}
          onAdd={() => onChange(addStep(draft))}
          onDrop={(at) => onChange(dropStep(draft, at))}
          onArrange={(arrangement) => onChange({ ...draft, arrangement })}
        />
        {listed.why ? (
          <p className="sec fl-refused i2" role="status">
            {visible(listed.why)}
          </p>
        ) : null}
        <FormFields kind={kind} step={step} onChange={change} />
        <TargetSection
          kind={kind}
          step={step}
          nodes={listed.nodes}
          // Each step picks on its own.
          seed={isOld || run === null ? null : (run.seed + draft.at) >>> 0}
          taken={isOld ? null : takenBy(run, draft)}
          field={target}
          onChange={change}
        />
        <Blast key={draft.at} run={run} isOld={isOld} at={draft.at} />
        <Conditions
          draft={draft}
          kind={kind}
          onStep={change}
          onChange={(next) => onChange({ ...draft, ...next })}
        />
      </div>
      {told ? (
        <p
          className={`sec fl-told ${told.isFailure ? 'c-crashed' : 'c-signal'}`}
          role={told.isFailure ? 'alert' : 'status'}
        >
          {visible(told.text)}
        </p>
      ) : null}
      <RunFoot
        key={mustType ?? ''}
        effect={effect}
        off={off}
        run={run}
        mustType={mustType}
        json={json}
        mayNot={mayNot}
        isRunning={isRunning}
        ifRefused={draft.ifRefused}
        holder={holder}
        onRun={onRun}
        onSave={onSave}
      />
    </section>
  )
}
