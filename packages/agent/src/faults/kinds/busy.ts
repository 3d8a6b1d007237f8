/** Busy handler: it computes before it begins, and the node waits with it. */
import { type FaultDoer, isAbout, type Tap } from '../kind.ts'
import { tapped } from './tapped.ts'

export const busy: FaultDoer<'busy'> = {
  kind: 'busy',
  begins: 'started',
  apply({ target, senders, parameters: { spinMs, messageType }, time, fires }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const tap: Tap = {
      beforeHandle(handled) {
        if (!isAbout(messageType, handled.type)) return undefined
        const firing = fires()
        if (firing === null) return undefined
        handled.markCall(firing)
        time.spin(spinMs)
        return undefined
      },
    }
    return tapped(host, target, senders, tap)
  },
}
