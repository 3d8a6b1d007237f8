import type { Term } from './term.ts'

/**
 * Why a process ended. `tag` is OTP's atom or the reason's own tag (`normal`, `shutdown`, `killed`, `noproc`,
 * `TypeError`, `frame_overrun`), `text` one bounded line for a screen, `term` the whole reason.
 */
export interface ExitReasonView {
  kind: ExitKind
  tag: string
  text: string
  term: Term
}

export type ExitKind =
  | 'normal'
  | 'throw'
  | 'rejection'
  | 'exit'
  | 'kill'
  | 'timeout'
  | 'out-of-memory'
  | 'node-down'
