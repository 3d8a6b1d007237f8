import { expect, test } from '@playwright/test'
import { startConstellation } from './constellation.ts'

const TOKENS = {
  ORRERY_AGENT_TOKEN: 'agent-token-for-the-story-0123456789',
  ORRERY_OPERATOR_TOKEN: 'operator-token-for-the-story-0123456789',
  ORRERY_VIEWER_TOKEN: 'viewer-token-for-the-story-0123456789',
}

test('a page of another origin can neither read nor command', async ({ page }) => {
  await using constellation = await startConstellation()
  const { url } = constellation
  await expect
    .poll(async () => (await (await fetch(`${url}/api/v1/nodes`)).json()).items.length, { timeout: 20_000 })
    .toBe(1)

  // A page that some other server on this machine sends.
  await page.route('http://evil.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>evil</h1>' }),
  )
  await page.goto('http://evil.test/')
  const outcome = await page.evaluate(async (hub) => {
    const attempt = async (path: string, init?: RequestInit) => {
      try {
        const answer = await fetch(`${hub}${path}`, init)
        return answer.ok ? `read ${await answer.text()}` : `refused ${answer.status}`
      } catch {
        return 'unreadable'
      }
    }
    return {
      read: await attempt('/api/v1/nodes'),
      json: await attempt('/api/v1/faults/halt', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }),
      form: await attempt('/api/v1/faults/halt', {
        method: 'POST',
        mode: 'no-cors',
        body: new URLSearchParams({ a: 'b' }),
      }),
    }
  }, url)
  expect(outcome.read).not.toMatch(/^read /)
  expect(outcome.json).not.toMatch(/^read /)
  const faults = await (await fetch(`${url}/api/v1/faults`)).json()
  expect(faults.isHalted ?? faults.halted ?? false).toBe(false)

  // DNS rebinding: the right address under a wrong name.
  const rebound = await fetch(`${url}/api/v1/nodes`, { headers: { origin: 'http://evil.test' } })
  expect(rebound.status).toBe(403)
})

test('a viewer sees everything and can kill nothing; nobody without a token sees anything', async ({
  page,
  request,
}) => {
  await using constellation = await startConstellation({ env: TOKENS })
  const { url } = constellation

  expect((await request.get(`${url}/api/v1/nodes`)).status()).toBe(401)
  await page.goto(url)
  await page.getByLabel(/token/i).fill('wrong')
  await page.keyboard.press('Enter')
  await expect(page.locator('#login-failure')).not.toBeEmpty()
  await page.getByLabel(/token/i).fill(TOKENS.ORRERY_VIEWER_TOKEN)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'mail@localhost' }).first()).toBeVisible({ timeout: 20_000 })

  const viewer = { authorization: `Bearer ${TOKENS.ORRERY_VIEWER_TOKEN}` }
  const processes = await (
    await request.get(`${url}/api/v1/nodes/mail@localhost/processes?q=is:worker&limit=1`, { headers: viewer })
  ).json()
  const target = encodeURIComponent(processes.items[0].key)
  const refused = await request.post(`${url}/api/v1/nodes/mail@localhost/processes/${target}/commands`, {
    headers: viewer,
    data: { command: 'kill', reason: 'kill' },
  })
  expect(refused.status()).toBe(403)
  expect((await refused.json()).code).toBe('role.insufficient')

  const audit = await (
    await request.get(`${url}/api/v1/audit`, {
      headers: { authorization: `Bearer ${TOKENS.ORRERY_OPERATOR_TOKEN}` },
    })
  ).json()
  expect(JSON.stringify(audit.items[0])).toContain('role.insufficient')
})
