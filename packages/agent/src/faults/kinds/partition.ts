/** Partition: a line to another node carries nothing, one way or both. Who uses the line while nothing goes out knows the firing. */
import type { PortTap } from '../doors.ts'
import type { FaultDoer } from '../kind.ts'

/** Between two looks at what the line has stopped. */
const LOOK_MS = 250

export const partition: FaultDoer<'partition'> = {
  kind: 'partition',
  begins: 'initialised',
  apply({ port, parameters: { direction }, mint, count, time }, host) {
    const row = port === null ? null : host.ports.get(port)
    if (row === null) return { refused: 'port.unknown' }
    if (!row.isLine) return { refused: 'node.unsupported' }
    if (row.blocked !== 'none') return { refused: 'fault.busy' }
    const { name } = row
    const firing = mint()
    const tap: PortTap = (use) => {
      use.mark(firing)
      return undefined
    }
    const takeOut = direction === 'in' ? () => undefined : host.ports.tap(name, tap)
    let seen = host.ports.stopped(name)
    host.ports.block(name, direction)
    const look = (): void => {
      const stopped = host.ports.stopped(name)
      count({ dropped: stopped - seen, touched: stopped - seen })
      seen = stopped
    }
    let cancel: () => void = () => undefined
    const again = (): void => {
      look()
      cancel = time.after(LOOK_MS, again)
    }
    again()
    return {
      undo() {
        cancel()
        look()
        host.ports.block(name, 'none')
        takeOut()
      },
      check() {
        const blocked = host.ports.get(name)?.blocked ?? 'none'
        if (blocked !== 'none') return `the port carries nothing: ${blocked}`
        return host.ports.isTapped(name, tap) ? 'its interceptor is still on the port' : null
      },
    }
  },
}
