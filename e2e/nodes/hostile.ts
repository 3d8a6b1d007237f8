/** A node whose names, messages, state and reasons are as bad as they come. It crashes once a second. */
import { observe } from '@orrery/agent'
import { child, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'

const HTML = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
const ANSI = '\u001b[31mred\u001b[0m\u0007'
const OVERRIDE = '\u202egnp.exe'
const LONE = '\ud800 lone \udfff'
const HUGE = 'x'.repeat(10 * 1024 * 1024)

function nasty(): Record<string, unknown> {
  const value: Record<string, unknown> = {
    html: HTML,
    ansi: ANSI,
    override: OVERRIDE,
    lone: LONE,
    huge: HUGE,
    big: 2n ** 200n,
    symbol: Symbol(HTML),
    nan: Number.NaN,
    none: undefined,
    map: new Map([[{ a: HTML }, new Set([1n])]]),
    revoked: revoked(),
    password: 'hunter2-must-not-leave',
  }
  value.self = value
  Object.defineProperty(value, 'trap', {
    enumerable: true,
    get() {
      throw new Error('a getter was called')
    },
  })
  return value
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const Nasty = GenServer.define<{
  args: Record<string, never>
  state: Record<string, unknown>
  casts: { hurt: { value: unknown } }
}>({
  module: HTML,
  init: (_args, ctx) => {
    ctx.setLabel(`${HTML}${ANSI}${OVERRIDE}`)
    return nasty()
  },
  handleCast: {
    hurt: (message, state) => {
      const error = new Error(`${HTML} ${ANSI} ${HUGE} token=abcdef0123456789`)
      error.cause = nasty()
      if (message.value !== null) throw error
      return noreply(state)
    },
  },
})

const Root = Supervisor.define<{ args: Record<string, never> }>({
  module: 'hostile_sup',
  strategy: 'one_for_one',
  intensity: 1_000,
  periodMs: 1_000,
  children: () => [child(Nasty, { id: HTML, name: `nasty ${HTML}`, args: {} })],
})

const node = await start(Root, { name: 'hostile@localhost', args: {} })
await observe(node)
setInterval(() => {
  node.cast(nameOf(Nasty, `nasty ${HTML}`), { type: 'hurt', value: nasty() })
}, 1_000)
