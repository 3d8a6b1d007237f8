/** The doors of our runtime for faults of the node as a whole: its clock and its ports, with several taps behind each other on one port. */
import type { PortRow } from '@orrery/protocol'
import type { Node, PortFacts, PortUse } from '@orrery/runtime'
import { PortError } from '@orrery/runtime'
import type { ClockDoor, PortsDoor, PortTap } from './faults/doors.ts'
import { cut } from './render-crash.ts'

export function clockDoor(node: Node): ClockDoor {
  return { skew: (skew) => node.skewClock(skew), skewMs: () => node.clock.skewMs() }
}

export function portsDoor(node: Node): PortsDoor {
  const taps = new Map<string, PortTap[]>()
  const asked = (use: PortUse): PromiseLike<unknown> | undefined => {
    const held: PromiseLike<unknown>[] = []
    for (const tap of taps.get(use.port) ?? []) {
      const hold = tap({
        operation: use.operation,
        mark: (firing) => use.mark(firing),
        failure: (firing) => new PortError(use.port, 'port_cut', firing),
      })
      if (hold !== undefined) held.push(hold)
    }
    return held.length === 0 ? undefined : Promise.all(held)
  }
  return {
    list: () => node.ports.list().map(rowOf),
    get(name) {
      const facts = node.ports.get(name)
      return facts === null ? null : rowOf(facts)
    },
    tap(name, tap) {
      const there = taps.get(name) ?? []
      taps.set(name, [...there, tap])
      if (there.length === 0) node.ports.intercept(name, { beforeUse: asked })
      return () => {
        const left = (taps.get(name) ?? []).filter((each) => each !== tap)
        if (left.length > 0) taps.set(name, left)
        else if (taps.delete(name)) node.ports.intercept(name, null)
      }
    },
    isTapped: (name, tap) => taps.get(name)?.includes(tap) ?? false,
    block: (name, blocked) => node.ports.block(name, blocked),
    stopped: (name) => node.ports.get(name)?.stopped ?? 0,
  }
}

function rowOf(facts: PortFacts): PortRow {
  const { name, module, isOpen, isLine, blocked, isIntercepted, uses, failures, underWay } = facts
  return {
    name: cut(name),
    module: cut(module ?? ''),
    isOpen,
    isLine,
    blocked,
    isIntercepted,
    uses,
    failures,
    underWay,
  }
}
