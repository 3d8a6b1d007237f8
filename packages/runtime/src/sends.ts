/** The latest sends of one handler, for its crash report: a ring, so that noting one is two stores. */
import type { Proc } from './process.ts'

const KEPT = 16
const MASK = KEPT - 1

export interface SentMessages {
  /** Oldest first. */
  readonly items: readonly { readonly to: Proc; readonly message: unknown }[]
  /** Earlier ones that are no longer held. */
  readonly more: number
}

export class Sends {
  count = 0
  private readonly to: (Proc | null)[] = new Array<Proc | null>(KEPT).fill(null)
  private readonly messages: unknown[] = new Array<unknown>(KEPT).fill(null)

  note(to: Proc, message: unknown): void {
    const at = this.count & MASK
    this.to[at] = to
    this.messages[at] = message
    this.count += 1
  }

  read(): SentMessages {
    const items: { to: Proc; message: unknown }[] = []
    for (let i = Math.max(0, this.count - KEPT); i < this.count; i++) {
      items.push({ to: this.to[i & MASK] as Proc, message: this.messages[i & MASK] })
    }
    return { items, more: Math.max(0, this.count - KEPT) }
  }

  copy(): Sends {
    const copy = new Sends()
    for (const { to, message } of this.read().items) copy.note(to, message)
    copy.count = this.count
    return copy
  }
}
