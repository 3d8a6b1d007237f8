/** Statistics and traces of one process, after `sys:statistics` and `sys:trace`: off by default, and then of no cost. */
import { messageType } from './call.ts'
import type { ProcessName } from './crash.ts'
import type { Process } from './hooks.ts'
import type { Proc } from './process.ts'

/** A message that a traced process handles (`in`) or has sent while it handled one (`out`). */
export interface TraceEvent {
  readonly kind: 'in' | 'out'
  readonly atUs: number
  readonly type: string
  readonly message: unknown
  /** Its sender or its target; `null` for a sender from outside. */
  readonly peer: ProcessName | null
}

/** Called in the process's own turn. The first throw ends the trace, as in OTP. */
export type Trace = (event: TraceEvent, process: Process) => void

export interface Statistics {
  /** Unix milliseconds. */
  readonly startTimeMs: number
  readonly currentTimeMs: number
  /** Messages handled since the start of the statistics, and messages sent by their handlers. */
  readonly messagesIn: number
  readonly messagesOut: number
}

export class Debug {
  trace: Trace | null = null
  startTimeMs: number | null = null
  messagesIn = 0
  messagesOut = 0

  get isIdle(): boolean {
    return this.trace === null && this.startTimeMs === null
  }

  start(process: Proc): void {
    this.startTimeMs = process.node.clock.wallMs()
    this.messagesIn = 0
    this.messagesOut = 0
  }

  read(process: Proc): Statistics | null {
    const { startTimeMs, messagesIn, messagesOut } = this
    if (startTimeMs === null) return null
    return { startTimeMs, currentTimeMs: process.node.clock.wallMs(), messagesIn, messagesOut }
  }

  noteIn(process: Proc, message: unknown, sender: Proc | null): void {
    this.messagesIn += 1
    if (this.trace !== null) this.tell(process, 'in', message, sender)
  }

  /** After the handler: what it has sent. The latest sixteen are shown, all are counted. */
  noteOut(process: Proc): void {
    const { items, more } = process.sends()
    this.messagesOut += items.length + more
    if (this.trace !== null) for (const { to, message } of items) this.tell(process, 'out', message, to)
  }

  private tell(process: Proc, kind: 'in' | 'out', message: unknown, peer: Proc | null): void {
    const { node } = process
    try {
      this.trace?.(
        {
          kind,
          atUs: Math.round(node.nowUs()),
          type: messageType(message),
          message,
          peer: peer === null ? null : { pid: peer.pid.toString(), name: peer.name },
        },
        process,
      )
    } catch {
      this.trace = null
      node.counters.hookErrors += 1
    }
  }
}
