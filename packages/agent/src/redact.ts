/**
 * Redaction: nothing that looks like a secret leaves the node. It works on terms (what `capture` made of state and
 * messages) and on text (exception messages, stacks, names, labels, reasons), by the name of a key and by the shape
 * of a text. It fails closed: what cannot be redacted is not sent.
 */
import type { Term } from '@orrery/protocol'
import {
  ANY_HINT,
  isCardNumber,
  SECRET_KEY,
  SHORTEST,
  TEXT_PATTERNS,
  type TextPattern,
} from './redact-patterns.ts'

export interface RedactOptions {
  /** Further keys whose values are hidden: a text is compared with case and punctuation ignored. */
  keys?: readonly (string | RegExp)[]
  /** Further shapes of text that are hidden wherever they stand. */
  patterns?: readonly RegExp[]
}

export interface Redactor {
  /** Hides secrets in one text. */
  text(text: string): string
  /** Hides secrets in a term; the term given is left as it was. */
  term(term: Term): Term
  /** Whether the value beside this key is hidden. */
  isSecretKey(key: string): boolean
  /** Every text and every term of a report (or of an inspection), to any depth. */
  deep<T>(value: T): T
}

const MAX_DEPTH = 64
const KEY_CACHE = 4_096
/** Identifiers and what is joined by them: they must survive unchanged. A child id is an address, not a place for secrets. */
const OWN_IDS = new Set([
  'id',
  'at',
  'incarnation',
  'pid',
  'newPid',
  'key',
  'rootCrash',
  'parentCrash',
  'agentVersion',
  'startedAt',
  'status',
])

/**
 * Makes a redactor with the defaults (password, token, secret, authorization, cookie, api keys, JWTs, card numbers,
 * private keys, credentials in addresses) and the given additions.
 *
 * @example
 * const redactor = createRedactor({ keys: ['iban'], patterns: [/EMP-\d+/] })
 * redactor.text('password=hunter2 of EMP-17') // 'password=[redacted] of [redacted]'
 */
export function createRedactor(options: RedactOptions = {}): Redactor {
  const extraKeys = options.keys ?? []
  const plainKeys = extraKeys.filter((key): key is string => typeof key === 'string').map(normalise)
  const keyPatterns = extraKeys.filter((key): key is RegExp => key instanceof RegExp).map(global)
  const own: TextPattern[] = (options.patterns ?? []).map((pattern) => ({
    why: 'pattern',
    hint: /(?:)/,
    pattern: global(pattern),
  }))
  const patterns = [...TEXT_PATTERNS, ...own]
  const keyCache = new Map<string, boolean>()

  const isSecretKey = (key: string): boolean => {
    const known = keyCache.get(key)
    if (known !== undefined) return known
    const plain = normalise(key)
    const isSecret =
      SECRET_KEY.test(plain) ||
      plainKeys.some((secret) => secret !== '' && plain.includes(secret)) ||
      keyPatterns.some((pattern) => key.search(pattern) >= 0)
    if (keyCache.size >= KEY_CACHE) keyCache.clear()
    if (key.length <= 256) keyCache.set(key, isSecret)
    return isSecret
  }

  const redactText = (text: string): string => {
    let out = text
    const isSuspect = text.length >= SHORTEST && ANY_HINT.test(text)
    for (const { hint, pattern, keep, accept } of isSuspect ? patterns : own) {
      if (!hint.test(out)) continue
      out = out.replace(pattern, (match: string, ...rest: unknown[]) => {
        if (match === '' || (accept && !accept(match))) return match
        return keep ? keep(match, rest as string[]) : '[redacted]'
      })
    }
    return out
  }

  const text = (input: string): string => {
    try {
      return redactText(input)
    } catch {
      return '[redacted: failed]'
    }
  }

  const stringTerm = (value: string): Term => {
    const clean = redactText(value)
    return clean === '[redacted]' ? { $: 'redacted', why: whyOf(value) } : clean
  }

  const whyOf = (value: string): string =>
    patterns.find(({ hint, pattern }) => hint.test(value) && value.search(pattern) >= 0)?.why ?? 'pattern'

  const hidden = (key: string): Term => ({ $: 'redacted', why: `key ${redactText(key).slice(0, 64)}` })

  const textOf = (value: Term): string | null =>
    typeof value === 'string'
      ? value
      : value !== null && typeof value === 'object' && value.$ === 'text'
        ? value.text
        : value !== null && typeof value === 'object' && value.$ === 'symbol'
          ? value.text
          : null

  const entries = (list: [string, Term][], depth: number): [string, Term][] => {
    const labelled = list.some(
      ([key, value]) => LABEL_KEYS.has(key) && typeof value === 'string' && isSecretKey(value),
    )
    return list.map(([key, value]) => [
      redactText(key),
      isSecretKey(key) || (labelled && VALUE_KEYS.has(key)) ? hidden(key) : walk(value, depth),
    ])
  }

  /** In `['authorization', 'Bearer …']`, flat or nested, the item after a secret's name is the secret. */
  const items = (list: Term[], depth: number): Term[] =>
    list.map((value, index) => {
      const before = index > 0 ? list[index - 1] : undefined
      const isNamed =
        typeof before === 'string' && before.length <= 64 && isName(before) && isSecretKey(before)
      return isNamed ? hidden(before) : walk(value, depth)
    })

  const walk = (value: Term, depth: number): Term => {
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return stringTerm(value)
    if (typeof value === 'number')
      return value >= 2e12 && Number.isSafeInteger(value) && isCardNumber(String(value))
        ? { $: 'redacted', why: 'card number' }
        : value
    if (depth > MAX_DEPTH) return { $: 'truncated', why: 'too deep' }
    const next = depth + 1
    switch (value.$) {
      case 'object':
        return {
          ...value,
          ...(value.name === undefined ? {} : { name: redactText(value.name) }),
          entries: entries(value.entries, next),
        }
      case 'array':
      case 'set':
        return { ...value, items: items(value.items, next) }
      case 'map':
        return {
          ...value,
          entries: value.entries.map(([key, held]) => {
            const name = textOf(key)
            return [walk(key, next), name !== null && isSecretKey(name) ? hidden(name) : walk(held, next)]
          }),
        }
      case 'error':
        return {
          $: 'error',
          name: redactText(value.name),
          message: walk(value.message, next),
          ...(value.cause === undefined ? {} : { cause: walk(value.cause, next) }),
          ...(value.entries === undefined ? {} : { entries: entries(value.entries, next) }),
        }
      case 'text':
        // A secret may have been cut in two: what is left of a card number at the end is hidden as well.
        return { ...value, text: redactText(value.text).replace(/\d(?:[ -]?\d){7,18}$/, '[redacted]') }
      case 'bytes':
        return bytesHoldSecret(value.head, redactText) ? { $: 'redacted', why: 'bytes' } : value
      case 'function':
      case 'opaque':
        return { ...value, name: redactText(value.name) }
      case 'symbol':
      case 'regexp':
        return { ...value, text: redactText(value.text) }
      case 'bigint':
        return isCardNumber(value.text) ? { $: 'redacted', why: 'card number' } : value
      case 'pid':
        return value.name === undefined ? value : { ...value, name: redactText(value.name) }
      case 'undefined':
      case 'number':
      case 'date':
      case 'getter':
      case 'circular':
      case 'redacted':
      case 'truncated':
      case 'unavailable':
        return value
      default:
        return { $: 'redacted', why: 'unknown kind of term' }
    }
  }

  const term = (value: Term): Term => {
    try {
      return walk(value, 0)
    } catch {
      return { $: 'redacted', why: 'redaction failed' }
    }
  }

  const deep = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value)
    if (value === null || typeof value !== 'object') return value
    if (depth > MAX_DEPTH) return { status: 'redacted', why: 'too deep' }
    if (Array.isArray(value)) return value.map((item) => deep(item, depth + 1))
    if ('$' in value) return term(value as Term)
    if (isChange(value) && isSecretKey(lastSegment(value.path))) {
      return { path: text(value.path), before: hidden('state'), after: hidden('state') }
    }
    const out: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      out[key] = OWN_IDS.has(key) && typeof item === 'string' ? item : deep(item, depth + 1)
    }
    return out
  }

  return { text, term, isSecretKey, deep: <T>(value: T): T => deep(value, 0) as T }
}

const LABEL_KEYS = new Set(['name', 'key', 'header', 'field', 'Name', 'Key'])
const VALUE_KEYS = new Set(['value', 'values', 'Value', 'val', 'content'])

function normalise(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function isName(text: string): boolean {
  return /^[\w.:-]+$/.test(text)
}

function global(pattern: RegExp): RegExp {
  const flags = pattern.flags.replace('y', '')
  return new RegExp(pattern.source, flags.includes('g') ? flags : `${flags}g`)
}

function isChange(value: object): value is { path: string; before: unknown; after: unknown } {
  return 'path' in value && 'before' in value && 'after' in value && typeof value.path === 'string'
}

function lastSegment(path: string): string {
  return (
    path
      .split(/[./[\]"']+/)
      .filter(Boolean)
      .at(-1) ?? path
  )
}

/** The head of a byte array, read as what it most likely is: text. Hex and base64 are both tried. */
function bytesHoldSecret(head: string, redactText: (text: string) => string): boolean {
  const readings = [head]
  if (/^(?:[0-9a-f]{2}[ ]?)+$/i.test(head))
    readings.push(Buffer.from(head.replace(/ /g, ''), 'hex').toString('latin1'))
  else if (/^[\w+/-]+={0,2}$/.test(head)) readings.push(Buffer.from(head, 'base64').toString('latin1'))
  return readings.some((reading) => redactText(reading) !== reading)
}
