import { RULES, seedOf } from '@orrery/protocol/fuzz'
import { expect, test } from 'vitest'
import { knock } from '../agent-stub.ts'
import { openBrowser } from '../browser.ts'
import { startConstellation } from '../constellation.ts'
import { startShop } from '../shop.ts'
import { fuzzHub } from './fuzz-hub.ts'

const SLOW_MS = 60_000
const FRAMES = 2_500
const seed = seedOf(process.env)

test(
  `each of ${FRAMES} spoiled frames is taken or refused with a code as SPEC.md has it, and nobody else notices (ORRERY_SEED=${seed})`,
  async () => {
    const outcome = await fuzzHub({ frames: FRAMES, seed })
    expect(outcome).toMatchObject({ frames: FRAMES, crashes: 0, misjudged: [], disturbances: [] })
    for (const rule of RULES)
      expect(outcome.byRule[rule], rule).toBeGreaterThanOrEqual(FRAMES / RULES.length - 1)
    // Both happen in numbers, else nothing was tried.
    expect(outcome.accepted).toBeGreaterThan(FRAMES / 3)
    expect(outcome.refused).toBeGreaterThan(FRAMES / 10)
    expect(outcome.heapGrowthBytes).toBeLessThan(20_000_000)
  },
  SLOW_MS,
)

/** What comes before a frame is a frame: packets of socket.io, which end their own connection at worst. */
const PACKETS = [
  '',
  '2',
  '2[',
  '2[]',
  '2[null]',
  '2["frame"',
  '2["frame",{"_placeholder":true,"num":5}]',
  '51-["frame",{"_placeholder":true,"num":-1}]',
  '51-["frame",{"_placeholder":true,"num":0}]',
  '5999999999999-["frame"]',
  '2["disconnect"]',
  '2["error",1]',
  '2["newListener",1]',
  '2["__proto__",1]',
  '2/agent,["disconnect"]',
  '2/agent,["error",{}]',
  '2/agent,["goodbye",{"reason":{"$":1}}]',
  '2/agent,["frame"]',
  '2/agent,7["frame",null]',
  '3/agent,1[{}]',
  '3/agent,99999[null]',
  '0/agent,{"protocol":7}',
  '0/other,',
  '4{"message":"no"}',
  '9',
  `2/agent,["frame",${'['.repeat(50_000)}${']'.repeat(50_000)}]`,
]

test(
  '[WIRE-25] [WIRE-28] whatever packets a stranger sends, and however long, the hub lives and others see their node',
  async () => {
    await using constellation = await startConstellation()
    await using shop = await constellation.observe(await startShop('shop@localhost'))
    await using browser = await openBrowser({ url: constellation.url })
    const tree = browser.view('tree', { node: shop.node.name })
    await tree.waitFor(({ nodeStatus }) => nodeStatus === 'live')
    for (const packet of PACKETS) {
      using stub = knock(constellation.url, { node: 'packets@localhost' })
      expect(await stub.answer, packet).toBe(null)
      const ended = new Promise((resolve) => stub.socket.once('disconnect', resolve))
      stub.socket.io.engine.write(packet)
      // Answered by whoever still listens; a connection that was ended says so.
      const next = { node: 'packets@localhost', incarnation: stub.hello.incarnation }
      using again = knock(constellation.url, next)
      expect(await again.answer, packet).toBe(null)
      await ended
    }
    using stub = knock(constellation.url, { node: 'packets@localhost' })
    expect(await stub.answer).toBe(null)
    const ended = new Promise((resolve) => stub.socket.once('disconnect', resolve))
    stub.raw(new Uint8Array(1_048_576 + 16_385))
    await ended
    const { seq } = tree
    await tree.waitFor(() => tree.seq > seq, 'the tree moves')
    expect(tree.snapshots).toBe(1)
    expect(browser.isConnected).toBe(true)
  },
  SLOW_MS,
)
