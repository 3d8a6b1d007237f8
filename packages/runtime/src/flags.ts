/** Bits of `Proc.flags`: one load and one mask answer the hot path's questions. */

/** Stands in the run queue. */
export const QUEUED = 1
/** `init` has not returned. */
export const STARTING = 2
/** An async handler is between its awaits. */
export const BUSY = 4
/** Held by `suspend`. */
export const SUSPENDED = 8
/** Condemned: what is sent to it is a dead letter, its end is queued. */
export const EXITING = 16
export const EXITED = 32
/** Something stands before its mailbox or its handler: `Proc.interceptor` is not `null`. Asked for with the two above, in one byte. */
export const INTERCEPTED = 64
export const IMMUNE = 128
export const HIDDEN = 256
/** Waits in `receive`. */
export const RECEIVING = 512
/** A continuation or a timeout comes before the mailbox. */
export const HAS_NEXT = 1_024
/** `terminate` runs. */
export const TERMINATING = 2_048

/** Its code is on the stack right now. */
export const RUNNING = 4_096
/** An idle timeout is set. */
export const TIMED = 8_192

/** Scheduled before the others, and after them; neither for the ordinary process. */
export const HIGH = 16_384
export const LOW = 32_768
/** Runs in a worker thread, and this is it: its node ends it. */
export const ISOLATED = 65_536
export const TRAPS_EXIT = 131_072
export const UNUSUAL = HIGH | LOW

export const DEAD = EXITING | EXITED
/** Must not be put into the run queue. */
export const BLOCKED = QUEUED | BUSY | SUSPENDED | DEAD | TERMINATING
/** Cannot take a message at once. */
export const UNAVAILABLE = BLOCKED | STARTING | RECEIVING | HAS_NEXT
/** What is sent to it does not go straight into its mailbox. */
export const GUARDED = DEAD | INTERCEPTED
/** Its messages do not go straight to its handler. */
export const ASIDE = TIMED | INTERCEPTED
/** Ends a turn's loop over the mailbox. */
export const HALT = BUSY | SUSPENDED | DEAD | TERMINATING | RECEIVING | HAS_NEXT
/** Work that does not come from the mailbox. */
export const SPECIAL = STARTING | RECEIVING | HAS_NEXT
