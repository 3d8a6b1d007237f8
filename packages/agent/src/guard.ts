/**
 * The wall between agent and host. Everything the host calls into, and everything a timer or socket calls, passes here:
 * what throws is counted and said once, never thrown on. It also measures what the agent costs in processor time.
 */
import type { OnceLogger } from './logger.ts'

export interface Guard {
  /** Runs `work`; its result, or `undefined` when it threw. */
  run<T>(where: string, work: () => T): T | undefined
  /** As `run`, and its time is added to the agent's own. Nested calls count once. */
  timed<T>(where: string, work: () => T): T | undefined
  /** Adds time that was measured elsewhere. */
  addCpuMs(ms: number): void
  fault(where: string, error: unknown): void
  /** How often each entry threw. */
  readonly faults: ReadonlyMap<string, number>
  /** Milliseconds of main thread the agent has used. */
  readonly cpuMs: number
}

export function createGuard(log: OnceLogger, nowMs: () => number = () => performance.now()): Guard {
  const faults = new Map<string, number>()
  let cpuMs = 0
  let depth = 0

  const fault = (where: string, error: unknown): void => {
    faults.set(where, (faults.get(where) ?? 0) + 1)
    log.warn(
      `fault ${where}`,
      `a fault of the agent itself in ${where}, the node is not affected: ${describe(error)}`,
    )
  }

  return {
    faults,
    get cpuMs() {
      return cpuMs
    },
    addCpuMs: (ms) => {
      cpuMs += ms
    },
    fault,
    run(where, work) {
      try {
        return work()
      } catch (error) {
        fault(where, error)
        return undefined
      }
    },
    timed(where, work) {
      if (depth > 0) return this.run(where, work)
      depth++
      const startedAt = nowMs()
      try {
        return work()
      } catch (error) {
        fault(where, error)
        return undefined
      } finally {
        depth--
        cpuMs += nowMs() - startedAt
      }
    },
  }
}

/** Never throws, whatever was thrown. */
export function describe(error: unknown): string {
  try {
    return error instanceof Error
      ? `${error.name}: ${error.message}`.slice(0, 300)
      : String(error).slice(0, 300)
  } catch {
    return 'an error that cannot be read'
  }
}
