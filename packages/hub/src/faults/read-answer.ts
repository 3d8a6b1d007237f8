/** What agents say of injections: a stranger's word until it is read. */
import { type FaultStatus, faultStatus, type TargetRecord, targetRecord } from '@orrery/protocol/faults'
import { z } from 'zod'

const answer = z.object({ targets: z.array(targetRecord).max(10_000) })

/** Of `fault.inject`; an answer that cannot be read tells of no target, and the event will. */
export function readInjectionAnswer(value: unknown): TargetRecord[] {
  const read = answer.safeParse(value)
  return read.success ? read.data.targets : []
}

/** Of the event `fault`; `null` for what is none. */
export function readFaultStatus(value: unknown): FaultStatus | null {
  const read = faultStatus.safeParse(value)
  return read.success ? read.data : null
}
