/** Where each area is: here, or over the trunk while it has a carrier. */
import { GenServer, noreply, reply } from '@orrery/runtime'
import type { RouteTableMessages } from '../messages.ts'

interface State {
  own: string
  hasCarrier: boolean
}

export const RouteTable = GenServer.define<{ args: { own: string }; state: State } & RouteTableMessages>({
  module: 'RouteTable',
  init: ({ own }) => ({ own, hasCarrier: false }),
  handleCall: {
    route: ({ area }, _from, state) => {
      if (area === state.own) return reply({ kind: 'local' as const }, state)
      return reply({ kind: state.hasCarrier ? ('trunk' as const) : ('none' as const) }, state)
    },
  },
  handleCast: { carrier: ({ isUp }, state) => noreply({ ...state, hasCarrier: isUp }) },
})
