/** What was captured, in words and plain text: the same in a page, in a ticket and in an answer of the API. */
export { duration } from './duration.ts'
export {
  beforeText,
  decodeSegment,
  endOf,
  isOfNode,
  nameOf,
  type OutcomeWords,
  outcomeWords,
  reasonDetail,
  shortName,
  ticketText,
} from './report-text.ts'
export { diffTerms, type TermChange, type TermDiff } from './term-diff.ts'
export { termText, visible } from './term-text.ts'
