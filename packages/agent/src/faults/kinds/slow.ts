/** Slow handler: it waits before it begins, outside the event loop. Whoever waits for an answer meanwhile knows why. */
import { type FaultDoer, isAbout, type Tap } from '../kind.ts'
import { jittered, tapped } from './tapped.ts'

export const slow: FaultDoer<'slow'> = {
  kind: 'slow',
  begins: 'started',
  apply({ target, senders, parameters, time, random, fires, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const { delayMs, jitterMs, messageType } = parameters
    const waiting = new Set<() => void>()
    let latest: string | null = null
    const tap: Tap = {
      onDeliver(passing) {
        // It stands behind the one that waits.
        if (latest !== null && waiting.size > 0) passing.markCall(latest)
        return false
      },
      beforeHandle(handled) {
        if (!isAbout(messageType, handled.type)) return undefined
        const firing = fires()
        if (firing === null) return undefined
        if (latest === null) host.markCalls(target, firing)
        latest = firing
        handled.markCall(firing)
        count({ held: 1 })
        return new Promise((resolve) => {
          const release = (): void => {
            cancel()
            waiting.delete(release)
            count({ held: -1 })
            resolve()
          }
          const cancel = time.after(jittered(delayMs, jitterMs, random), release)
          waiting.add(release)
        })
      },
    }
    return tapped(host, target, senders, tap, {
      flush: () => {
        for (const release of [...waiting]) release()
      },
      held: () => waiting.size,
    })
  },
}
