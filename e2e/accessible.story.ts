import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, type Page, test } from '@playwright/test'
import type axe from 'axe-core'
import { type Constellation, startConstellation } from './constellation.ts'

/** WCAG 2.2 AA, and that everything lies in a landmark. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let constellation: Constellation
let crashId = ''
let otherId = ''
test.beforeAll(async () => {
  constellation = await startConstellation()
  await expect
    .poll(
      async () => {
        const answer = await fetch(`${constellation.url}/api/v1/crashes?limit=2`)
        const { items } = (await answer.json()) as { items: { id: string }[] }
        crashId = items[0]?.id ?? ''
        otherId = items[1]?.id ?? ''
        return otherId
      },
      { timeout: 60_000 },
    )
    .not.toBe('')
})
test.afterAll(async () => {
  await constellation[Symbol.asyncDispose]()
})

/** What axe finds wrong, one line a finding. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await source)
  return page.evaluate(async (rules) => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe }
    const keeps = await checker.run(document, { runOnly: rules })
    const lies = await checker.run(document, {
      runOnly: { type: 'rule', values: ['region', 'landmark-unique'] },
    })
    return [...keeps.violations, ...lies.violations].flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    )
  }, RULES)
}

for (const { theme, width, height } of [
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 390, height: 844 },
]) {
  test(`every screen keeps WCAG 2.2 AA, as far as a machine can tell: ${theme}, ${width} wide`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height })
    await page.addInitScript(`localStorage.setItem('orrery.theme', '${theme}')`)
    const { url } = constellation
    const screens: [path: string, shown: string][] = [
      ['/', 'mail@localhost'],
      ['/nodes/mail@localhost', 'Sent and dropped'],
      ['/nodes/mail@localhost?view=table', 'Starts'],
      ['/nodes/mail@localhost/tree', 'RobustifierSup'],
      ['/nodes/mail@localhost/tree?key=RobustifierSup', 'Overview'],
      ['/messages', 'Mailbox wait'],
      ['/nodes/mail@localhost/messages?by=module', 'Mailbox wait'],
      ['/nodes/mail@localhost/process?key=RobustifierSup', 'Links and monitors'],
      ['/processes', 'RobustifierSup'],
      ['/nodes/mail@localhost/processes?group=supervisor', 'BackendsSup'],
      ['/crashes', 'Parser'],
      [`/crashes/${crashId}`, 'exited'],
      [`/crashes/${crashId}?with=${otherId}`, 'Side by side'],
      ['/faults?kind=throw&q=module%3AParser', 'Fault lab'],
    ]
    for (const [path, shown] of screens) {
      await page.goto(`${url}${path}`)
      await expect(page.getByText(shown).first()).toBeAttached()
      await page.locator('details.whole').evaluateAll((all) => {
        for (const one of all) (one as HTMLDetailsElement).open = true
      })
      expect(await findings(page), path).toEqual([])
    }
  })
}
