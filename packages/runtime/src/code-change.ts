/**
 * Code change of one process: while it is suspended its driver is swapped for that of the new module, whose `codeChange` makes
 * the new state of the old. What that throws means that nothing has changed.
 */
import type { Driver } from './driver.ts'
import { type ExitReason, reasonOf } from './exit-reason.ts'
import { SUSPENDED } from './flags.ts'
import type { Proc } from './process.ts'
import { isPromise } from './raw.ts'

/** What a process was before: enough to go back. */
export interface Before {
  readonly driver: Driver
  readonly state: unknown
}

export type CodeChanged =
  | { readonly ok: true; readonly value: Before }
  | { readonly ok: false; readonly reason: ExitReason }

/** The process must be suspended, and the new module be another edition of its own. */
export function changeCode(
  process: Proc,
  to: Driver,
  extra: unknown,
): CodeChanged | PromiseLike<CodeChanged> {
  const { driver: from, state } = process
  if ((process.flags & SUSPENDED) === 0) return { ok: false, reason: 'not_suspended' }
  if (from.isolation !== undefined) return { ok: false, reason: 'isolated' }
  if (to.behaviour !== from.behaviour || to.module !== from.module) {
    const expected = `${from.behaviour} ${from.module}`
    return { ok: false, reason: { tag: 'other_module', expected, given: `${to.behaviour} ${to.module}` } }
  }
  const changed = (): CodeChanged => {
    process.node.observeChange(process)
    return { ok: true, value: { driver: from, state } }
  }
  const failed = (thrown: unknown): CodeChanged => {
    putBack(process, { driver: from, state })
    return { ok: false, reason: reasonOf(thrown) }
  }
  process.driver = to
  try {
    const promise = to.codeChange?.(process, from, extra)
    return isPromise(promise) ? promise.then(changed, failed) : changed()
  } catch (thrown) {
    return failed(thrown)
  }
}

/** Back to the module and the state of before. */
export function putBack(process: Proc, { driver, state }: Before): void {
  const { driver: left } = process
  process.driver = driver
  process.state = state
  // A supervisor's children live in its state, whichever definition it has: they go back to their old specifications.
  if (driver.kind === 'supervisor') driver.codeChange?.(process, left, undefined)
  process.node.observeChange(process)
}
