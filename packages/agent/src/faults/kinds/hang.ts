/** Hang: the process takes no message any more. A call that it leaves waiting knows why. */
import type { FaultDoer, Tap } from '../kind.ts'

export const hang: FaultDoer<'hang'> = {
  kind: 'hang',
  begins: 'initialised',
  apply({ target, mint, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    // Whoever suspended it before will resume it, and it would not be this fault's to prove.
    if (host.isSuspended(target)) return { refused: 'fault.busy' }
    const firing = mint()
    const tap: Tap = {
      onDeliver(passing) {
        passing.markCall(firing)
        count({ touched: 1 })
        return false
      },
    }
    const takeOut = host.tap(target, null, tap)
    host.markCalls(target, firing)
    host.suspend(target)
    return {
      undo() {
        takeOut()
        if (target.isAlive) host.resume(target)
      },
      check() {
        if (host.isTapped(target, tap)) return 'its interceptor is still there'
        return target.isAlive && host.isSuspended(target) ? 'it is still suspended' : null
      },
    }
  },
}
