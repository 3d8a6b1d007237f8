/** What may be typed next in the query field, from the fields of the language and what the node has. Pure. */
import type { TableView } from '@orrery/live/views'
import { STATUSES } from '@orrery/protocol'
import { type Field, fieldNamed, PROCESS_FIELDS } from '@orrery/protocol/query'

export interface Offer {
  /** What is drawn. */
  label: string
  about: string
  /** What takes the place of the part being typed. */
  text: string
}

export interface Completion {
  /** The part being typed, `to` exclusive. */
  from: number
  to: number
  offers: Offer[]
}

const MAX_OFFERS = 9
const FLAG = { label: 'is:', about: 'a state, as in is:restarting', text: 'is:' }
const SIGNS: [string, string][] = [
  ['>', 'more than'],
  ['>=', 'at least'],
  ['<', 'less than'],
  ['<=', 'at most'],
]

/** `null` where nothing is to be offered. */
export function completionOf(text: string, caret: number, values: TableView['values']): Completion | null {
  const from = startOf(text, caret)
  if (from === null) return null
  const typed = text.slice(from, caret)
  const colon = typed.indexOf(':')
  const offers = colon < 0 ? fieldOffers(typed) : valueOffers(typed, colon, values)
  const isDone = offers.length === 1 && offers[0]?.text === typed
  return offers.length === 0 || isDone ? null : { from, to: caret, offers: offers.slice(0, MAX_OFFERS) }
}

/** The text with an offer taken, and where the caret stands then. A field or sign is typed on, a value is done. */
export function take(text: string, { from, to }: Completion, offer: Offer): { text: string; caret: number } {
  const rest = text.slice(to)
  const isOpen = /[:<>=]$/.test(offer.text)
  const inserted = isOpen || rest.startsWith(' ') ? offer.text : `${offer.text} `
  return { text: `${text.slice(0, from)}${inserted}${rest}`, caret: from + inserted.length }
}

/** Where the word at the caret begins, behind its `-`; `null` inside quotes. */
function startOf(text: string, caret: number): number | null {
  let from = 0
  let isQuoted = false
  for (let at = 0; at < caret; at++) {
    if (text[at] === '"') isQuoted = !isQuoted
    else if (text[at] === ' ' && !isQuoted) from = at + 1
  }
  if (isQuoted) return null
  return text[from] === '-' && from < caret ? from + 1 : from
}

function fieldOffers(typed: string): Offer[] {
  const asked = typed.toLowerCase()
  const fields: readonly Field[] = PROCESS_FIELDS.fields
  const offers = fields
    .filter(({ name, aliases = [] }) => [name, ...aliases].some((word) => word.startsWith(asked)))
    .map(({ name, about }) => ({ label: `${name}:`, about, text: `${name}:` }))
  return 'is'.startsWith(asked) ? [FLAG, ...offers] : offers
}

function valueOffers(typed: string, colon: number, values: TableView['values']): Offer[] {
  const name = typed.slice(0, colon).toLowerCase()
  const head = typed.slice(0, colon + 1)
  const value = typed.slice(colon + 1).toLowerCase()
  if (name === 'is') {
    return PROCESS_FIELDS.flags
      .filter((flag) => flag.name.startsWith(value))
      .map((flag) => ({ label: flag.name, about: flag.about, text: head + flag.name }))
  }
  const field = fieldNamed(PROCESS_FIELDS, name)
  if (field === undefined) return []
  if (field.type === 'number' || field.type === 'duration') {
    if (value !== '') return []
    return SIGNS.map(([sign, about]) => ({
      label: sign,
      about: `${about}, as in ${field.example}`,
      text: head + sign,
    }))
  }
  return knownOf(field.name, values)
    .filter((known) => known.toLowerCase().includes(value.replace(/^["~]/, '')))
    .map((known) => ({ label: known, about: '', text: head + quoted(known) }))
}

function knownOf(field: string, values: TableView['values']): readonly string[] {
  if (field === 'status') return STATUSES
  return Object.hasOwn(values, field) ? values[field as keyof typeof values] : []
}

function quoted(value: string): string {
  return /^[\w.@/#-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
