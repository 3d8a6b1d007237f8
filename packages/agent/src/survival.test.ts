import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { afterwards, newSpoolDir } from './testing/constellation.ts'
import { tinyHub } from './testing/tiny-hub.ts'

const script = fileURLToPath(new URL('./testing/doomed-node.ts', import.meta.url))

test('what a node accepted before SIGKILL reaches the hub by its next lives, nothing lost', async () => {
  const hub = await tinyHub()
  afterwards(() => hub.close())
  const spoolDir = newSpoolDir()
  let accepted = 0
  // Every other life has no hub to talk to, so that what it accepted is on disk alone.
  for (const address of ['http://127.0.0.1:9', hub.url, 'http://127.0.0.1:9', hub.url]) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, address, spoolDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = 0
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      said = Number(text.trimEnd().split('\n').at(-1))
      if (said >= 40) child.kill('SIGKILL')
    })
    await once(child, 'close')
    expect(child.signalCode).toBe('SIGKILL')
    accepted += said
  }
  const last = spawn(process.execPath, ['--import', 'tsx', script, hub.url, spoolDir], { stdio: 'ignore' })
  afterwards(() => last.kill('SIGKILL'))
  await vi.waitFor(
    () => {
      const lives = [...hub.reports.values()].map(({ report }) => report.identity.incarnation)
      const mine = hub.hellos.at(-1)?.incarnation
      expect(new Set(lives).size).toBe(5)
      expect(lives.filter((life) => life !== mine).length).toBeGreaterThanOrEqual(accepted)
    },
    { timeout: 20_000, interval: 50 },
  )
}, 60_000)
