/**
 * Event-loop block: the node computes in one go, yields, and begins again. Between two goes everything else of the event loop has its turn, so the hub's renewals
 * come in; and a watchdog in a thread of its own ends a go where the lease is over and the loop is too busy to notice.
 */
import type { FaultDoer } from '../kind.ts'
import { startSpinner } from '../spinner.ts'

export const block: FaultDoer<'block'> = {
  kind: 'block',
  begins: 'initialised',
  apply({ parameters: { spinMs, everyMs }, fires, leftMs, time }) {
    const spinner = startSpinner()
    let cancel: () => void = () => undefined
    let isOver = false
    const go = (): void => {
      if (isOver || fires() === null) return
      const beganMs = time.nowMs()
      spinner.spin(spinMs, leftMs())
      cancel = time.after(Math.max(1, everyMs - (time.nowMs() - beganMs)), go)
    }
    // What has to be said of its beginning is said first.
    cancel = time.after(everyMs, go)
    return {
      undo() {
        isOver = true
        cancel()
        spinner.stop()
      },
      check: () => (spinner.isStopped ? null : 'its watchdog is still there'),
    }
  },
}
