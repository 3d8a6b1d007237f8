/**
 * A query as data: clauses that must all hold. `matches` evaluates it in memory; a store may translate it instead, and
 * has everything it needs here: values are in base units and every text is to be compared without regard to case.
 */

export interface Query {
  /** As typed. */
  text: string
  /** All must hold; none matches everything. */
  clauses: Clause[]
}

export type Clause = TextClause | FlagClause | MatchClause | CompareClause

interface ClauseBase {
  /** `-` before it. A negated clause also holds where the value is missing. */
  isNegated: boolean
  /** Where it stands in the text, in UTF-16 units, `to` exclusive. */
  from: number
  to: number
}

/** Free text: contained in any of the texts a thing is found by. */
export interface TextClause extends ClauseBase {
  kind: 'text'
  text: string
}

/** `is:suspended` */
export interface FlagClause extends ClauseBase {
  kind: 'flag'
  flag: string
}

/** `module:TrunkLink`, `reason:~overrun`, `node:a|b`: any of the patterns. */
export interface MatchClause extends ClauseBase {
  kind: 'match'
  field: string
  /** `['buffer', 'lost']` of `state.buffer.lost`, else empty. */
  path: string[]
  patterns: Pattern[]
}

/** `mailbox:>100`, `last:24h`. Durations are in milliseconds; `last` is compared as an age with `<=`. */
export interface CompareClause extends ClauseBase {
  kind: 'compare'
  field: string
  path: string[]
  comparison: Comparison
  value: number
}

export type Comparison = '=' | '>' | '>=' | '<' | '<='

export interface Pattern {
  /** A glob's `*` is any run of characters, also none; nothing else in it is special. */
  op: 'equals' | 'contains' | 'glob'
  text: string
  /** Not typed but meant: `node:lund-1` also means `*@lund-1`. */
  isImplied?: true
}

export type QueryErrorCode =
  | 'query.too_long'
  | 'query.field_unknown'
  | 'query.flag_unknown'
  | 'query.value_missing'
  | 'query.path_missing'
  | 'query.path_unknown'
  | 'query.number_expected'
  | 'query.duration_expected'
  | 'query.text_expected'
  | 'query.quote_open'
  | 'query.negation_empty'

export interface QueryError {
  code: QueryErrorCode
  /** One line for the person who typed it, ending in what would work. */
  message: string
  /** The part to underline, `to` exclusive. */
  from: number
  to: number
}
