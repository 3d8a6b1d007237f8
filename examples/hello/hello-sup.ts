/** A supervisor and one child: says hello every second, and crashes honestly when somebody is too long a name. */
import { child, Exit, GenServer, noreply, reply, Supervisor } from '@orrery/runtime'

export const Greeter = GenServer.define<{
  args: { everyMs: number }
  state: { greeted: number; everyMs: number }
  calls: { greeted: () => number }
  casts: { greet: { name: string } }
  infos: { tick: object }
}>({
  module: 'Greeter',
  init: ({ everyMs }, ctx) => {
    ctx.sendAfter(everyMs, ctx.self, { type: 'tick' })
    return { greeted: 0, everyMs }
  },
  handleCall: {
    greeted: (_message, _from, state) => reply(state.greeted, state),
  },
  handleCast: {
    greet: ({ name }, state) => {
      if (name.length > 40) throw new Exit('name_too_long', { length: name.length })
      return noreply({ ...state, greeted: state.greeted + 1 })
    },
  },
  handleInfo: {
    tick: (_message, state, ctx) => {
      ctx.cast(ctx.self, { type: 'greet', name: 'world' })
      ctx.sendAfter(state.everyMs, ctx.self, { type: 'tick' })
      return noreply(state)
    },
  },
})

export const HelloSup = Supervisor.define({
  module: 'HelloSup',
  strategy: 'one_for_one',
  intensity: 3,
  periodMs: 5_000,
  children: () => [child(Greeter, { id: 'greeter', args: { everyMs: 1_000 }, name: 'greeter' })],
})
