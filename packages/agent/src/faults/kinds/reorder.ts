/**
 * Reorder: a window of messages is gathered and let go in another order, by the seed. A message that is not to be touched lets go of the window before
 * it, and so does a call unless calls are meant too: what was asked for before is answered as before.
 */
import { type FaultDoer, isAbout, type Passing, type Tap } from '../kind.ts'
import { tapped } from './tapped.ts'

export const reorder: FaultDoer<'reorder'> = {
  kind: 'reorder',
  begins: 'started',
  apply({ target, senders, parameters, time, random, fires, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const { window, holdMs, acrossCalls, messageType } = parameters
    let held: { passing: Passing; firing: string }[] = []
    let cancel: (() => void) | null = null

    const letGo = (isShuffled: boolean): void => {
      cancel?.()
      cancel = null
      const those = held
      held = []
      if (isShuffled) shuffle(those, random)
      count({ held: -those.length })
      for (const { passing, firing } of those) passing.deliver(firing)
    }
    const tap: Tap = {
      onDeliver(passing) {
        if (!isAbout(messageType, passing.type)) return false
        const firing = passing.kind === 'call' && !acrossCalls ? null : fires()
        if (firing === null) {
          letGo(true)
          return false
        }
        held.push({ passing, firing })
        count({ held: 1 })
        if (held.length >= window) letGo(true)
        else cancel ??= time.after(holdMs, () => letGo(true))
        return true
      },
    }
    return tapped(host, target, senders, tap, {
      flush: () => letGo(false),
      held: () => held.length,
    })
  },
}

/** Fisher and Yates, by the seed. */
function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    const one = list[i] as T
    list[i] = list[other] as T
    list[other] = one
  }
}
