/** One bounded line for a person, from a term. */
import type { Term } from '@orrery/protocol'

const MAX = 255

/** Reads a term as one line of at most 255 characters, control characters removed. */
export function termLine(term: Term, max: number = MAX): string {
  return oneLine(text(term, 0), max)
}

export function oneLine(raw: string, max: number = MAX): string {
  const line = raw
    .slice(0, max * 4)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return (line.length <= max ? line : `${line.slice(0, max - 1)}…`).toWellFormed()
}

function text(term: Term, depth: number): string {
  if (term === null || typeof term !== 'object') return String(term)
  if (depth > 3) return '…'
  const inner = (value: Term): string => text(value, depth + 1)
  switch (term.$) {
    case 'error':
      return `${term.name}: ${inner(term.message)}`
    case 'object': {
      const tag = term.entries.find(([key]) => key === 'tag')?.[1]
      const rest = term.entries.filter(([key]) => key !== 'tag').slice(0, 8)
      const body = rest.map(([key, value]) => `${key}: ${inner(value)}`).join(', ')
      if (typeof tag === 'string') return body === '' ? tag : `${tag} {${body}}`
      return `${term.name ?? ''}{${body}}`
    }
    case 'array':
      return `[${term.items.slice(0, 8).map(inner).join(', ')}]`
    case 'set':
      return `Set {${term.items.slice(0, 8).map(inner).join(', ')}}`
    case 'map':
      return `Map {${term.entries
        .slice(0, 8)
        .map(([key, value]) => `${inner(key)} => ${inner(value)}`)
        .join(', ')}}`
    case 'text':
    case 'number':
    case 'bigint':
    case 'regexp':
      return term.text
    case 'symbol':
      return `Symbol(${term.text})`
    case 'function':
      return `function ${term.name}`
    case 'date':
      return term.iso
    case 'bytes':
      return `${term.name}(${term.length})`
    case 'pid':
      return term.name ?? term.pid
    case 'opaque':
      return term.name
    case 'undefined':
      return 'undefined'
    case 'getter':
      return 'a getter'
    case 'circular':
      return '…'
    case 'redacted':
      return '[redacted]'
    case 'truncated':
      return '…'
    case 'unavailable':
      return `(${term.why})`
    default: {
      const never: never = term
      return String(never)
    }
  }
}
