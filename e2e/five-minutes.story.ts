import { expect, type Page, test } from '@playwright/test'
import { type Constellation, startConstellation } from './constellation.ts'

let constellation: Constellation
const operations = new Set<string>()

test.beforeAll(async () => {
  constellation = await startConstellation()
})
test.afterAll(async () => {
  await constellation[Symbol.asyncDispose]()
})

/** Remembers every call of the public API that the page makes. */
function follow(page: Page): void {
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/')) operations.add(`${request.method()} ${pathname}`)
  })
}

/**
 * In the page, from the last click on: when the chip showed the exit, and when it showed another pid. Who is back within one beat of the page is
 * shown as restarting, and never as crashed.
 */
function watchRecovery(page: Page, key: string): Promise<{ diedMs: number; backMs: number }> {
  return page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const chip = document.querySelector<HTMLElement>(`[data-key="${wanted}"]`)
        const old = chip?.dataset.pid
        let clickedMs = 0
        let diedMs: number | null = null
        document.addEventListener(
          'click',
          () => {
            clickedMs = performance.now()
          },
          { capture: true },
        )
        new MutationObserver(() => {
          const sinceMs = performance.now() - clickedMs
          const isOther = chip?.dataset.pid !== old
          if (isOther || chip?.dataset.status === 'crashed') diedMs ??= sinceMs
          if (diedMs !== null && isOther && chip?.dataset.status !== 'crashed') {
            resolve({ diedMs, backMs: sinceMs })
          }
        }).observe(document.body, {
          subtree: true,
          attributes: true,
          attributeFilter: ['data-pid', 'data-status'],
        })
      }),
    key,
  )
}

/** A worker that its supervisor restarts, by logical key. */
async function workerKey(): Promise<string> {
  const address = `${constellation.url}/api/v1/nodes/mail@localhost/processes?q=is:worker&limit=100`
  let items: { key: string; name: string }[] = []
  await expect
    .poll(async () => {
      const answer = await fetch(address)
      if (answer.ok) items = ((await answer.json()) as { items: typeof items }).items
      return items.length
    })
    .toBeGreaterThan(0)
  const found = items.find((item) => /quarantine|spool/i.test(item.name)) ?? items[0]
  if (!found) throw new Error('the demo has no worker')
  return found.key
}

test('a stranger sees a living tree, kills a worker, sees it back within a second, and reads why it died', async ({
  page,
}) => {
  follow(page)
  await page.goto(constellation.url)
  await page.getByRole('link', { name: 'mail@localhost' }).first().click()
  await page.getByRole('link', { name: 'Tree' }).click()
  const key = await workerKey()
  await page.goto(`${constellation.url}/nodes/mail@localhost/tree?key=${encodeURIComponent(key)}`)
  const chip = page.locator(`[data-key="${key}"]`)
  await chip.click({ timeout: 20_000 })
  await expect(page.getByRole('button', { name: /Kill…/ })).toBeEnabled()
  const recovery = watchRecovery(page, key)
  await page.getByRole('button', { name: /Kill…/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /^kill/ }).check()
  await dialog.getByRole('button', { name: /^Kill / }).click()
  await expect(page.locator('[data-state="applied"]').first()).toContainText('applied')
  const { diedMs, backMs } = await recovery
  expect(diedMs).toBeLessThanOrEqual(backMs)
  expect(backMs).toBeLessThan(1_000)

  await page.getByRole('tab', { name: 'Overview' }).click()
  await page.getByRole('link', { name: 'Crash report' }).click()
  await expect(page.locator('[data-crash]').first()).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('exited')
  await expect(page.locator('.crash-report')).toContainText('killed')
  await expect(page.locator('.crash-report')).toContainText(/recovered in/)
  await expect(page.locator('[data-stored="true"]')).toBeVisible()

  const audit = await (await fetch(`${constellation.url}/api/v1/audit`)).json()
  expect(JSON.stringify(audit.items[0])).toContain(key)
})

test('the same by keyboard alone, from a cold start', async ({ page }) => {
  follow(page)
  await page.goto(constellation.url)
  await page.getByRole('link', { name: 'mail@localhost' }).first().waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await expect(page).toHaveURL(/\/tree/)
  const key = await workerKey()
  const name = key.slice(key.lastIndexOf('/') + 1)
  await page.keyboard.press('Control+k')
  await page.keyboard.type(name)
  await page
    .getByRole('option', { name: new RegExp(name, 'i') })
    .first()
    .waitFor({ timeout: 20_000 })
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/key=/)
  const chip = page.locator(`[data-key="${key}"]`)
  const before = await chip.getAttribute('data-pid')
  await expect(page.getByRole('button', { name: /Kill…/ })).toBeEnabled()
  await page.keyboard.press('Shift+K')
  await expect(page.getByRole('dialog')).toBeVisible()
  for (let i = 0; i < 12; i++) {
    if (
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Kill / })
        .evaluate((b) => b === document.activeElement)
    )
      break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await expect.poll(() => chip.getAttribute('data-pid'), { timeout: 5_000 }).not.toBe(before)

  await page.keyboard.press('g')
  await page.keyboard.press('x')
  await expect(page).toHaveURL(/\/crashes/)
  await page.locator('[data-group]').first().waitFor()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-crash]').first()).toBeVisible()
})

test('suspend, crash on the next message, and Halt all, each with its result', async ({ page }) => {
  follow(page)
  const key = await workerKey()
  await page.goto(`${constellation.url}/nodes/mail@localhost/tree?key=${encodeURIComponent(key)}`)
  const chip = page.locator(`[data-key="${key}"]`)
  await page.getByRole('button', { name: /All actions/ }).click()
  await page.getByRole('menuitem', { name: /Crash on next message/ }).click()
  await page.getByRole('dialog').locator('button').last().click()
  await expect(page.locator('[data-state="applied"]').first()).toContainText('Crash on next message')
  await expect(page.locator('header.top')).toContainText(/1 fault active/)
  const before = await chip.getAttribute('data-pid')
  const sent = await fetch(
    `${constellation.url}/api/v1/nodes/mail@localhost/processes/${encodeURIComponent(key)}/commands`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'send', message: { type: 'a message nobody expects' } }),
    },
  )
  expect(sent.status).toBe(200)
  await expect.poll(() => chip.getAttribute('data-pid')).not.toBe(before)
  await expect(page.locator('header.top')).toContainText('no faults')
  const { items } = (await (
    await fetch(`${constellation.url}/api/v1/crashes?q=${encodeURIComponent('is:injected')}&limit=5`)
  ).json()) as { items: { key: string }[] }
  expect(items.map((item) => item.key)).toContain(key)

  await page.getByRole('button', { name: 'Suspend' }).click()
  await expect(page.locator('[data-state="applied"]').first()).toContainText('Suspend')
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect(page.locator('header.top')).toContainText(/1 fault active/)
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible({ timeout: 5_000 })
  const leases = await (await fetch(`${constellation.url}/api/v1/leases`)).json()
  expect(JSON.stringify(leases)).toContain('halted')
})

test('every operation that the pages used is in the OpenAPI document', async () => {
  const document = (await (await fetch(`${constellation.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>
  }
  const templates = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    })),
  )
  expect(operations.size).toBeGreaterThan(2)
  for (const operation of operations) {
    const [method, path] = operation.split(' ') as [string, string]
    const isKnown = templates.some((template) => template.method === method && template.pattern.test(path))
    expect(isKnown, `${operation} is not documented`).toBe(true)
  }
})
