/** Clock skew: the node's injected clock is wrong. Its monotonic time, the host's clock and every lease go on as they did. */
import type { FaultDoer } from '../kind.ts'

export const clock: FaultDoer<'clock'> = {
  kind: 'clock',
  begins: 'initialised',
  apply({ parameters: { offsetMs, driftPercent }, mint }, host) {
    host.clock.skew({ offsetMs, driftPercent })
    mint()
    return {
      undo: () => host.clock.skew(null),
      check() {
        const out = host.clock.skewMs()
        return out === 0 ? null : `the wall clock of the node is ${out} ms out`
      },
    }
  },
}
