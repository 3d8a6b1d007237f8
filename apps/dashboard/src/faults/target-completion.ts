/** What may be typed next in a target: the fields of processes, and how many of them are taken. Pure. */
import type { TableView } from '@orrery/live/views'
import { type Completion, completionOf, type Offer } from '../processes/completion.ts'

const SAMPLE: Offer = { label: 'sample:', about: 'only some of them, as in sample:5%', text: 'sample:' }
const SIZES: readonly (readonly [string, string])[] = [
  ['1', 'one of them'],
  ['3', 'three of them'],
  ['5%', 'a twentieth of them'],
  ['25%', 'a quarter of them'],
]

export function targetCompletion(
  text: string,
  caret: number,
  values: TableView['values'],
): Completion | null {
  const from = text.lastIndexOf(' ', caret - 1) + 1
  const typed = text.slice(from, caret).toLowerCase()
  if (typed.startsWith('sample:')) {
    const offers = SIZES.filter(
      ([size]) => `sample:${size}`.startsWith(typed) && `sample:${size}` !== typed,
    ).map(([size, about]): Offer => ({ label: size, about, text: `sample:${size}` }))
    return offers.length === 0 ? null : { from, to: caret, offers: [...offers] }
  }
  const completion = completionOf(text, caret, values)
  const isSampled = /(^|\s)sample:/.test(text)
  if (isSampled || !SAMPLE.text.startsWith(typed)) return completion
  if (completion === null) return typed === '' ? null : { from, to: caret, offers: [SAMPLE] }
  return { ...completion, offers: [...completion.offers.slice(0, 8), SAMPLE] }
}
