/** What the two faults that a runner carries out have in common. */

/** For `absent` in the hello. */
export const NO_RUNNER = 'start the node below orrery run'

/** The answer to the order, and the first word of the injection, go out before the node can say nothing any more. */
export const SAID_FIRST_MS = 200
