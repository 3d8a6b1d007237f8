import { child, GenServer, nameOf, reply, Supervisor, start } from '@orrery/runtime'

const Parser = GenServer.define<{
  state: { parsed: number }
  calls: { parse: (message: { text: string }) => unknown; parsed: () => number }
}>({
  module: 'Parser',
  init: () => ({ parsed: 0 }),
  handleCall: {
    // No try: what cannot be parsed ends this process, and its supervisor starts a fresh one.
    parse: ({ text }, _from, { parsed }) => reply(JSON.parse(text), { parsed: parsed + 1 }),
    parsed: (_message, _from, state) => reply(state.parsed, state),
  },
})

const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 3,
  periodMs: 5_000,
  children: () => [child(Parser, { id: 'parser', name: 'parser', restart: 'permanent' })],
})

const node = await start(Root, { name: 'third@localhost' })
const parser = nameOf(Parser, 'parser')

console.log(await node.call(parser, { type: 'parse', text: '[1]' })) // → [ 1 ]
try {
  await node.call(parser, { type: 'parse', text: '[1' })
} catch (error) {
  console.log((error as Error).message) // → call parse to parser failed: SyntaxError
}
while (node.whereis(parser) === null) await new Promise(setImmediate)
console.log(await node.call(parser, { type: 'parsed' })) // → 0
console.log(node.counters.crashes, node.counters.restarts) // → 1 1
await node.stop()
