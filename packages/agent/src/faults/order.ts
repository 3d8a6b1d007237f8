/** What a kind is given for one target: its parameters, its trigger, and how it tells what it does. */
import type { Injection } from '@orrery/protocol/faults'
import type { FaultOrder, FaultTime } from './kind.ts'
import { type InjectionEnd, isInForce, type Laid, leftMs } from './laid.ts'
import type { Placement } from './placement.ts'

export interface OrderHands {
  time: FaultTime
  /** Somebody has to look after this target soon. */
  attend: (laid: Laid, placement: Placement) => void
  claimKill: (pid: string, laid: Laid, firing: string) => void
  end: (laid: Laid, why: InjectionEnd) => void
}

export function orderOf(
  laid: Laid,
  placement: Placement,
  { time, attend, claimKill, end }: OrderHands,
): FaultOrder<never> {
  const { injection } = laid
  const mint = (): string => {
    placement.firings += 1
    laid.firings += 1
    laid.changed.add(placement)
    return `${laid.leaseId}:${laid.firings}`
  }
  return {
    target: placement.target,
    senders: sendersOf(injection),
    port: injection.port,
    parameters: injection.parameters as never,
    leaseId: laid.leaseId,
    experiment: laid.experiment ?? laid.leaseId,
    kind: laid.kind,
    durationMs: injection.durationMs,
    time,
    leftMs: () => leftMs(laid, time.nowMs()),
    random: placement.random,
    fires() {
      if (!isInForce(laid, time.nowMs()) || placement.isFinal) return null
      if (!placement.trigger.fires(time.nowMs() - laid.startedAtMs)) return null
      laid.touched += 1
      if (placement.trigger.isSpent) {
        placement.doneAtMs = time.nowMs()
        attend(laid, placement)
      }
      return mint()
    },
    mint,
    count({ dropped = 0, held = 0, touched = 0 }) {
      laid.dropped += dropped
      laid.touched += touched
      laid.held += held
      placement.held += held
      if (held < 0 && placement.held === 0 && placement.isSpent) attend(laid, placement)
    },
    claimKill: (pid, firing) => claimKill(pid, laid, firing),
    done() {
      placement.isDone = true
      placement.doneAtMs = time.nowMs()
      attend(laid, placement)
    },
    end: (why) => end(laid, why),
  }
}

const sendersOfInjection = new WeakMap<Injection, ReadonlySet<string>>()

/** One set for all targets of an injection. */
function sendersOf(injection: Injection): ReadonlySet<string> | null {
  if (injection.senders === null) return null
  const known = sendersOfInjection.get(injection) ?? new Set(injection.senders)
  sendersOfInjection.set(injection, known)
  return known
}
