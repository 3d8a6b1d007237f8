/** Node kill: the node is ended by the runner above it, which tells the next life by which firing. */
import type { FaultDoer } from '../kind.ts'
import { NO_RUNNER, SAID_FIRST_MS } from './of-runner.ts'

export const nodeKill: FaultDoer<'node_kill'> = {
  kind: 'node_kill',
  begins: 'initialised',
  absent: ({ runner }) => (runner === null ? NO_RUNNER : null),
  apply({ leaseId, experiment, kind, mint, time, done }, { runner }) {
    if (runner === null) return { refused: 'fault.no_runner' }
    const firing = mint()
    const cancel = time.after(SAID_FIRST_MS, () => {
      runner.kill(leaseId, { experiment, kind, firing })
      done()
    })
    return {
      undo: cancel,
      check: () => 'the node has not ended',
    }
  },
}
