/** Timers that send, and the runtime's own. */
import type { TimerRef } from './context.ts'
import { DEAD } from './flags.ts'
import type { Node } from './node.ts'
import type { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { Timer } from './timers.ts'

export class SendAfter extends Timer implements TimerRef {
  readonly node: Node
  readonly ms: number
  readonly sender: Proc | null
  readonly to: Pid | string
  readonly message: unknown

  constructor(node: Node, ms: number, sender: Proc | null, to: Pid | string, message: unknown) {
    super()
    this.node = node
    this.ms = ms
    this.sender = sender
    this.to = to
    this.message = message
  }

  /** As in OTP, a timer outlives its sender, and a target that is gone is no dead letter. */
  override fire(): void {
    const target = this.node.find(this.to)
    if (target !== null && (target.flags & DEAD) === 0)
      this.node.deliver(target, this.message, this.sender, undefined)
  }
}

export class Callback extends Timer {
  private readonly run: () => void

  constructor(run: () => void) {
    super()
    this.run = run
  }

  override fire(): void {
    this.run()
  }
}

export { Timer }
