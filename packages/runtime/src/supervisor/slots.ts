/** Slots of a pool: the smallest free one is given out first, so a pool that shrinks and grows keeps its shape. */
export class Slots {
  private used = 0
  /** Binary heap of returned slots. */
  private readonly free: number[] = []

  take(): number {
    const { free } = this
    const smallest = free[0]
    if (smallest === undefined) return this.used++
    const last = free.pop() as number
    if (free.length > 0) this.siftDown(last)
    return smallest
  }

  give(slot: number): void {
    const { free } = this
    let i = free.length
    free.push(slot)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = free[parent] as number
      if (above <= slot) break
      free[i] = above
      i = parent
    }
    free[i] = slot
  }

  private siftDown(slot: number): void {
    const { free } = this
    let i = 0
    for (;;) {
      let below = i * 2 + 1
      if (below >= free.length) break
      if (below + 1 < free.length && (free[below + 1] as number) < (free[below] as number)) below += 1
      const child = free[below] as number
      if (child >= slot) break
      free[i] = child
      i = below
    }
    free[i] = slot
  }
}
