/** Kill: an exit signal, now. */
import type { FaultDoer } from '../kind.ts'

export const kill: FaultDoer<'kill'> = {
  kind: 'kill',
  begins: 'started',
  apply({ target, parameters: { reason }, mint, claimKill, count, done }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    claimKill(target.pid, mint())
    host.exit(target, reason)
    count({ touched: 1 })
    done()
    return {
      undo: () => undefined,
      // Another reason may be trapped: then the signal has come, and nothing of it is left.
      check: () => (reason === 'kill' && target.isAlive ? 'it is still alive' : null),
    }
  },
}
