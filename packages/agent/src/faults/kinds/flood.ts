/** Mailbox flood: synthetic messages at a rate, none while the mailbox is long. What still waits at the end is taken out. */
import type { FaultDoer } from '../kind.ts'

const EVERY_MS = 20
/** Of the event loop, for one burst. */
const BURST_MS = 4
/** Messages a second of all targets together. */
const MOST_PER_S = 1_000_000
const TYPE = 'orrery.flood'

export const flood: FaultDoer<'flood'> = {
  kind: 'flood',
  begins: 'initialised',
  limit: ({ perS }, targets) => (perS * targets > MOST_PER_S ? 'fault.over_limit' : null),
  apply({ target, parameters: { perS, capLength }, time, mint, count }, host) {
    if (target === null) return { refused: 'fault.no_target' }
    const firing = mint()
    const isOurs = (message: unknown): boolean =>
      typeof message === 'object' &&
      message !== null &&
      Object.getOwnPropertyDescriptor(message, 'firing')?.value === firing
    let owed = 0
    let lastMs = time.nowMs()
    let cancel: (() => void) | null = null

    const burst = (): void => {
      const now = time.nowMs()
      owed += (perS * (now - lastMs)) / 1_000
      lastMs = now
      const room = Math.max(0, capLength - target.mailbox)
      const wanted = Math.min(Math.floor(owed), room)
      let sent = 0
      while (sent < wanted && (sent % 256 !== 0 || time.nowMs() - now < BURST_MS)) {
        host.put(target, { type: TYPE, firing }, firing)
        sent += 1
      }
      // What there was no room or time for is not made up for later.
      owed = Math.min(owed - sent, 1)
      count({ touched: sent })
      cancel = time.after(EVERY_MS, burst)
    }
    cancel = time.after(EVERY_MS, burst)
    return {
      undo() {
        cancel?.()
        cancel = null
        host.takeOut(target, isOurs)
      },
      check() {
        if (cancel !== null) return 'it still sends'
        const left = host.waiting(target, isOurs)
        return left === 0 ? null : `${left} synthetic messages still wait`
      },
    }
  },
}
