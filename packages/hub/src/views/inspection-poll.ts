/** A process looked at: its node is asked once a second, one question at a time, and never when nobody looks. */
import type { ProcessView } from '@orrery/live/views'
import type { Clock } from '../clock.ts'
import { describe } from '../logger.ts'

export type Inspected = Pick<ProcessView, 'inspection' | 'inspectionAtMs' | 'inspectionError'>

const POLL_MS = 1_000

export function createInspectionPoll(options: {
  inspect(): Promise<NonNullable<ProcessView['inspection']>>
  clock: Clock
  changed(): void
}) {
  const { clock } = options
  let last: Inspected = { inspection: null, inspectionAtMs: null, inspectionError: null }
  let isAsking = false
  let isStopped = false

  const ask = async (): Promise<void> => {
    if (isAsking || isStopped) return
    isAsking = true
    try {
      last = { inspection: await options.inspect(), inspectionAtMs: clock.nowMs(), inspectionError: null }
    } catch (error) {
      // The last answer stays: of a process that is gone it is all there is.
      last = { ...last, inspectionError: { code: codeOf(error), message: describe(error) } }
    }
    isAsking = false
    if (!isStopped) options.changed()
  }

  const stop = clock.every(POLL_MS, () => void ask())
  void ask()

  return {
    get last() {
      return last
    },
    stop() {
      isStopped = true
      stop()
    },
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'inspect.failed'
}
