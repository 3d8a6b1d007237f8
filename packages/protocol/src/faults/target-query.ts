/**
 * The target of a fault as it is typed: the shared query language over processes, and with it at most one `sample:`, which says how many of those that match
 * are taken: `sample:1`, `sample:20`, `sample:5%`. Without one, all.
 */
import { PROCESS_FIELDS, parseQuery, type Query, type QueryError } from '../query/index.ts'

export interface TargetQuery {
  query: Query
  /** `null` for all. */
  sample: { count: number } | { percent: number } | null
}

const SAMPLE = /(^|\s)sample:(\S*)/g

/**
 * @returns the query and the sample, or what is wrong and where.
 *
 * ```ts
 * parseTarget('module:Call sample:5%')
 * ```
 */
export function parseTarget(text: string): ({ ok: true } & TargetQuery) | ({ ok: false } & QueryError) {
  const found = [...text.matchAll(SAMPLE)]
  const [first, second] = found
  // The same length, so that what is wrong elsewhere is underlined where it stands.
  const rest = text.replace(SAMPLE, (whole) => ' '.repeat(whole.length))
  const parsed = parseQuery(rest, PROCESS_FIELDS)
  if (!parsed.ok) return parsed
  if (first === undefined) return { ok: true, query: parsed.query, sample: null }
  const wrong = (match: RegExpExecArray, message: string): { ok: false } & QueryError => {
    const from = match.index + (match[1]?.length ?? 0)
    return { ok: false, code: 'query.number_expected', message, from, to: match.index + match[0].length }
  }
  if (second !== undefined) return wrong(second, 'sample: may stand once')
  const value = /^(\d{1,7}(?:\.\d{1,3})?)(%?)$/.exec(first[2] ?? '')
  if (value === null) return wrong(first, 'sample: takes a number or a share, like sample:20 or sample:5%')
  const number = Number(value[1])
  if (value[2] === '%') {
    if (number <= 0 || number > 100) return wrong(first, 'sample: takes a share above 0 % and up to 100 %')
    return { ok: true, query: parsed.query, sample: { percent: number } }
  }
  if (!Number.isInteger(number) || number < 1)
    return wrong(first, 'sample: takes a whole number from 1, like sample:20')
  return { ok: true, query: parsed.query, sample: { count: number } }
}

/** How many of `matching` the sample takes: of a share at least one. */
export function sampleSize(sample: TargetQuery['sample'], matching: number): number {
  if (sample === null) return matching
  if ('count' in sample) return Math.min(sample.count, matching)
  return matching === 0 ? 0 : Math.max(1, Math.round((matching * sample.percent) / 100))
}
