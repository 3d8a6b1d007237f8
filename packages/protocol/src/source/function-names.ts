/**
 * Which function a place in a source file belongs to, by the names its author gave. V8 names the function that ran: shortened
 * in a minified file, after the receiver's class in a method, not at all for a callback. What was written is the same in each of them.
 *
 * Read with a scanner of JavaScript and TypeScript, not with a parser: brackets, and what stands before them.
 */
import { closing, type Scan, scan } from './source-tokens.ts'

export interface FunctionNames {
  /**
   * `Class.method`, `new Class`, `name`; `name.<anonymous>` in a function without a name inside of `name`. `null` outside of
   * every function that has one. Lines and columns count from 1.
   */
  at(line: number, column: number): string | null
}

interface Span {
  /** Offsets in the text. */
  start: number
  end: number
  name: string | null
}

/** Type annotations longer than this are taken for something else. */
const LONGEST_TYPE = 200

const CONTROL = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'function',
  'return',
  'await',
  'super',
])
const MODIFIERS = new Set([
  'async',
  'get',
  'set',
  'static',
  'public',
  'private',
  'protected',
  'override',
  'abstract',
  'readonly',
  '*',
])
const BEFORE_METHOD = new Set(['{', '}', ';', ','])
/** After these a brace opens an object type and no body. */
const BEFORE_TYPE = new Set([
  ':',
  '|',
  '&',
  '<',
  ',',
  '=>',
  'extends',
  'keyof',
  'readonly',
  '?',
  '(',
  'is',
  '[',
])
const STATEMENT_END = new Set([';', '{', '}', '(', ','])

/** Reads the functions of a source text. */
export function functionNames(source: string): FunctionNames {
  const lineStarts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  const spans = new Functions(scan(source)).read().sort((a, b) => a.start - b.start || b.end - a.end)
  return {
    at(line, column) {
      const lineStart = lineStarts[line - 1]
      if (lineStart === undefined) return null
      const offset = lineStart + column - 1
      let name: string | null = null
      let isAnonymous = false
      for (const span of spans) {
        if (span.start > offset) break
        if (span.end < offset) continue
        // Spans nest, so the last one that holds the place is the innermost.
        isAnonymous = span.name === null
        name = span.name ?? name
      }
      return name !== null && isAnonymous ? `${name}.<anonymous>` : name
    },
  }
}

class Functions {
  private readonly spans: Span[] = []
  /** Names of classes by the token that opens their body. */
  private readonly classes = new Map<number, string | null>()

  private readonly file: Scan

  constructor(file: Scan) {
    this.file = file
  }

  read(): Span[] {
    const { length } = this.file.text
    for (let at = 0; at < length; at++) if (this.is(at, 'class')) this.class(at)
    for (let at = 0; at < length; at++) {
      if (this.is(at, '=>')) this.arrow(at)
      else if (this.is(at, 'function')) this.function(at)
      else if (this.is(at, '(')) this.method(at)
    }
    return this.spans
  }

  private class(at: number): void {
    const before = this.file.text[at - 1]
    const after = this.file.text[at + 1]
    if (before === '.' || after === ':' || after === '(' || after === ',') return
    const own = this.isName(at + 1) && after !== 'extends' && after !== 'implements' ? after : undefined
    let brace = at + 1
    while (brace < this.file.text.length && brace < at + LONGEST_TYPE) {
      if (this.is(brace, '{') && !BEFORE_TYPE.has(this.file.text[brace - 1] ?? '')) break
      brace = this.isOpening(brace) ? closing(this.file, brace) + 1 : brace + 1
    }
    if (this.is(brace, '{')) this.classes.set(brace, own ?? this.givenName(at))
  }

  private function(at: number): void {
    let next = at + 1
    if (this.is(next, '*')) next++
    const own = this.isName(next) ? this.file.text[next] : undefined
    while (next < at + LONGEST_TYPE && next < this.file.text.length && !this.is(next, '(')) next++
    const body = this.bodyAfter(closing(this.file, next))
    if (body === null) return
    this.add(at, closing(this.file, body), own ?? this.givenName(this.is(at - 1, 'async') ? at - 1 : at))
  }

  /** `name(…) {` where a member may stand. */
  private method(open: number): void {
    const { text } = this.file
    let name = open - 1
    if (this.is(name, '>')) name = this.beforeGenerics(name)
    const key = this.is(name, ']') ? null : (text[name] ?? '')
    if (key !== null && (!this.isKey(name) || CONTROL.has(key))) return
    let before = (key === null ? (this.file.partner[name] ?? 0) : name) - 1
    while (MODIFIERS.has(text[before] ?? '')) before--
    if (!BEFORE_METHOD.has(text[before] ?? '') && !this.file.startsLine[before + 1]) return
    const body = this.bodyAfter(closing(this.file, open))
    if (body === null) return
    const owner = this.classOf(open)
    const bare = key === null ? null : unquoted(key)
    const full =
      bare === 'constructor' && owner ? `new ${owner}` : owner && bare !== null ? `${owner}.${bare}` : bare
    this.add(open, closing(this.file, body), full)
  }

  private arrow(at: number): void {
    let start = this.parametersBefore(at)
    if (this.is(start - 1, '>')) start = this.beforeGenerics(start - 1) + 1
    if (this.is(start - 1, 'async')) start--
    const end = this.is(at + 1, '{') ? closing(this.file, at + 1) : this.expressionEnd(at + 1)
    this.add(start, end, this.givenName(start))
  }

  /** Where the parameters of an arrow begin. */
  private parametersBefore(arrow: number): number {
    const { text, partner } = this.file
    let at = arrow - 1
    if (this.is(at, ')') && !this.isReturnType(at)) return partner[at] ?? at
    // A return type: back over it to the colon behind the parameters.
    for (let steps = 0; at > 0 && steps < LONGEST_TYPE; steps++) {
      if (this.is(at, ':') && this.is(at - 1, ')')) return partner[at - 1] ?? at
      if (text[at] === ';' || text[at] === '{' || text[at] === '(' || text[at] === '=' || text[at] === ',')
        break
      at = this.isClosing(at) ? (partner[at] ?? at) - 1 : at - 1
    }
    return arrow - 1
  }

  /** A parenthesis that closes a type, as in `(a): (b | c) => …`. */
  private isReturnType(close: number): boolean {
    const open = this.file.partner[close]
    return open !== undefined && this.is(open - 1, ':') && this.is(open - 2, ')')
  }

  /** The brace that opens the body behind parameters that close at `close`, past a return type. */
  private bodyAfter(close: number): number | null {
    const { text } = this.file
    let at = close + 1
    if (this.is(at, '{')) return at
    if (!this.is(at, ':')) return null
    at++
    for (let steps = 0; at < text.length && steps < LONGEST_TYPE; steps++) {
      if (this.is(at, '{') && !BEFORE_TYPE.has(text[at - 1] ?? '')) return at
      if (text[at] === ';' || text[at] === '=' || text[at] === '}' || text[at] === ')') return null
      at = this.isOpening(at) ? closing(this.file, at) + 1 : at + 1
    }
    return null
  }

  /** The last token of an arrow's expression. */
  private expressionEnd(from: number): number {
    const { text, startsLine } = this.file
    let at = from
    while (at < text.length) {
      if (at > from && (text[at] === ',' || text[at] === ';' || this.isClosing(at))) return at - 1
      // No semicolon: a word on a new line, behind a value, begins a statement.
      if (at > from && startsLine[at] && this.isName(at) && this.isValueEnd(at - 1)) return at - 1
      at = this.isOpening(at) ? closing(this.file, at) + 1 : at + 1
    }
    return text.length - 1
  }

  /** The name a function, arrow or class gets from what it is assigned to. */
  private givenName(start: number): string | null {
    const { text } = this.file
    const before = text[start - 1]
    if (before === ':' && this.isKey(start - 2)) return unquoted(text[start - 2] ?? '')
    if (before === 'default') return 'default'
    if (before !== '=') return null
    const left = start - 2
    if (this.isName(left) && this.isLeftEdge(left)) return this.member(left)
    // `const name: Type =`
    let at = left
    for (let steps = 0; at > 0 && steps < LONGEST_TYPE; steps++) {
      if (this.is(at, ':') && this.isName(at - 1) && this.isLeftEdge(at - 1)) return this.member(at - 1)
      if (text[at] === ';') return null
      at = this.isClosing(at) ? (this.file.partner[at] ?? at) - 1 : at - 1
    }
    return null
  }

  private isLeftEdge(name: number): boolean {
    const before = this.file.text[name - 1] ?? ';'
    return (
      before === '.' ||
      before === 'const' ||
      before === 'let' ||
      before === 'var' ||
      MODIFIERS.has(before) ||
      STATEMENT_END.has(before) ||
      this.file.startsLine[name] === true
    )
  }

  /** A field of a class is named after it. */
  private member(name: number): string {
    const own = this.file.text[name] ?? ''
    const isField = this.file.text[name - 1] !== 'const' && this.file.text[name - 1] !== '.'
    const owner = isField ? this.classOf(name) : null
    return owner === null ? own : `${owner}.${own}`
  }

  private classOf(at: number): string | null {
    return this.classes.get(this.file.parent[at] ?? -1) ?? null
  }

  private beforeGenerics(close: number): number {
    let depth = 0
    for (let at = close; at > Math.max(0, close - LONGEST_TYPE); at--) {
      if (this.is(at, '>')) depth++
      else if (this.is(at, '<') && --depth === 0) return at - 1
    }
    return close
  }

  private add(first: number, last: number, name: string | null): void {
    const { offset, text } = this.file
    const end = (offset[last] ?? 0) + (text[last]?.length ?? 0)
    this.spans.push({ start: offset[first] ?? 0, end, name })
  }

  private is(at: number, text: string): boolean {
    return this.file.text[at] === text
  }

  private isName(at: number): boolean {
    return /^[A-Za-z$_#\u0080-\uffff]/.test(this.file.text[at] ?? '')
  }

  private isKey(at: number): boolean {
    return /^[\w$#'"\u0080-\uffff]/.test(this.file.text[at] ?? '')
  }

  private isValueEnd(at: number): boolean {
    return this.isKey(at) || this.isClosing(at) || this.is(at, '`')
  }

  private isOpening(at: number): boolean {
    const text = this.file.text[at]
    return text === '(' || text === '[' || text === '{'
  }

  private isClosing(at: number): boolean {
    const text = this.file.text[at]
    return text === ')' || text === ']' || text === '}'
  }
}

function unquoted(key: string): string {
  return key.replace(/^['"]|['"]$/g, '')
}
