/** A term as one line of text, as tickets and the API write it, too. */
export { termText, visible } from '@orrery/protocol/text'
