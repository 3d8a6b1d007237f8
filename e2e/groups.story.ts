import { expect, type Page, test } from '@playwright/test'
import { type Constellation, startConstellation } from './constellation.ts'

const NODE = 'mail@localhost'

let constellation: Constellation
const problems: string[] = []
test.beforeAll(async () => {
  constellation = await startConstellation()
})
test.afterAll(async () => {
  await constellation[Symbol.asyncDispose]()
})
test.beforeEach(({ page }) => {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
})

interface Group {
  id: string
  count: number
  status: string
  merged: string[]
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${constellation.url}/api/v1${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return (await answer.json()) as T
}

const search = async (q: string) =>
  (await api<{ items: Group[] }>('GET', `/crash-groups?${new URLSearchParams({ q })}`)).items
const group = (id: string) => api<Group>('GET', `/crash-groups/${id}`)

/** Workers of the demo that are restarted, by their keys. */
async function workers(): Promise<{ key: string; module: string }[]> {
  let found: { key: string; module: string }[] = []
  await expect
    .poll(async () => {
      const { items = [] } = await api<{ items?: { key: string; module: string; behaviour: string }[] }>(
        'GET',
        `/nodes/${NODE}/processes?limit=500`,
      )
      found = items.filter(({ behaviour, key }) => behaviour === 'GenServer' && key.includes('Sup/'))
      return new Set(found.map(({ module }) => module)).size
    })
    .toBeGreaterThan(1)
  return found
}

/**
 * Kills a process with a reason of its own and answers with the group its report is in, once it is stored. It is suspended first:
 * what a process handles when it dies is part of its group, and an idle one dies the same every time.
 */
async function crash(key: string, reason: string): Promise<Group> {
  const q = `node:${NODE} reason:${reason}`
  const before = (await api<{ items: unknown[] }>('GET', `/crashes?${new URLSearchParams({ q })}`)).items
    .length
  const path = `/nodes/${NODE}/processes/${encodeURIComponent(key)}/commands`
  for (const order of [{ command: 'suspend' }, { command: 'kill', reason }])
    await expect
      .poll(async () => (await api<{ status?: string }>('POST', path, order)).status)
      .toBe('applied')
  await expect
    .poll(
      async () =>
        (await api<{ items: unknown[] }>('GET', `/crashes?${new URLSearchParams({ q })}`)).items.length,
    )
    .toBeGreaterThan(before)
  const [found] = await search(q)
  return found as Group
}

const row = (page: Page, id: string) => page.locator(`.group-rows [data-group="${id}"]`)

test('resolved with e, undone, resolved again; it crashes again and is regressed', async ({ page }) => {
  const [worker] = await workers()
  const { key } = worker as { key: string }
  const { id } = await crash(key, 'story_resolved')
  await page.goto(`${constellation.url}/crashes?group=${id}`)
  await expect(row(page, id)).toHaveAttribute('data-status', 'new')
  await page.keyboard.press('e')
  await expect(row(page, id)).toHaveCount(0)
  await expect(page.getByText('1 resolved group hidden by')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, id)).toHaveAttribute('data-status', 'new')
  await row(page, id).click()
  await page.getByRole('textbox', { name: 'Write a note' }).fill('known, fixed by Friday')
  await page.keyboard.press('Enter')
  await expect(page.getByText('known, fixed by Friday')).toBeVisible()
  await page.getByRole('button', { name: /^Resolve/ }).click()
  await expect.poll(async () => (await group(id)).status).toBe('resolved')
  expect((await crash(key, 'story_resolved')).id).toBe(id)
  await expect(row(page, id)).toHaveAttribute('data-status', 'regressed')
  expect((await group(id)).status).toBe('regressed')
  expect((await search('is:regressed')).map((one) => one.id)).toEqual([id])
})

test('merged, the next crash joins; taken out again, each has its own', async ({ page }) => {
  const [one, ...rest] = await workers()
  const other = rest.find(({ module }) => module !== one?.module)
  const [first, second] = [one?.key ?? '', other?.key ?? '']
  const into = await crash(first, 'story_into')
  const from = await crash(second, 'story_from')
  await page.goto(`${constellation.url}/crashes?group=${into.id}`)
  await expect(row(page, into.id)).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('x')
  await row(page, from.id).click()
  await expect(row(page, from.id)).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('x')
  await expect(page.getByText('2 selected')).toBeVisible()
  await page.keyboard.press('m')
  const dialog = page.getByRole('dialog', { name: 'Merge groups' })
  await expect(dialog).toContainText('One group joins')
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
  await expect(row(page, from.id)).toHaveCount(0)
  await expect(row(page, into.id)).toBeVisible()

  const total = (await group(into.id)).count
  expect((await crash(second, 'story_from')).id).toBe(into.id)
  expect(await group(from.id)).toMatchObject({ id: into.id, count: total + 1, merged: [from.id] })

  await row(page, into.id).click()
  await page.getByRole('button', { name: 'Take out' }).click()
  await expect(row(page, from.id)).toBeVisible()
  expect((await group(from.id)).id).toBe(from.id)
  expect((await group(from.id)).count + (await group(into.id)).count).toBe(total + 1)
  expect((await crash(second, 'story_from')).id).toBe(from.id)
})

test('ignored, it stays ignored; a saved search leads back to it', async ({ page }) => {
  const [worker] = await workers()
  const { key } = worker as { key: string }
  const { id } = await crash(key, 'story_ignored')
  await page.goto(`${constellation.url}/crashes?group=${id}`)
  await row(page, id).waitFor()
  await page.keyboard.press('i')
  await expect(row(page, id)).toHaveCount(0)
  await crash(key, 'story_ignored')
  expect((await group(id)).status).toBe('ignored')
  await page.getByRole('button', { name: /^Show 1 ignored/ }).click()
  await expect(row(page, id)).toHaveAttribute('data-status', 'ignored')
  await page.keyboard.press('s')
  await page.getByRole('textbox', { name: 'Name' }).fill('with ignored')
  await page.keyboard.press('Enter')
  await page.goto(`${constellation.url}/crashes`)
  await page.getByRole('button', { name: 'with ignored' }).click()
  await expect(row(page, id)).toHaveAttribute('data-status', 'ignored')
})

test('the report resolves its group too, and says so', async ({ page }) => {
  const [worker] = await workers()
  const { id } = await crash((worker as { key: string }).key, 'story_report')
  const [latest] = (await api<{ items: { id: string }[] }>('GET', '/crashes?q=reason:story_report')).items
  await page.goto(`${constellation.url}/crashes/${latest?.id}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('e')
  await expect(page.getByText(/^Resolved .* by loopback/)).toBeVisible()
  expect((await group(id)).status).toBe('resolved')
  await page.keyboard.press('z')
  await expect.poll(async () => (await group(id)).status).toBe('new')
  expect(problems).toEqual([])
})

test('the keys go on after a box was ticked, a row clicked, a search begun; the way back keeps the search', async ({
  page,
}) => {
  const [worker] = await workers()
  const { key } = worker as { key: string }
  for (const reason of ['story_keys_a', 'story_keys_b']) await crash(key, reason)
  const q = 'reason:~story_keys'
  const rows = page.locator('.group-rows [data-group]')
  await page.goto(`${constellation.url}/crashes?${new URLSearchParams({ q })}`)
  await expect(rows).toHaveCount(2)
  await page.getByRole('group', { name: 'Cause' }).getByText('injected').click()
  await expect(page).toHaveURL(/cause%3Ainjected/)
  await page.keyboard.press('j')
  await expect(rows.nth(1)).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('Space')
  await expect(page).not.toHaveURL(/cause%3Ainjected/)

  await page.keyboard.press('/')
  await page.keyboard.type(' nothing')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: /^Search crashes/ })).toHaveValue(q)

  await rows.nth(0).click()
  await page.keyboard.press('j')
  await expect(rows.nth(1)).toBeFocused()
  const second = await rows.nth(1).getAttribute('data-group')
  const [latest] = (await api<{ items: { id: string }[] }>('GET', `/crashes?q=group:${second}`)).items
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${constellation.url}/crashes/${latest?.id}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/q=reason%3A%7Estory_keys/)
  await expect(rows.nth(1)).toHaveAttribute('aria-current', 'true')
})

test('on a phone a tap opens the latest report of a group', async ({ page }) => {
  const [worker] = await workers()
  const { id } = await crash((worker as { key: string }).key, 'story_phone')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${constellation.url}/crashes`)
  await expect(page.getByRole('heading', { level: 1, name: 'Crashes' })).toBeAttached()
  await row(page, id).click()
  await expect(page.getByRole('heading', { level: 2, name: /exited/ })).toBeVisible()
  expect(problems).toEqual([])
})
