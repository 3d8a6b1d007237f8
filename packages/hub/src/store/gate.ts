/**
 * How many may search at once. Searches wait for each other and never take the last connection, so that a crash on its way
 * into the store overtakes them.
 */
export interface Gate {
  /** Runs `work` when it is its turn. */
  pass<T>(work: () => Promise<T>): Promise<T>
}

/** A gate that lets `most` through at a time, first come, first served. */
export function createGate(most: number): Gate {
  const waiting: (() => void)[] = []
  let inside = 0
  return {
    async pass(work) {
      if (inside >= most) await new Promise<void>((turn) => waiting.push(turn))
      else inside++
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        // Whoever waits takes the place over: it is never free in between.
        if (next) next()
        else inside--
      }
    },
  }
}
