/** Misuse: thrown, with a code. */
import type { ExitReason } from './exit-reason.ts'
import { isError, reasonTag } from './exit-reason.ts'

export type MisuseCode =
  | 'already_registered'
  | 'bad_name'
  | 'bad_flag'
  | 'bad_member'
  | 'bad_message_target'
  | 'no_registry'
  | 'bad_isolation'
  | 'not_in_isolation'
  | 'bad_application'
  | 'receive_not_awaited'
  | 'receive_overlaps'
  | 'bad_spec'
  | 'node_stopped'
  | 'bad_release'
  | 'upgrade_runs'

/** The runtime was used in a way that cannot work. */
export class MisuseError extends Error {
  readonly code: MisuseCode

  constructor(code: MisuseCode, message: string) {
    super(message)
    this.name = 'MisuseError'
    this.code = code
  }
}

/** A process did not come up: its `init` threw, stopped, or said to be ignored. */
export class StartError extends Error {
  readonly reason: ExitReason

  constructor(what: string, reason: ExitReason) {
    super(`${what} did not start: ${startText(reason)}`, isError(reason) ? { cause: reason } : {})
    this.name = 'StartError'
    this.reason = reason
  }
}

function startText(reason: ExitReason): string {
  return isError(reason) ? `${reason.name}: ${reason.message}` : reasonTag(reason)
}
