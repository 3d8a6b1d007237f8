/** What ends an experiment before its time: pure, over what was seen of it this second. */
import type { ExperimentEnd, StopWhen } from '@orrery/protocol/faults'

export interface Seen {
  crashes: number
  /** Supervisors above the targets. */
  windows: readonly { name: string; used: number; allowed: number }[]
  mailboxMax: number
  handlingP99Ms: number | null
  /** Nodes it is on, with how long each was not heard; those that it makes silent itself are left out. */
  silent: readonly { node: string; forMs: number }[]
}

export interface Stop {
  by: ExperimentEnd
  why: string
}

export function reasonToStop(stop: StopWhen, seen: Seen): Stop | null {
  if (stop.crashes !== null && seen.crashes > stop.crashes)
    return { by: 'crashes', why: `${seen.crashes} crashes caused, more than ${stop.crashes}` }
  if (stop.intensityPercent !== null) {
    for (const { name, used, allowed } of seen.windows) {
      if (used * 100 <= allowed * stop.intensityPercent || used === 0) continue
      return {
        by: 'intensity',
        why: `${name} has used ${used} of its ${allowed} restarts, more than ${stop.intensityPercent} %`,
      }
    }
  }
  if (stop.mailbox !== null && seen.mailboxMax > stop.mailbox)
    return { by: 'mailbox', why: `a mailbox holds ${seen.mailboxMax} messages, more than ${stop.mailbox}` }
  if (stop.lostMs !== null) {
    for (const { node, forMs } of seen.silent) {
      if (forMs > stop.lostMs)
        return { by: 'lost', why: `${node} was not heard for ${(forMs / 1_000).toFixed(1)} s` }
    }
  }
  if (stop.handlingP99Ms !== null && seen.handlingP99Ms !== null && seen.handlingP99Ms > stop.handlingP99Ms) {
    const took = Math.round(seen.handlingP99Ms * 10) / 10
    return {
      by: 'handling',
      why: `handling takes ${took} ms at the 99th percentile, more than ${stop.handlingP99Ms}`,
    }
  }
  return null
}
