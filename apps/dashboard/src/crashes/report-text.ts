/** What a report says in words: its headline, its outcome, and the text one pastes into a ticket. */
export {
  beforeText,
  endOf,
  isOfNode,
  nameOf,
  type OutcomeWords,
  outcomeWords,
  reasonDetail,
  ticketText,
} from '@orrery/protocol/text'
