/** JavaScript and TypeScript as tokens and brackets, in columns: what is needed to find functions, and nothing more. */

export interface Scan {
  text: string[]
  /** Where each token begins. */
  offset: number[]
  /** Whether it is the first on its line. */
  startsLine: boolean[]
  /** Of a bracket: its other end, where there is one. */
  partner: (number | undefined)[]
  /** The bracket a token stands in, -1 for none. */
  parent: number[]
}

/** Whatever is not ASCII is taken for a letter. */
const WORD = /[\w$#\u0080-\uffff]+/y
const SPACE = /\s+/y
const QUOTED = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
/** A part of a template: up to its end, or to a place that holds an expression. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y
const BEFORE_REGEXP = /^(?:return|typeof|case|in|of|delete|void|throw|new|do|else|yield|await)$/
const VALUE = /^[\w$#'"`)\]}\u0080-\uffff]/
const CLOSES: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

export function scan(source: string): Scan {
  const file: Scan = { text: [], offset: [], startsLine: [], partner: [], parent: [] }
  const open: number[] = []
  let at = 0
  let isLineStart = true

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    return found === null ? null : found[0]
  }
  const push = (text: string, partner?: number): void => {
    file.text.push(text)
    file.offset.push(at)
    file.startsLine.push(isLineStart)
    file.partner.push(partner)
    file.parent.push(open.at(-1) ?? -1)
    isLineStart = false
    at += text.length
  }
  /** The text of a template is skipped; an expression in it stands in brackets `${` and `}`. */
  const template = (): void => {
    const part = take(TEMPLATE) ?? ''
    at += part.length
    if (!part.endsWith('${')) return
    at -= 1
    open.push(file.text.length)
    push('{')
    templates.push(open.length)
  }
  const templates: number[] = []

  while (at < source.length) {
    const char = source[at] ?? ''
    if (char <= ' ' || char === '\u00a0' || char === '\ufeff') {
      const space = take(SPACE) ?? char
      if (space.includes('\n')) isLineStart = true
      at += space.length
      continue
    }
    if (char === '/') {
      const comment = take(COMMENT)
      if (comment !== null) {
        at += comment.length
        continue
      }
      const last = file.text.at(-1) ?? ''
      const regexp = !VALUE.test(last) || BEFORE_REGEXP.test(last) ? take(REGEXP) : null
      push(regexp ?? '/')
    } else if (char === '`') {
      push('`')
      template()
    } else if (char === '}' && templates.at(-1) === open.length) {
      templates.pop()
      push('}', close(file, open, '}'))
      template()
    } else if (char in CLOSES) {
      push(char, close(file, open, char))
    } else if (char === '(' || char === '[' || char === '{') {
      const index = file.text.length
      push(char)
      open.push(index)
    } else if (source.startsWith('=>', at)) push('=>')
    else push(take(WORD) ?? (char === "'" || char === '"' ? take(QUOTED) : null) ?? char)
  }
  return file
}

/** The token that closes the bracket at `at`; the last one of the file where nothing does. */
export function closing(file: Scan, at: number): number {
  const other = file.partner[at]
  return other !== undefined && other > at ? other : file.text.length - 1
}

/** Pops what was opened; brackets that do not fit, as in text between tags, are passed over. */
function close(file: Scan, open: number[], char: string): number | undefined {
  const from = open.at(-1)
  if (from === undefined || file.text[from] !== CLOSES[char]) return undefined
  open.pop()
  file.partner[from] = file.text.length
  return from
}
