/** Compressed JavaScript that a cold load of the tree page fetches, in kB as sent. */
import { chromium } from '@playwright/test'
import { chromiumPath } from '../../scripts/system-packages.mjs'

export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']

export async function pageWeight(url: string): Promise<number> {
  const path = chromiumPath()
  const browser = await chromium.launch({ ...(path ? { executablePath: path } : {}), args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const client = await page.context().newCDPSession(page)
    const scripts = new Set<string>()
    let bytes = 0
    await client.send('Network.enable')
    await client.send('Network.setCacheDisabled', { cacheDisabled: true })
    client.on('Network.responseReceived', (event) => {
      if (event.type === 'Script') scripts.add(event.requestId)
    })
    client.on('Network.loadingFinished', (event) => {
      if (scripts.has(event.requestId)) bytes += event.encodedDataLength
    })
    await page.goto(url)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    await page.getByRole('tree').first().waitFor({ state: 'attached', timeout: 20_000 })
    await page.waitForTimeout(2_000)
    return bytes / 1_000
  } finally {
    await browser.close()
  }
}
