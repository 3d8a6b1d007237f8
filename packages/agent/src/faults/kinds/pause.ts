/**
 * Node pause: the node stands still as a whole. The runner above it does it, holds the lease meanwhile, and resumes it; its word ends the injection here, since
 * this agent has heard nothing for as long as it stood still.
 */
import type { FaultDoer } from '../kind.ts'
import { NO_RUNNER, SAID_FIRST_MS } from './of-runner.ts'

export const pause: FaultDoer<'pause'> = {
  kind: 'pause',
  begins: 'initialised',
  isHeldOutside: true,
  absent: ({ runner }) => (runner === null ? NO_RUNNER : null),
  apply({ leaseId, durationMs, mint, time, end }, { runner }) {
    if (runner === null) return { refused: 'fault.no_runner' }
    /** What still speaks against it, in words. */
    let left: string | null = null
    let isAsked = false
    const cancel = time.after(SAID_FIRST_MS, () => {
      isAsked = true
      mint()
      runner.pause(leaseId, durationMs, (over) => {
        isAsked = false
        switch (over.kind) {
          case 'resumed':
            left = over.isRunning === false ? 'the system showed it stopped after it was resumed' : null
            return end(over.why === 'stopped' ? 'released' : over.why)
          case 'refused':
            left = `the runner refused: ${over.why}`
            return end('target-gone')
          case 'runner-gone':
            // Whoever reads this runs; but nobody is left who could have seen it from outside.
            return end('hub-lost')
          default:
            over satisfies never
        }
      })
    })
    return {
      undo() {
        cancel()
        if (isAsked) runner.resume(leaseId)
      },
      check: () => left,
    }
  },
}
