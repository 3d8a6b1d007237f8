'use client'
/** A number that is typed: taken when it is one and within its bounds, put back where it is not. */
import { useEffect, useState } from 'react'

export function NumberInput({
  value,
  min,
  max,
  label,
  unit,
  isWhole = true,
  isDisabled = false,
  onChange,
}: {
  value: number
  min: number
  max: number
  label: string
  unit?: string
  isWhole?: boolean
  isDisabled?: boolean
  onChange: (value: number) => void
}) {
  const shown = String(value)
  const [text, setText] = useState(shown)
  const [isFocused, setIsFocused] = useState(false)
  useEffect(() => setText(shown), [shown])
  const number = Number(text.replaceAll(',', ''))
  const isRight =
    text.trim() !== '' &&
    Number.isFinite(number) &&
    number >= min &&
    number <= max &&
    (!isWhole || Number.isInteger(number))
  const bounds = `${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')}`
  const grouped = value.toLocaleString('en-US', { maximumFractionDigits: 3 })
  return (
    <span className="fl-number">
      <input
        value={isFocused || !isRight ? text : grouped}
        aria-label={unit ? `${label}, ${unit}` : label}
        aria-invalid={!isRight}
        title={isRight ? undefined : `${isWhole ? 'A whole number' : 'A number'}, ${bounds}`}
        disabled={isDisabled}
        inputMode={isWhole ? 'numeric' : 'decimal'}
        autoComplete="off"
        style={{ width: `${Math.max(2, (isFocused ? text : grouped).length) + 1.6}ch` }}
        onFocus={(event) => {
          setIsFocused(true)
          event.target.select()
        }}
        onChange={(event) => {
          setText(event.target.value)
          const next = Number(event.target.value.replaceAll(',', ''))
          const isTaken = event.target.value.trim() !== '' && Number.isFinite(next)
          if (isTaken && next >= min && next <= max && (!isWhole || Number.isInteger(next))) onChange(next)
        }}
        onBlur={() => {
          setIsFocused(false)
          if (!isRight) setText(shown)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
        }}
      />
      {unit ? <small>{unit}</small> : null}
    </span>
  )
}
