/** Asks one back-end how it is, over SMTP, and tells the directory. That it does not answer is its news, not its death. */
import { CallError, GenServer, type GenServerContext, noreply, Port } from '@orrery/runtime'
import { reasonLine } from '../exits.ts'
import { backendName, DIRECTORY } from '../messages.ts'
import { talkTo } from '../smtp.ts'
import { smtpPort } from './smtp-port.ts'

interface State {
  backend: string
  everyMs: number
  isUp: boolean
  checks: number
  lastAnswer: string
}

interface Types {
  args: { backend: string; everyMs: number }
  state: State
  infos: { check: Record<never, never> }
}

export const HealthCheck = GenServer.define<Types>({
  module: 'HealthCheck',
  init({ backend, everyMs }, ctx) {
    ctx.send(ctx.self, { type: 'check' })
    return { backend, everyMs, isUp: false, checks: 0, lastAnswer: 'not asked yet' }
  },
  handleInfo: {
    check: async (_message, state, ctx) => {
      const { backend, everyMs } = state
      const lastAnswer = await ask(backend, ctx)
      const isUp = lastAnswer === 'ready'
      if (!isUp) ctx.cast(DIRECTORY, { type: 'down', backend, why: lastAnswer })
      ctx.sendAfter(everyMs, ctx.self, { type: 'check' })
      return noreply({ ...state, isUp, checks: state.checks + 1, lastAnswer })
    },
  },
})

async function ask(backend: string, ctx: GenServerContext<Types>): Promise<string> {
  try {
    const port = await ctx.call(backendName(backend), { type: 'port' }, { timeoutMs: 1_000 })
    if (port === null) return 'away'
    await Port.use(
      ctx,
      smtpPort(backend),
      (_route, signal) => talkTo({ port, name: 'health-check', signal }, (client) => client.verify()),
      { operation: 'verify' },
    )
    ctx.cast(DIRECTORY, { type: 'up', backend, port })
    return 'ready'
  } catch (error) {
    if (error instanceof CallError) return reasonLine(error.reason)
    return error instanceof Error ? error.message : String(error)
  }
}
