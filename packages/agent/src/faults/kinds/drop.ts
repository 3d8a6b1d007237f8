/** Drop: messages become dead letters. A call is left to its timeout, which then knows why. */
import { type FaultDoer, isAbout, type Tap } from '../kind.ts'
import { tapped } from './tapped.ts'

export const drop: FaultDoer<'drop'> = {
  kind: 'drop',
  begins: 'started',
  apply({ target, senders, parameters: { messageType }, fires, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const tap: Tap = {
      onDeliver(passing) {
        if (!isAbout(messageType, passing.type)) return false
        const firing = fires()
        if (firing === null) return false
        passing.drop(firing)
        count({ dropped: 1 })
        return true
      },
    }
    return tapped(host, target, senders, tap)
  },
}
