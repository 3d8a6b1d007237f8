/** Corrupt: a copy of the message with one field changed arrives in its place. What it is, its type or tag, stays. */
import { type FaultDoer, isAbout, type Tap } from '../kind.ts'
import { type Mutation, mutated, mutations } from '../mutation.ts'
import { tapped } from './tapped.ts'

export const corrupt: FaultDoer<'corrupt'> = {
  kind: 'corrupt',
  begins: 'started',
  apply({ target, senders, parameters: { mutation, messageType }, random, fires }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const tap: Tap = {
      onDeliver(passing) {
        if (!isAbout(messageType, passing.type)) return false
        const possible = mutations(passing.message, mutation)
        if (possible.length === 0) return false
        const firing = fires()
        if (firing === null) return false
        const chosen = possible[Math.floor(random() * possible.length)] as Mutation
        passing.deliver(firing, mutated(passing.message, chosen, random))
        return true
      },
    }
    return tapped(host, target, senders, tap)
  },
}
