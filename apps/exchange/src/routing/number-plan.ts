/** Reads dialled numbers: two digits of area, then the subscriber. */
import { GenServer, reply } from '@orrery/runtime'
import type { NumberPlanMessages } from '../messages.ts'

interface State {
  /** Areas that are allocated. */
  areas: readonly string[]
  translated: number
}

export const NumberPlan = GenServer.define<
  { args: { areas: readonly string[] }; state: State } & NumberPlanMessages
>({
  module: 'NumberPlan',
  init: ({ areas }) => ({ areas, translated: 0 }),
  handleCall: {
    translate: ({ number }, _from, state) => {
      const area = number.slice(0, 2)
      const next = { ...state, translated: state.translated + 1 }
      return reply(state.areas.includes(area) ? { area } : null, next)
    },
  },
})
