/** What runs in the worker thread of the isolation bench. */
import { GenServer, reply } from '../src/index.ts'

export const Wild = GenServer.define<{
  state: null
  calls: { ping: () => null; loop: () => never; fill: () => never }
}>({
  module: 'Wild',
  init: () => null,
  handleCall: {
    ping: (_message, _from, state) => reply(null, state),
    loop: () => {
      for (;;);
    },
    fill: () => {
      const kept: unknown[] = []
      for (;;) kept.push(new Array(10_000).fill(kept.length))
    },
  },
})
