/** A message in a line: its fields without the type that already stands beside it, `seq 48207`. Pure. */
import type { Term } from '@orrery/protocol'
import { termText, visible } from '../term/term-text.ts'

export function brief(value: Term, type: string, limit = 60): string {
  if (typeof value === 'string' && value === type) return ''
  if (typeof value !== 'object' || value === null || value.$ !== 'object') return termText(value, limit)
  const fields = value.entries.filter(([key, field]) => !(key === 'type' && field === type))
  let text = ''
  for (const [key, field] of fields) {
    if (text.length > limit) break
    text += `${text === '' ? '' : ', '}${visible(key)} ${termText(field, limit)}`
  }
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
