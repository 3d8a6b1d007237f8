/** Waits for something to become true, and says what did not when it never did. */

export interface UntilOptions {
  /** 10 s. */
  withinMs?: number | undefined
  /** Looks again when told to, beside every 20 ms. */
  on?: (check: () => void) => () => void
}

export async function until(
  predicate: () => boolean | Promise<boolean>,
  what: string | (() => string) = 'what was waited for',
  options: UntilOptions = {},
): Promise<void> {
  const withinMs = options.withinMs ?? 10_000
  const giveUpAt = Date.now() + withinMs
  let wake: () => void = () => undefined
  const end = options.on?.(() => wake())
  try {
    while (!(await holds(predicate))) {
      if (Date.now() > giveUpAt) {
        throw new Error(`after ${withinMs} ms: ${typeof what === 'string' ? what : what()}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    end?.()
  }
}

async function holds(predicate: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await predicate()
  } catch {
    // It speaks of something that is not there yet.
    return false
  }
}
