export type {
  Clause,
  CompareClause,
  Comparison,
  FlagClause,
  MatchClause,
  Pattern,
  Query,
  QueryError,
  QueryErrorCode,
  TextClause,
} from './ast.ts'
export type {
  CrashField,
  CrashFlag,
  Field,
  FieldTable,
  FieldType,
  Flag,
  ProcessField,
  ProcessFlag,
} from './fields.ts'
export { CRASH_FIELDS, fieldNamed, PROCESS_FIELDS } from './fields.ts'
export { formatClause, formatQuery } from './format.ts'
export type { Accessor, FieldValue } from './matches.ts'
export { fits, matches } from './matches.ts'
export type { Parsed } from './parse.ts'
export { parseQuery } from './parse.ts'
export { stateAt, termAt } from './term-path.ts'
