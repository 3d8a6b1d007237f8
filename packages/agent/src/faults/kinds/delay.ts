/**
 * Delay: messages come later, in the order they were sent. One that does not fire stands behind those that are held, so that it overtakes nobody; messages
 * it is not about pass.
 */
import { type FaultDoer, isAbout, type Passing, type Tap } from '../kind.ts'
import { jittered, tapped } from './tapped.ts'

/** Above it the oldest is let go before its time: what is held is memory of the node. */
const MOST_HELD = 100_000

interface Held {
  readonly passing: Passing
  readonly firing: string | null
  readonly atMs: number
}

export const delay: FaultDoer<'delay'> = {
  kind: 'delay',
  begins: 'started',
  apply({ target, senders, parameters, time, random, fires, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const { delayMs, jitterMs, messageType } = parameters
    let queue: Held[] = []
    /** Of the queue, let go already. */
    let first = 0
    let cancel: (() => void) | null = null
    let lastAtMs = 0
    const length = (): number => queue.length - first

    const letGo = (): void => {
      const held = queue[first]
      if (held === undefined) return
      first += 1
      if (first === queue.length) {
        queue = []
        first = 0
      } else if (first > 1_024 && first * 2 > queue.length) {
        queue = queue.slice(first)
        first = 0
      }
      count({ held: -1 })
      held.passing.deliver(held.firing)
    }
    const wait = (): void => {
      const next = queue[first]
      if (next === undefined || cancel !== null) return
      cancel = time.after(Math.max(0, next.atMs - time.nowMs()), () => {
        cancel = null
        const now = time.nowMs()
        while ((queue[first]?.atMs ?? Number.POSITIVE_INFINITY) <= now) letGo()
        wait()
      })
    }
    const tap: Tap = {
      onDeliver(passing) {
        if (!isAbout(messageType, passing.type)) return false
        const firing = fires()
        if (firing === null && length() === 0) return false
        if (firing !== null) passing.markCall(firing)
        const dueMs = firing === null ? 0 : time.nowMs() + jittered(delayMs, jitterMs, random)
        lastAtMs = Math.max(length() === 0 ? 0 : lastAtMs, dueMs)
        queue.push({ passing, firing, atMs: lastAtMs })
        count({ held: 1 })
        if (length() > MOST_HELD) letGo()
        wait()
        return true
      },
    }
    return tapped(host, target, senders, tap, {
      flush() {
        cancel?.()
        cancel = null
        while (length() > 0) letGo()
      },
      held: length,
    })
  },
}
