/** Who may exit because a process does: over links, from one to the next, except where exits are trapped. */
import type { Target } from '../source.ts'
import type { FaultHost } from './kind.ts'

/** The process itself is not among them. At most `most`; nearest first. */
export function casualtiesOf(target: Target, host: FaultHost, most: number): Target[] {
  const seen = new Set<number>([target.ref])
  const fallen: Target[] = []
  let edge: Target[] = [target]
  while (edge.length > 0 && fallen.length < most) {
    const next: Target[] = []
    for (const from of edge) {
      for (const peer of host.kin(from).links) {
        if (seen.has(peer.ref) || fallen.length >= most) continue
        seen.add(peer.ref)
        if (host.kin(peer).trapsExit) continue
        fallen.push(peer)
        next.push(peer)
      }
    }
    edge = next
  }
  return fallen
}
