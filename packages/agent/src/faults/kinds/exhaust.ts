/** Exhaust restart intensity: as many children are killed as the supervisor has headroom, or one more. */
import type { Target } from '../../source.ts'
import { casualtiesOf, kinOnce } from '../casualties.ts'
import type { FaultDoer } from '../kind.ts'

/** Casualties looked for around one child. */
const NEAR = 64
/** A supervisor has decided about the last kill by then. */
const DECIDED_MS = 500

export const exhaust: FaultDoer<'exhaust'> = {
  kind: 'exhaust',
  begins: 'initialised',
  apply({ target, parameters: { extra, everyMs }, time, random, mint, claimKill, count, done }, host) {
    const facts = target === null ? null : host.kin(target).supervisor
    if (target === null || facts === null) return { refused: 'fault.no_target' }
    const planned = Math.max(0, facts.intensity - facts.used) + Number(extra)
    let kills = 0
    let lastAtMs = 0
    let cancel: (() => void) | null = null

    const step = (): void => {
      cancel = null
      const now = target.isAlive ? host.kin(target).supervisor : null
      if (now === null) return
      const isAtLimit = extra === '0' && now.used >= now.intensity
      if (kills >= planned || isAtLimit) return done()
      const victim = choose(now.children)
      if (victim !== null) {
        const firing = mint()
        claimKill(victim.pid, firing)
        host.exit(victim, 'kill')
        count({ touched: 1 })
        kills += 1
        lastAtMs = time.nowMs()
        if (kills >= planned) return done()
      }
      cancel = time.after(everyMs, step)
    }
    /** One whose end is counted, once: it will be started again, and takes as few siblings with it as can be. */
    const choose = (children: readonly Target[]): Target | null => {
      const kinOf = kinOnce(host)
      const siblings = new Set(children.map(({ ref }) => ref))
      let fewest = Number.POSITIVE_INFINITY
      let best: Target | null = null
      const from = Math.floor(random() * children.length)
      for (let step = 0; step < children.length && fewest > 0; step++) {
        const child = children[(from + step) % children.length] as Target
        if (!child.isAlive || child.isImmune) continue
        const { restart, isInitialised } = kinOf(child)
        if (restart === 'temporary' || !isInitialised) continue
        const others = casualtiesOf([child], kinOf, NEAR).filter(({ ref }) => siblings.has(ref)).length
        if (others >= fewest) continue
        best = child
        fewest = others
      }
      return best
    }

    step()
    return {
      undo() {
        cancel?.()
        cancel = null
      },
      check() {
        const isDeciding = target.isAlive && kills > 0 && time.nowMs() - lastAtMs < DECIDED_MS
        return isDeciding ? 'the supervisor may not have decided yet' : null
      },
      said() {
        const now = target.isAlive ? host.kin(target).supervisor : null
        const became =
          now === null ? 'the supervisor has ended' : `it has used ${now.used} of ${now.intensity} restarts`
        return `${kills} of ${planned} killed; ${became}`
      },
    }
  },
}
