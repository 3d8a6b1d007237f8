/** Who is on the phone: a number is in one call at a time. */
import { GenServer, noreply, reply } from '@orrery/runtime'
import type { DirectoryMessages } from './messages.ts'

export const Directory = GenServer.define<{ state: Set<string> } & DirectoryMessages>({
  module: 'Directory',
  init: () => new Set(),
  handleCall: {
    seize: ({ number }, _from, engaged) => {
      const isFree = !engaged.has(number)
      if (isFree) engaged.add(number)
      return reply(isFree, engaged)
    },
  },
  handleCast: {
    free: ({ number }, engaged) => {
      engaged.delete(number)
      return noreply(engaged)
    },
  },
  formatStatus: (engaged) => ({ engaged: engaged.size }),
})
