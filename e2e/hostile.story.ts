import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'
import { type Constellation, launch, startConstellation } from './constellation.ts'

const here = dirname(fileURLToPath(import.meta.url))
let constellation: Constellation
let node: ReturnType<typeof launch>

test.beforeAll(async () => {
  constellation = await startConstellation({ demo: false })
  node = launch(join(here, 'nodes/hostile.ts'), {
    ...process.env,
    NODE_OPTIONS: '--import tsx',
    ORRERY_HUB_URL: constellation.url,
    ORRERY_SPOOL_DIR: join(constellation.dataDir, 'hostile-spool'),
    ORRERY_FAULTS: 'allow',
  })
})
test.afterAll(async () => {
  await node.stop()
  await constellation[Symbol.asyncDispose]()
})

async function untouched(page: Page): Promise<void> {
  expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined()
  const text = await page.locator('body').innerText()
  expect(text).not.toContain('hunter2')
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
  expect(text.length).toBeLessThan(200_000)
}

test('names, messages, state and reasons full of markup, escapes and bulk are shown as text, bounded, harmless', async ({
  page,
}) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))

  await expect
    .poll(
      async () => (await (await fetch(`${constellation.url}/api/v1/crashes?limit=1`)).json()).items.length,
      { timeout: 30_000, message: node.output() },
    )
    .toBe(1)

  await page.goto(`${constellation.url}/nodes/hostile@localhost/tree`)
  const chip = page.locator('[data-key^="hostile_sup/"]').first()
  await chip.waitFor()
  await chip.click()
  for (const tab of ['State', 'Mailbox', 'Links', 'Messages', 'Overview']) {
    await page.getByRole('tab', { name: tab }).click()
    await untouched(page)
  }

  const list = await (await fetch(`${constellation.url}/api/v1/crashes?limit=1`)).json()
  const body = await (await fetch(`${constellation.url}/api/v1/crashes/${list.items[0].id}`)).text()
  expect(body.length).toBeLessThan(300_000)
  expect(body).not.toContain('hunter2')

  await page.goto(`${constellation.url}/crashes`)
  await page.locator('[data-group]').first().waitFor()
  await untouched(page)
  await page.goto(`${constellation.url}/crashes/${list.items[0].id}`)
  await page.locator('[data-crash]').first().waitFor()
  await expect(page.locator('body')).toContainText('onerror=')
  await untouched(page)
  expect(errors).toEqual([])
})
