import { expect, test } from '@playwright/test'
import { startConstellation } from './constellation.ts'

test('a node that is killed is missed, and when it is back its report says what became of it', async ({
  page,
}) => {
  await using constellation = await startConstellation()
  const { url } = constellation
  const downs = async () =>
    (
      (await (await fetch(`${url}/api/v1/crashes?q=${encodeURIComponent('kind:node-down')}`)).json()) as {
        items: { id: string; reason: string; outcome: string }[]
      }
    ).items
  await page.goto(`${url}/nodes/mail@localhost/tree`)
  await page.locator('[data-key]').first().waitFor({ timeout: 30_000 })

  constellation.demo?.child.kill('SIGKILL')
  await expect(page.getByText(/^Lost mail@localhost/)).toBeVisible({ timeout: 20_000 })
  await expect
    .poll(downs, { timeout: 30_000 })
    .toMatchObject([{ reason: 'no_heartbeat', outcome: 'pending' }])
  const [down] = await downs()
  await page.goto(`${url}/crashes/${down?.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('mail@localhost went down')
  await expect(page.locator('.crash-report')).toContainText('no_heartbeat')

  await constellation.startDemo()
  // The open page follows: what was inferred gives way to what the next life found.
  await expect(page.locator('.crash-report')).toContainText('killed without a word', { timeout: 30_000 })
  await expect(page.locator('.crash-report')).toContainText(/recovered in/)
  expect(await downs()).toMatchObject([{ id: down?.id, reason: 'killed', outcome: 'restarted' }])

  await page.goto(`${url}/nodes/mail@localhost`)
  const lives = page.getByRole('region', { name: 'Incarnations' })
  await expect(lives.getByRole('listitem')).toHaveCount(2)
  await lives.getByRole('link', { name: /^killed without a word/ }).click()
  await expect(page).toHaveURL(`${url}/crashes/${down?.id}`)
})
