/** Duplicate: a message arrives again, right behind itself. Of a call the first answer counts. */
import { type FaultDoer, isAbout, type Tap } from '../kind.ts'
import { tapped } from './tapped.ts'

export const duplicate: FaultDoer<'duplicate'> = {
  kind: 'duplicate',
  begins: 'started',
  apply({ target, senders, parameters: { copies, messageType }, fires }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const tap: Tap = {
      onDeliver(passing) {
        if (!isAbout(messageType, passing.type)) return false
        const firing = fires()
        if (firing === null) return false
        passing.deliver(null)
        for (let copy = 0; copy < copies; copy++) passing.deliver(firing)
        return true
      },
    }
    return tapped(host, target, senders, tap)
  },
}
