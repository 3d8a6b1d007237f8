import { expect, test } from '@playwright/test'
import { startConstellation } from './constellation.ts'

test('a node’s page tells what it is, its last minutes and what watching costs it, and nothing that looks like a secret', async ({
  page,
}) => {
  await using constellation = await startConstellation({ env: { DATABASE_PASSWORD: 'hunter2' }, demo: false })
  await constellation.startDemo({ REDIS_URL: 'redis://app:swordfish@cache:6379' })
  const faults: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())))
  await page.goto(`${constellation.url}/nodes/mail@localhost`)

  const runtime = page.getByRole('region', { name: 'Runtime' })
  await expect(runtime).toContainText(`Node.js ${process.versions.node}`, { timeout: 30_000 })
  const environment = page.getByRole('region', { name: 'Environment and flags' })
  await expect(environment).toContainText('REDIS_URL')
  await expect(environment).toContainText('redacted')
  await expect(page.locator('body')).not.toContainText(/hunter2|swordfish/)

  await expect(page.getByRole('img', { name: /^Event loop: \d+ % of its time used$/ })).toBeVisible()
  await expect(page.getByRole('img', { name: /^Memory: [\d,]+ MB held$/ })).toBeVisible()
  await expect(page.getByRole('img', { name: /^Processes: \d+ alive$/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'What watching costs' })).toContainText('limit 3')
  await expect(page.getByRole('region', { name: 'Sent and dropped' })).toContainText('Nothing was given up.')
  await expect(page.getByRole('region', { name: 'Incarnations' }).getByRole('listitem')).toHaveCount(1)

  await page.keyboard.press('v')
  const table = page.getByRole('region', { name: 'Figures by second' })
  await expect(table.getByRole('columnheader', { name: 'Starts' })).toBeVisible()
  await expect.poll(() => table.getByRole('row').count()).toBeGreaterThan(3)
  await page.getByRole('radio', { name: '1 min' }).click()
  await expect(page).toHaveURL(/window=1/)
  await page.keyboard.press('v')
  await expect(page.getByRole('img', { name: /^Processes: / })).toBeVisible()
  expect(faults).toEqual([])
})
