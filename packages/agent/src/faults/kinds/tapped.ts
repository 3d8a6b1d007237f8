/** A fault that is a tap on messages: how it is put there, taken out and read back. */
import type { Target } from '../../source.ts'
import type { Applied, FaultHost, Tap } from '../kind.ts'

/** `flush` lets go of all that is held, in order, before the tap is taken out; `held` is what then should be nothing. */
export function tapped(
  host: FaultHost,
  target: Target,
  senders: ReadonlySet<string> | null,
  tap: Tap,
  { flush, held }: { flush?: () => void; held?: () => number } = {},
): Applied {
  const takeOut = host.tap(target, senders, tap)
  return {
    undo() {
      flush?.()
      takeOut()
    },
    check() {
      const left = held?.() ?? 0
      if (left > 0) return `${left} are still held`
      return host.isTapped(target, tap) ? 'its interceptor is still there' : null
    },
  }
}

/** `ms` and at most `jitterMs` more or less, never less than nothing. */
export function jittered(ms: number, jitterMs: number, random: () => number): number {
  return jitterMs === 0 ? ms : Math.max(0, ms + (random() * 2 - 1) * jitterMs)
}
