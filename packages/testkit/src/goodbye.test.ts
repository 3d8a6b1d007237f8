import { io } from 'socket.io-client'
import { expect, test } from 'vitest'
import { startConstellation } from './constellation.ts'
import { startShop } from './shop.ts'
import { until } from './until.ts'

test('[WIRE-18] a hub that ends in order says goodbye to agents and browsers, and both come again', async () => {
  await using constellation = await startConstellation()
  const said: string[] = []
  const logger = {
    info: (line: string) => void said.push(line),
    warn: (line: string) => void said.push(line),
  }
  const { agent } = await constellation.observe(await startShop('shop@localhost'), { logger })
  const browser = io(constellation.url, { transports: ['websocket'], reconnectionDelay: 50 })
  try {
    const farewells: unknown[] = []
    browser.on('goodbye', (word) => farewells.push(word))
    await until(() => browser.connected, 'the browser was not let in')

    await constellation.stopHub()
    expect(farewells).toEqual([{ reason: 'the hub is stopped' }])
    expect(said).toContain(
      `no hub at ${constellation.url} (it said goodbye: the hub is stopped); trying again, crash reports are kept meanwhile`,
    )

    await constellation.startHub()
    await until(() => browser.connected && agent.status.connection === 'welcomed', 'they did not come again')
  } finally {
    browser.disconnect()
  }
})
