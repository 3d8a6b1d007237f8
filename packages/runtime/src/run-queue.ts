/** Processes waiting for their turn, first come first served: a ring that grows. */
import type { Proc } from './process.ts'

export class RunQueue {
  private slots: (Proc | undefined)[] = new Array<Proc | undefined>(256).fill(undefined)
  private mask = 255
  private head = 0
  private tail = 0

  get length(): number {
    return this.tail - this.head
  }

  push(process: Proc): void {
    if (this.tail - this.head > this.mask) this.grow()
    this.slots[this.tail & this.mask] = process
    this.tail += 1
  }

  /** There must be one. */
  shift(): Proc {
    const at = this.head & this.mask
    const process = this.slots[at] as Proc
    this.slots[at] = undefined
    this.head += 1
    return process
  }

  private grow(): void {
    const slots = new Array<Proc | undefined>((this.mask + 1) * 2).fill(undefined)
    const mask = slots.length - 1
    for (let i = this.head; i < this.tail; i++) slots[i & mask] = this.slots[i & this.mask]
    this.slots = slots
    this.mask = mask
  }
}
