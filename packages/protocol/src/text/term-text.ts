/** A term as one line of text: `{ expected: 48211, got: 48209 }`. Bounded, and never anything but text. */
import type { Term } from '../term.ts'

/** Characters after which a line is cut with an ellipsis. */
const LINE = 160
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

export function termText(term: Term, limit = LINE): string {
  const out = { text: '', limit }
  write(term, out, 0)
  return visible(out.text.length > limit ? `${out.text.slice(0, limit - 1)}…` : out.text)
}

/**
 * Text that can harm neither the layout nor the reader: control characters, bidirectional overrides and lone
 * surrogates are shown as pictures of themselves.
 */
export function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (char) => {
      const code = char.charCodeAt(0)
      if (code === 10) return '↵'
      if (code === 9) return '⇥'
      if (code < 32) return String.fromCharCode(0x2400 + code)
      return `‹${code.toString(16).padStart(4, '0')}›`
    },
  )
}

interface Out {
  text: string
  limit: number
}

function write(term: Term, out: Out, depth: number): void {
  if (out.text.length > out.limit) return
  if (typeof term === 'string') {
    out.text += depth === 0 ? term : JSON.stringify(term)
    return
  }
  if (term === null || typeof term !== 'object') {
    out.text += typeof term === 'number' ? String(term) : `${term}`
    return
  }
  switch (term.$) {
    case 'object':
      if (term.name) out.text += `${term.name} `
      return list(
        out,
        '{ ',
        ' }',
        term.entries.map(([key, value]) => () => {
          out.text += `${IDENTIFIER.test(key) ? key : JSON.stringify(key)}: `
          write(value, out, depth + 1)
        }),
        term.more,
      )
    case 'array':
      return list(
        out,
        '[',
        ']',
        term.items.map((item) => () => write(item, out, depth + 1)),
        term.more,
      )
    case 'set':
      return list(
        out,
        'Set { ',
        ' }',
        term.items.map((item) => () => write(item, out, depth + 1)),
        term.more,
      )
    case 'map':
      return list(
        out,
        'Map { ',
        ' }',
        term.entries.map(([key, value]) => () => {
          write(key, out, depth + 1)
          out.text += ' → '
          write(value, out, depth + 1)
        }),
        term.more,
      )
    case 'error':
      out.text += `${term.name}: `
      return write(term.message, out, 0)
    case 'text':
      out.text += `${depth === 0 ? term.text : JSON.stringify(term.text)}…`
      return
    case 'undefined':
      out.text += 'undefined'
      return
    case 'number':
      out.text += term.text
      return
    case 'bigint':
      out.text += `${term.text}n`
      return
    case 'symbol':
    case 'regexp':
      out.text += term.text
      return
    case 'function':
      out.text += `ƒ ${term.name || 'anonymous'}`
      return
    case 'date':
      out.text += term.iso
      return
    case 'bytes':
      out.text += `${term.name}(${term.length})`
      return
    case 'pid':
      out.text += term.name ? `${term.name} ${term.pid}` : term.pid
      return
    case 'opaque':
      out.text += term.name
      return
    case 'getter':
      out.text += 'getter'
      return
    case 'circular':
      out.text += `circular, ${term.up} up`
      return
    case 'redacted':
      out.text += '▇ redacted'
      return
    case 'truncated':
      out.text += '… truncated'
      return
    case 'unavailable':
      out.text += `unavailable: ${term.why}`
      return
    default:
      term satisfies never
  }
}

function list(out: Out, open: string, close: string, parts: (() => void)[], more = 0): void {
  if (parts.length === 0 && more === 0) {
    out.text += `${open.trim()}${close.trim()}`
    return
  }
  out.text += open
  parts.forEach((part, i) => {
    if (i > 0) out.text += ', '
    part()
  })
  if (more > 0) out.text += `${parts.length > 0 ? ', ' : ''}… ${more} more`
  out.text += close
}
