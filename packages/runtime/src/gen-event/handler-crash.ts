/** A crash of an event handler: a report like any other, of a process that goes on. */
import { capture } from '../capture.ts'
import { crashNotice, type Failure, guarded, rawCrash, STATE } from '../crash.ts'
import { isError, reasonOf } from '../exit-reason.ts'
import type { Proc } from '../process.ts'
import type { Installed } from './driver.ts'

export function reportHandler(process: Proc, { module, id, state }: Installed, thrown: unknown): void {
  const { node } = process
  node.counters.crashes += 1
  if (node.hooks?.handlerCrashed === undefined) return
  const atUs = node.clock.nowUs()
  const crashId = globalThis.crypto.randomUUID()
  const failure: Failure = {
    link: { id: crashId, rootCrash: crashId, parentCrash: null, mechanism: null, depth: 0, atUs },
    kind: 'throw',
    reason: reasonOf(thrown),
    error: isError(thrown) ? thrown : null,
    killer: null,
    phase: 'message',
    startedUs: null,
  }
  if (node.hooks.wantsCrash !== undefined && !node.wantsCrash(crashNotice(process, failure))) return
  node.observeHandlerCrash(() => {
    const crash = rawCrash(process, failure)
    return {
      ...crash,
      identity: {
        ...crash.identity,
        behaviour: 'GenEvent handler',
        module: id === '' ? module.module : `${module.module}/${id}`,
        initialCall: `${module.module}.init`,
        version: module.version,
      },
      mailbox: { ...crash.mailbox, fate: 'kept' },
      state: capture(
        guarded(() => (module.formatStatus === undefined ? state : module.formatStatus(state))),
        STATE,
      ),
      // Its process goes on, so nobody is told.
      peers: [],
    }
  })
}
