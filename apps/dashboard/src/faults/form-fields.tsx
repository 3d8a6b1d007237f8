'use client'
/** The form of a kind, made from its fields, and when it fires. */
import type { FormField, When } from '@orrery/protocol/faults'
import { useId } from 'react'
import { Segments } from '../ui/tabs.tsx'
import { type DraftStep, type Value, valueIn } from './draft.ts'
import type { Kind } from './lab-api.ts'
import { NumberInput } from './number-input.tsx'
import { Slider } from './slider.tsx'
import { fieldScale, probabilityScale } from './slider-scale.ts'
import { percent, whenText } from './words.ts'

export function FormFields({
  kind,
  step,
  onChange,
}: {
  kind: Kind
  step: DraftStep
  onChange: (change: Partial<DraftStep>) => void
}) {
  const set = (field: FormField, value: Value) =>
    onChange({ parameters: { ...step.parameters, [field.name]: value } })
  const when = step.when ?? kind.when
  if (kind.form.length === 0 && when === null) return null
  return (
    <div className="sec fl-form">
      {kind.when !== null && when?.kind === 'probability' ? (
        <Probability when={when} onChange={(next) => onChange({ when: next })} />
      ) : null}
      {kind.form.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={valueIn(step, field)}
          onChange={(value) => set(field, value)}
        />
      ))}
      {kind.when !== null && when !== null ? (
        <WhenField when={when} own={kind.when} onChange={(next) => onChange({ when: next })} />
      ) : null}
    </div>
  )
}

function Probability({
  when,
  onChange,
}: {
  when: When & { kind: 'probability' }
  onChange: (when: When) => void
}) {
  const set = (probability: number) => onChange({ kind: 'probability', probability })
  return (
    <Slider
      label="Probability per message"
      scale={probabilityScale}
      value={when.probability}
      words={percent(when.probability)}
      typed={
        <NumberInput
          label="Probability per message"
          unit="%"
          value={Number((when.probability * 100).toPrecision(4))}
          min={0.001}
          max={100}
          isWhole={false}
          onChange={(value) => set(value / 100)}
        />
      }
      onChange={set}
    />
  )
}

function Field({
  field,
  value,
  onChange,
}: {
  field: FormField
  value: Value
  onChange: (value: Value) => void
}) {
  const id = useId()
  switch (field.type) {
    case 'number': {
      const isWhole = Number.isInteger(field.default) && Number.isInteger(field.min) && field.unit !== '%'
      const set = (next: number) => onChange(isWhole ? Math.round(next) : next)
      return (
        <Slider
          label={field.label}
          about={field.about}
          scale={fieldScale(field.min, field.max, field.scale)}
          value={Number(value)}
          words={`${value} ${field.unit}`}
          typed={
            <NumberInput
              label={field.label}
              unit={field.unit}
              value={Number(value)}
              min={field.min}
              max={field.max}
              isWhole={isWhole}
              onChange={set}
            />
          }
          onChange={set}
        />
      )
    }
    case 'text':
      return (
        <label className="lbl fl-text">
          {field.label}
          <input
            className="field m"
            value={String(value)}
            maxLength={field.maxLength}
            placeholder={field.default === '' ? 'any' : field.default}
            title={field.about}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
          />
        </label>
      )
    case 'choice':
      return (
        <div className="fl-choice" data-wide={isWide(field.options) || undefined}>
          <div className="lbl" title={field.about}>
            {field.label}
          </div>
          <Segments
            label={field.label}
            choices={field.options.map((option) => ({ id: option.value, label: option.label }))}
            value={String(value)}
            onChange={onChange}
          />
        </div>
      )
    case 'switch':
      return (
        <label className="row fl-switch" htmlFor={id} title={field.about}>
          <input
            id={id}
            type="checkbox"
            className="fl-box"
            checked={Boolean(value)}
            onChange={(event) => onChange(event.target.checked)}
          />
          {field.label}
        </label>
      )
    default: {
      const never: never = field
      return never
    }
  }
}

/** In half of the row its words would not stand beside each other. */
function isWide(options: readonly { label: string }[]): boolean {
  return options.reduce((sum, { label }) => sum + label.length + 4, 0) > 44
}

const WHENS: readonly { id: When['kind']; label: string; fresh: When }[] = [
  { id: 'always', label: 'Every', fresh: { kind: 'always' } },
  { id: 'once', label: 'Once', fresh: { kind: 'once' } },
  { id: 'times', label: 'n times', fresh: { kind: 'times', times: 3 } },
  { id: 'probability', label: 'By chance', fresh: { kind: 'probability', probability: 0.02 } },
  { id: 'duty', label: 'On and off', fresh: { kind: 'duty', onMs: 1_000, offMs: 1_000 } },
]

function WhenField({
  when,
  own,
  onChange,
}: {
  when: When
  own: When
  onChange: (when: When | null) => void
}) {
  return (
    <div className="fl-choice fl-when">
      <div className="lbl">Fires</div>
      <div className="row">
        <Segments
          label="Fires"
          choices={[...WHENS]}
          value={when.kind}
          onChange={(id) => {
            const fresh = WHENS.find((one) => one.id === id)?.fresh ?? own
            onChange(id === own.kind ? null : fresh)
          }}
        />
        {when.kind === 'times' ? (
          <NumberInput
            label="Times"
            unit="times, then never again"
            value={when.times}
            min={1}
            max={10_000}
            onChange={(times) => onChange({ kind: 'times', times })}
          />
        ) : when.kind === 'duty' ? (
          <>
            <NumberInput
              label="On"
              unit="ms on"
              value={when.onMs}
              min={100}
              max={600_000}
              onChange={(onMs) => onChange({ ...when, onMs })}
            />
            <NumberInput
              label="Off"
              unit="ms off"
              value={when.offMs}
              min={100}
              max={600_000}
              onChange={(offMs) => onChange({ ...when, offMs })}
            />
          </>
        ) : (
          <span className="i2 fl-small">{whenText(when)}</span>
        )}
      </div>
    </div>
  )
}
