import { FAULTS, type FormField } from '@orrery/protocol/faults'
import { expect, it } from 'vitest'
import { fieldScale, probabilityScale } from './slider-scale.ts'

it('the quarters of a probability are 0.1, 1, 5, 20 and 100 percent', () => {
  expect(probabilityScale.ticks.map(({ label }) => label)).toEqual(['0.1', '1', '5', '20', '100'])
  for (const { place, label } of probabilityScale.ticks) {
    expect(probabilityScale.placeOf(Number(label) / 100)).toBeCloseTo(place)
    expect(probabilityScale.valueAt(place)).toBeCloseTo(Number(label) / 100)
  }
})

it('a probability below the scale stands at its left end, and is not lost', () => {
  expect(probabilityScale.placeOf(0.0001)).toBe(0)
})

it('every number of the catalogue finds its place and comes back from it', () => {
  const fields = Object.values(FAULTS).flatMap((kind) => [...kind.form] as FormField[])
  const numbers = fields.filter((field) => field.type === 'number')
  expect(numbers.length).toBeGreaterThan(10)
  for (const { min, max, scale, default: value } of numbers) {
    const { placeOf, valueAt, ticks } = fieldScale(min, max, scale)
    expect(placeOf(min)).toBe(0)
    expect(placeOf(max)).toBe(1)
    expect(valueAt(0)).toBeCloseTo(min)
    expect(valueAt(1)).toBeCloseTo(max)
    // As exact as a slider is: two figures.
    expect(Math.abs(valueAt(placeOf(value)) - value)).toBeLessThanOrEqual(Math.abs(value) * 0.06 + 1e-9)
    expect(ticks.every(({ place }) => place >= 0 && place <= 1)).toBe(true)
  }
})
