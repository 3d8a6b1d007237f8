import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { startConstellation } from './constellation.ts'

test('a report leaves as a file, comes back in as another, and stands beside the one it came from', async ({
  page,
}) => {
  await using constellation = await startConstellation({ demo: false })
  await constellation.startDemo()
  const crashes = async (q = '') => {
    const answer = await fetch(`${constellation.url}/api/v1/crashes?q=${encodeURIComponent(q)}`)
    return ((await answer.json()) as { items: { id: string; isRoot: boolean }[] }).items
  }
  await expect.poll(async () => (await crashes('is:root')).length, { timeout: 60_000 }).toBeGreaterThan(0)
  const [first] = await crashes('is:root')
  const id = first?.id ?? ''

  await page.goto(`${constellation.url}/crashes/${id}`)
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'JSON' }).click()
  const file = await (await downloading).path()
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    id: string
    at: string
    identity: { pid: string }
  }
  expect(report.id).toBe(id)
  const text = await (await fetch(`${constellation.url}/api/v1/crashes/${id}?format=text`)).text()
  expect(text).toContain(`/crashes/${id}`)

  await page.goto(`${constellation.url}/crashes`)
  const field = page.locator('input[type=file]')
  await field.setInputFiles({
    name: 'note.json',
    mimeType: 'application/json',
    buffer: Buffer.from('a note'),
  })
  await expect(page.getByRole('alert', { name: 'Not imported' })).toContainText(
    'note.json: it is not the JSON of a report',
  )
  const twin = {
    ...report,
    at: new Date(Date.parse(report.at) + 1).toISOString(),
    id: '0193ffff-0000-7000-8000-000000000001',
    identity: { ...report.identity, pid: '<0.4711.0>' },
  }
  await field.setInputFiles({
    name: 'twin.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(twin)),
  })
  await expect(page).toHaveURL(new RegExp(`/crashes/${twin.id}$`))
  await expect(page.getByText('imported', { exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: /Side by side/ })).toBeVisible()

  await page.keyboard.press('c')
  await expect(page).toHaveURL(/[?]with=/)
  await page.goto(`${constellation.url}/crashes/${twin.id}?with=${id}`)
  const table = page.getByRole('region', { name: 'Side by side' })
  await expect(table.getByRole('row', { name: /Pid differs/ })).toContainText('<0.4711.0>')
  await page.keyboard.press('x')
  await expect(page).toHaveURL(`${constellation.url}/crashes/${id}?with=${twin.id}`)
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(`${constellation.url}/crashes/${id}`)
})
