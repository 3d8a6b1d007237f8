/** What the processes near a fault did in a stretch of time: how much they handled, how long it took, how much waited. Pure. */

export interface Figures {
  /** Seconds that were heard. */
  seconds: number
  /** All of them together; `null` where nothing was heard. */
  handledPerS: number | null
  /** `null` where no message was timed. */
  handlingP99Ms: number | null
  /** The longest mailbox of any. */
  mailboxPeak: number | null
}

export const NO_FIGURES: Figures = { seconds: 0, handledPerS: null, handlingP99Ms: null, mailboxPeak: null }
