/**
 * The agent's list of living processes with what the hub was last told of each, laid out in columns so that a sweep over
 * ten thousand is one tight loop.
 */
export class Roster<P extends { readonly id: number }> {
  readonly #rows = new Map<number, number>()
  readonly #free: number[] = []
  readonly processes: (P | null)[] = []
  mailbox: Float64Array = new Float64Array(1_024)
  received: Float64Array = new Float64Array(1_024)
  handled: Float64Array = new Float64Array(1_024)

  get size(): number {
    return this.#rows.size
  }

  add(process: P): void {
    if (this.#rows.has(process.id)) return
    const row = this.#free.pop() ?? this.processes.length
    if (row >= this.mailbox.length) this.#grow()
    this.processes[row] = process
    this.#rows.set(process.id, row)
    this.#forgetRow(row)
  }

  remove(id: number): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#rows.delete(id)
    this.processes[row] = null
    this.#free.push(row)
  }

  has(id: number): boolean {
    return this.#rows.has(id)
  }

  /** Living processes in the order of their start; goes on correctly while processes come and go. */
  *living(): IterableIterator<P> {
    for (const row of this.#rows.values()) {
      const process = this.processes[row]
      if (process) yield process
    }
  }

  /** Nothing of what was told is known any more: the next sweep tells everything that is not zero. */
  forget(): void {
    this.mailbox.fill(0)
    this.received.fill(0)
    this.handled.fill(0)
  }

  #forgetRow(row: number): void {
    this.mailbox[row] = 0
    this.received[row] = 0
    this.handled[row] = 0
  }

  #grow(): void {
    const grown = (column: Float64Array): Float64Array => {
      const larger = new Float64Array(column.length * 2)
      larger.set(column)
      return larger
    }
    this.mailbox = grown(this.mailbox)
    this.received = grown(this.received)
    this.handled = grown(this.handled)
  }
}
