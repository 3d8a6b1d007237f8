/** Dependency failure: uses of a port fail, are slow, or get no answer. */
import type { PortTap } from '../doors.ts'
import type { FaultDoer } from '../kind.ts'

export const dependency: FaultDoer<'dependency'> = {
  kind: 'dependency',
  begins: 'initialised',
  apply({ port, parameters: { mode, delayMs, operation }, fires, count, time }, host) {
    if (port === null || host.ports.get(port) === null) return { refused: 'port.unknown' }
    /** Lets go whoever waits. */
    const waiting = new Set<() => void>()
    const hold = (ms: number | null): Promise<void> =>
      new Promise((resolve) => {
        const release = (): void => {
          if (!waiting.delete(release)) return
          cancel()
          count({ held: -1 })
          resolve()
        }
        const cancel = ms === null ? () => undefined : time.after(ms, release)
        waiting.add(release)
        count({ held: 1 })
      })
    const tap: PortTap = (use) => {
      if (operation !== '' && use.operation !== operation) return undefined
      const firing = fires()
      if (firing === null) return undefined
      use.mark(firing)
      if (mode === 'fail') throw use.failure(firing)
      return hold(mode === 'slow' ? delayMs : null)
    }
    const takeOut = host.ports.tap(port, tap)
    return {
      undo() {
        takeOut()
        for (const release of [...waiting]) release()
      },
      check() {
        if (host.ports.isTapped(port, tap)) return 'its interceptor is still on the port'
        return waiting.size > 0 ? `${waiting.size} uses are still held back` : null
      },
    }
  },
}
