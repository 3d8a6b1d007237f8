import { expect, type Page, test } from '@playwright/test'
import { type Constellation, startConstellation } from './constellation.ts'

const NODE = 'mail@localhost'

interface TreeNode {
  kind: string
  key: string
  children?: TreeNode[]
}

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

/** The key of a pool of the demo. */
async function poolKey(): Promise<string> {
  let found: string | undefined
  const below = (nodes: TreeNode[]): TreeNode[] =>
    nodes.flatMap((node) => [node, ...below(node.children ?? [])])
  await expect
    .poll(async () => {
      const answer = await fetch(`${constellation.url}/api/v1/nodes/${NODE}/tree`)
      const { roots = [] } = (await answer.json()) as { roots?: TreeNode[] }
      found = below(roots).find(({ kind }) => kind === 'pool')?.key
      return found
    })
    .toBeDefined()
  return found as string
}

const treeAt = (key: string) => `${constellation.url}/nodes/${NODE}/tree?${new URLSearchParams({ key })}`
const rows = (page: Page) => page.locator('.pt-body [data-line="process"]')

test('from a pool in the tree to one of its members in two steps, by mouse', async ({ page }) => {
  const key = await poolKey()
  await page.goto(treeAt(key))
  await page.locator(`[data-key="${key}"] [data-part="table"]`).first().click()
  await expect(page).toHaveURL(/\/nodes\/mail@localhost\/processes\?q=key/)
  const first = rows(page).first()
  const name = await first.locator('b').innerText()
  await first.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
  await expect(page.getByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true')
})

test('the same by keyboard', async ({ page }) => {
  const key = await poolKey()
  await page.goto(treeAt(key))
  await page.locator(`[data-key="${key}"]`).first().waitFor()
  await page.getByRole('link', { name: /in the table/ }).waitFor()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/processes\?q=key/)
  await rows(page).first().waitFor()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Escape')
  await expect(page.locator('.insp')).toHaveCount(0)
})

test('a query is completed, asked and shared as an address; a bad one keeps the rows', async ({ page }) => {
  await page.goto(`${constellation.url}/processes`)
  await rows(page).first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('beh')
  await expect(page.getByRole('option', { name: /^behaviour:/ })).toBeVisible()
  await page.keyboard.press('Tab')
  await page.getByRole('option', { name: 'Supervisor' }).click()
  await expect(page).toHaveURL(/q=behaviour%3ASupervisor/)
  await expect(rows(page).first()).toContainText('Supervisor')
  const shown = await rows(page).count()
  await page.getByRole('combobox').fill('mailbox:>lots')
  await page.keyboard.press('Enter')
  await expect(page.getByText('mailbox takes a number')).toBeVisible()
  await expect(page.locator('.pt-fault u')).toHaveText('>lots')
  expect(await rows(page).count()).toBe(shown)
  await page.goto(`${constellation.url}/processes?q=module:Parser+node:elsewhere`)
  await expect(page.getByText('No process matches.')).toBeVisible()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect(rows(page).first()).toContainText('parser')
})

test('rows are selected, suspended together by a held button, and copied; each counts what it touches', async ({
  page,
}) => {
  await page.goto(`${constellation.url}/nodes/${NODE}/processes?q=module:Mailbox&sort=name`)
  await rows(page).first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('X')
  const bar = page.getByRole('region', { name: 'Selected rows' })
  await expect(bar).toContainText('3 selected')
  await expect(page).toHaveURL(/sel=/)
  const suspend = bar.getByRole('button', { name: 'Suspend 3' })
  await suspend.hover()
  await page.mouse.down()
  await page.waitForTimeout(800)
  await page.mouse.up()
  await expect(bar).toContainText('applied to 3')
  await expect(page.locator('.pt-row.sel [aria-label="suspended"]')).toHaveCount(3)
  await bar.getByRole('button', { name: 'Done' }).click()
  await expect(bar.getByRole('button', { name: 'Suspend 0' })).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Control+.')
  await expect(bar.getByRole('button', { name: 'Suspend 3' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(bar).toHaveCount(0)
  await page.getByRole('button', { name: /^Select all/ }).click()
  await expect(bar).toContainText(/\d+ selected/)
  await expect(page).toHaveURL(/sel=\*/)
})

test('a row is pinned above the line, and groups unfold', async ({ page }) => {
  await page.goto(`${constellation.url}/nodes/${NODE}/processes?sort=name`)
  await rows(page).first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('P')
  await expect(page.locator('.pt-pins [data-line="process"]')).toHaveCount(1)
  await page.keyboard.press('b')
  await expect(page).toHaveURL(/group=supervisor/)
  const group = page.locator('[data-line="group"]').first()
  await group.getByRole('button').click()
  await expect(page.locator('[data-line="rest"]').first()).toContainText('none in an abnormal state')
  await page.getByRole('button', { name: 'Show' }).first().click()
  await expect(rows(page).first()).toBeVisible()
})

test('nothing was said on the console', () => {
  expect(problems).toEqual([])
})
