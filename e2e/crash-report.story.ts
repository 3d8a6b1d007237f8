import { expect, test } from '@playwright/test'
import { type Constellation, startConstellation } from './constellation.ts'

const NODE = 'mail@localhost'

let constellation: Constellation
test.beforeAll(async () => {
  constellation = await startConstellation()
})
test.afterAll(async () => {
  await constellation[Symbol.asyncDispose]()
})

async function found(q: string): Promise<{ id: string; key: string }[]> {
  const answer = await fetch(`${constellation.url}/api/v1/crashes?${new URLSearchParams({ q })}`)
  return ((await answer.json()) as { items?: { id: string; key: string }[] }).items ?? []
}

async function order(key: string, command: object): Promise<void> {
  const answer = await fetch(
    `${constellation.url}/api/v1/nodes/${NODE}/processes/${encodeURIComponent(key)}/commands`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(command) },
  )
  expect(answer.status).toBe(200)
}

/** A process that is restarted when it crashes: one that crashed by itself and came back. */
async function survivor(): Promise<string> {
  let key = ''
  await expect
    .poll(
      async () => {
        key = (await found(`node:${NODE} outcome:restarted is:root`))[0]?.key ?? ''
        return key
      },
      { timeout: 60_000 },
    )
    .not.toBe('')
  return key
}

test('what a person did is told apart from what happened by itself, and the report holds all its parts', async ({
  page,
}) => {
  const { url } = constellation
  const key = await survivor()
  for (const n of [1, 2]) {
    // Suspended first: what it handles when it dies is part of its group, and an idle one dies the same every time.
    await order(key, { command: 'suspend' })
    await order(key, { command: 'kill', reason: 'maintenance' })
    await expect.poll(async () => (await found('cause:injected outcome:restarted')).length).toBe(n)
  }
  expect((await found('-cause:injected')).length).toBeGreaterThan(0)

  await page.goto(`${url}/crashes`)
  await page.getByRole('group', { name: 'Cause' }).getByText('injected').click()
  await expect(page).toHaveURL(/cause%3Ainjected|cause:injected/)
  await expect(page.locator('[data-group]')).toHaveCount(1)
  await expect(page.locator('[data-group]')).toContainText('maintenance')

  const preview = page.locator('.pv')
  await expect(preview.getByRole('region', { name: 'Crashes over time' })).toContainText('latest 2')
  await expect(preview.getByRole('region', { name: 'In common' })).toContainText('In both, in few others')

  await preview.getByRole('button', { name: 'Open report' }).click()
  await expect(page.getByRole('region', { name: 'Cascade' })).toContainText('running again')
  await expect(page.locator('.side')).toContainText('Outcome')
  await page.locator('details.whole > summary').click()
  await expect(page.locator('[data-part]')).toHaveCount(17)
  await expect(page.locator('[data-part="identity"]')).toContainText('traps exit')
  await expect(page.locator('[data-part="decision"]')).toContainText('restarts in window')
  await expect(page.locator('[data-part="causalChain"]')).toContainText('unavailable')
})
