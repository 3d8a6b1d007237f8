/** The fault lab from end to end: put together on the page, seen to work, stopped, proven undone, and named by the crashes it caused. */
import { expect, type Page, test } from '@playwright/test'
import { type Constellation, startConstellation } from './constellation.ts'

let constellation: Constellation
test.beforeAll(async () => {
  constellation = await startConstellation()
})
test.afterAll(async () => {
  await constellation[Symbol.asyncDispose]()
})

interface Answered {
  status: string
  endedBy: string | null
  crashes: number
  targets: { state: string; readBack: string; firings: number }[]
}

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${constellation.url}${path}`)).json()) as T
}

/** Holds the button of the composer as a finger would. */
async function holdToRun(page: Page): Promise<string> {
  const run = page.locator('[data-run]:not([aria-disabled="true"])')
  await expect(run).toBeVisible({ timeout: 20_000 })
  await run.hover()
  await page.mouse.down()
  const told = page.locator('.fl-told')
  await expect(told).toContainText(/F-\d{4} runs/, { timeout: 10_000 })
  await page.mouse.up()
  return /F-\d{4}/.exec((await told.textContent()) ?? '')?.[0] ?? ''
}

test('a throw is put together on the page, runs, is stopped, proven undone, and named by the crashes it caused', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(constellation.url)
  await page.getByRole('link', { name: 'mail@localhost' }).first().waitFor({ timeout: 30_000 })
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await expect(page).toHaveURL(/\/faults/)
  await page.locator('[data-kind="throw"][aria-disabled="false"]').click({ timeout: 30_000 })
  await page.getByRole('radio', { name: 'Every', exact: true }).click()
  const target = page.getByRole('combobox', { name: /^Target/ })
  await target.fill('node:mail@localhost module:Parser')
  await target.press('Escape')
  await expect(page.locator('.fl-matched').first()).toContainText(/match/)
  await expect(page.getByRole('region', { name: 'Blast radius' })).toContainText(/targeted/)

  const id = await holdToRun(page)
  const card = page.getByRole('article', { name: new RegExp(id) })
  await expect(card).toBeVisible()
  await expect(page.locator('header.top')).toContainText(/1 fault active/)
  await expect
    .poll(async () => (await ask<Answered>(`/api/v1/faults/${id}`)).crashes, { timeout: 40_000 })
    .toBeGreaterThan(0)

  await page.getByRole('button', { name: `Stop ${id}` }).click()
  await expect(card).toBeHidden({ timeout: 10_000 })
  await expect(page.locator('header.top')).toContainText('no faults')
  const answered = () => ask<Answered>(`/api/v1/faults/${id}`)
  await expect.poll(async () => (await answered()).status, { timeout: 15_000 }).toBe('ended')
  const over = await answered()
  expect(over.endedBy).toBe('stopped')
  expect(over.targets.length).toBeGreaterThan(0)
  for (const { state, readBack } of over.targets) {
    expect(['recovered', 'gone']).toContain(state)
    expect(readBack).not.toBe('')
  }

  await page.getByRole('link', { name: id }).first().click()
  await expect(page).toHaveURL(new RegExp(`/faults/${id}$`))
  await expect(page.getByRole('region', { name: 'Targets' })).toContainText(/recovered|gone/)
  await page.getByRole('link', { name: /crash(es)? caused/ }).click()
  await expect(page).toHaveURL(new RegExp(`fault%3A${id}|fault:${id}`))
  await page.locator('[data-group]').first().waitFor()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/Injected by/).first()).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Context' })).toContainText('direct')
  await page
    .getByRole('complementary', { name: 'Context' })
    .getByRole('link', { name: new RegExp(id) })
    .click()
  await expect(page).toHaveURL(new RegExp(`/faults/${id}$`))
})

test('a fault for a process is begun in its inspector, and everything chosen stands in the address', async ({
  page,
}) => {
  const asked = new URLSearchParams({ q: 'module:Parser', limit: '1' })
  const parsers = async () =>
    (
      await ask<{ items?: { key: string; name: string }[] }>(
        `/api/v1/nodes/mail@localhost/processes?${asked}`,
      )
    ).items ?? []
  await expect.poll(async () => (await parsers()).length, { timeout: 30_000 }).toBe(1)
  const process = (await parsers())[0] as { key: string }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(
    `${constellation.url}/nodes/mail@localhost/tree?${new URLSearchParams({ key: process.key })}`,
  )
  await page.getByRole('button', { name: /Inject…/ }).click()
  await expect(page).toHaveURL(/\/faults\?q=/)
  await expect(page.locator('.fl-matched').first()).toContainText(/1 process matches/)
  await page.locator('[data-kind="hang"]').click()
  await page.getByRole('radio', { name: '10 s' }).click()
  await expect(page.locator('[data-run]')).toContainText(/Hang .* for 10 s/)
  await page.reload()
  await expect(page.locator('[data-run]')).toContainText(/Hang .* for 10 s/)
  await expect(page.getByRole('radio', { name: '10 s' })).toHaveAttribute('aria-checked', 'true')
})

test('a target that cannot be read is underlined, and nothing can be run', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${constellation.url}/faults?kind=throw&q=${encodeURIComponent('mailbox:>lots')}`)
  await expect(page.locator('.fl-wrong')).toContainText(/mailbox takes a number/)
  await expect(page.locator('[data-run]')).toHaveAttribute('aria-disabled', 'true')
})

test('on a phone nothing is injected, and Halt all is there', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${constellation.url}/faults`)
  await expect(page.getByText('Nothing is injected from a phone.')).toBeVisible()
  await expect(page.getByRole('button', { name: /Halt all/ })).toBeVisible()
  await expect(page.locator('[data-run]')).toHaveCount(0)
})
