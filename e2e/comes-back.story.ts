import { expect, test } from '@playwright/test'
import { startConstellation } from './constellation.ts'

test('after a restart of the server everything stored is there, and the page comes back by itself', async ({
  page,
}) => {
  await using constellation = await startConstellation()
  const { url } = constellation
  const count = async (path: string) =>
    ((await (await fetch(`${url}${path}`)).json()) as { items: unknown[] }).items.length

  await page.goto(`${url}/nodes/mail@localhost/tree`)
  await page.locator('[data-key]').first().waitFor({ timeout: 30_000 })
  const { items } = (await (
    await fetch(`${url}/api/v1/nodes/mail@localhost/processes?q=is:worker&limit=1`)
  ).json()) as { items: { key: string }[] }
  const killed = await fetch(
    `${url}/api/v1/nodes/mail@localhost/processes/${encodeURIComponent(items[0]?.key ?? '')}/commands`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'kill', reason: 'kill' }),
    },
  )
  expect(killed.status).toBe(200)
  await expect.poll(() => count('/api/v1/crashes')).toBeGreaterThan(0)
  const before = await count('/api/v1/crashes')
  const audited = await count('/api/v1/audit')

  await constellation.dashboard.stop()
  await expect(page.locator('.lamp')).toContainText(/Hub stopped at|old/, {
    timeout: 15_000,
  })
  await constellation.startDashboard()

  await expect(page.locator('.lamp')).toContainText('Live', { timeout: 30_000 })
  expect(await count('/api/v1/crashes')).toBeGreaterThanOrEqual(before)
  expect(await count('/api/v1/audit')).toBe(audited)
  await expect
    .poll(async () => (await (await fetch(`${url}/api/v1/nodes/mail@localhost`)).json()).status, {
      timeout: 30_000,
    })
    .toBe('live')
  await expect
    .poll(
      async () => {
        const series = (await (
          await fetch(
            `${url}/api/v1/series?node=mail@localhost&metric=messages&from=${new Date(Date.now() - 300_000).toISOString()}`,
          )
        ).json()) as { lines: { values: (number | null)[] }[] }
        return series.lines.flatMap((line) => line.values).filter((value) => value !== null).length
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(0)
})

test('with no node at all the page says how to connect one', async ({ page }) => {
  await using constellation = await startConstellation({ demo: false })
  await page.goto(constellation.url)
  await expect(page.getByText('Let it connect.')).toBeVisible()
  await expect(page.getByText('npm run demo')).toBeVisible()
  await constellation.startDemo()
  await expect(page.getByRole('link', { name: 'mail@localhost' }).first()).toBeVisible({ timeout: 20_000 })
})
