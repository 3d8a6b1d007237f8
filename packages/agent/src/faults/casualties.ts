/** Who may exit because others do: over links, from one to the next, except where exits are trapped. */
import type { Target } from '../source.ts'
import type { FaultHost, Kin } from './kind.ts'

export type KinOf = (target: Target) => Kin

/** Asks for each process once: a supervisor of ten thousand is kin to every one of them. */
export function kinOnce(host: FaultHost): KinOf {
  const known = new Map<number, Kin>()
  return (target) => {
    let kin = known.get(target.ref)
    if (kin === undefined) {
      kin = host.kin(target)
      known.set(target.ref, kin)
    }
    return kin
  }
}

/** The targets themselves are not among them. At most `most`, nearest first. */
export function casualtiesOf(targets: readonly Target[], kinOf: KinOf, most: number): Target[] {
  const seen = new Set(targets.map(({ ref }) => ref))
  const fallen: Target[] = []
  let edge: readonly Target[] = targets
  while (edge.length > 0 && fallen.length < most) {
    const next: Target[] = []
    for (const from of edge) {
      for (const peer of kinOf(from).links) {
        if (seen.has(peer.ref) || fallen.length >= most) continue
        seen.add(peer.ref)
        if (kinOf(peer).trapsExit) continue
        fallen.push(peer)
        next.push(peer)
      }
    }
    edge = next
  }
  return fallen
}
