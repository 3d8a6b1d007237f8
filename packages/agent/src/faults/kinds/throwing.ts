/** Crash on next, throw with probability, crash n times: one thing, told apart by when it fires. */
import type { FaultName } from '@orrery/protocol/faults'
import { InjectedCrash } from '../injected-crash.ts'
import { type FaultDoer, type Handled, isAbout, type Tap } from '../kind.ts'

type Throwing = Extract<FaultName, 'crash_next' | 'throw' | 'crash_times'>

export function throwing<N extends Throwing>(kind: N): FaultDoer<N> {
  return {
    kind,
    begins: 'started',
    apply({ target, senders, parameters, experiment, fires }, host) {
      if (target === null) return { refused: 'fault.no_target' }
      const { reason, at, messageType } = parameters
      const strike = ({ type }: Handled): undefined => {
        if (!isAbout(messageType, type)) return
        const firing = fires()
        if (firing !== null) throw new InjectedCrash(reason, experiment, kind, firing)
      }
      const tap: Tap = at === 'before' ? { beforeHandle: strike } : { afterHandle: strike }
      const takeOut = host.tap(target, senders, tap)
      return {
        undo: takeOut,
        check: () => (host.isTapped(target, tap) ? 'its interceptor is still there' : null),
      }
    },
  }
}
