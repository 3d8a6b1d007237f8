import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { freePort, launch, type Part, startConstellation } from './constellation.ts'

const server = join(dirname(fileURLToPath(import.meta.url)), '../apps/dashboard/dist/server.mjs')

/** Starts the server with these settings and answers what it printed once it ended by itself. */
async function refusalOf(env: Record<string, string>): Promise<{ code: number | null; lines: string[] }> {
  const part: Part = launch(server, {
    ...process.env,
    NODE_ENV: 'production',
    ORRERY_PORT: String(await freePort()),
    ORRERY_DATA: join(mkdtempSync(join(tmpdir(), 'orrery-start-')), 'data'),
    ...env,
  })
  const code = await Promise.race([
    new Promise<number | null>((resolve) => part.child.once('exit', resolve)),
    new Promise<'running'>((resolve) => setTimeout(() => resolve('running'), 20_000)),
  ])
  if (code === 'running') {
    await part.stop()
    throw new Error(`it kept running:\n${part.output()}`)
  }
  const said = linesOf(part).filter(({ level }) => level === 'error')
  return { code, lines: said.map(({ message }) => message) }
}

/** Everything a part said: lines of JSON, each with one field that names what it concerns. */
function linesOf(part: Part | null): { level: string; about: string; message: string }[] {
  const lines = part?.output().split('\n').filter(Boolean) ?? []
  return lines.map((line) => JSON.parse(line))
}

test('a taken port is one clear line and an exit', async () => {
  const port = await freePort()
  const taken = createServer().listen(port, '127.0.0.1')
  try {
    const { code, lines } = await refusalOf({ ORRERY_PORT: String(port) })
    expect(code).not.toBe(0)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(String(port))
  } finally {
    taken.close()
  }
})

test('a folder that is not Orrery’s is not touched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-foreign-'))
  mkdirSync(join(folder, 'photos'))
  writeFileSync(join(folder, 'holiday.txt'), 'mine')
  const { code, lines } = await refusalOf({ ORRERY_DATA: folder })
  expect(code).not.toBe(0)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(folder)
})

test('a public address without tokens is refused, and every wrong setting is named at once', async () => {
  const open = await refusalOf({ ORRERY_HOST: '0.0.0.0' })
  expect(open.code).not.toBe(0)
  expect(open.lines).toHaveLength(1)
  expect(open.lines[0]).toMatch(/ORRERY_OPERATOR_TOKEN/)

  const wrong = await refusalOf({ ORRERY_PORT: 'many', ORRERY_RETENTION_DAYS: '-3' })
  expect(wrong.code).not.toBe(0)
  const text = wrong.lines.join('\n')
  expect(text).toContain('ORRERY_PORT')
  expect(text).toContain('ORRERY_RETENTION_DAYS')
})

test('SIGTERM stops the server and the demo in order', async () => {
  const constellation = await startConstellation()
  await expect
    .poll(async () => (await (await fetch(`${constellation.url}/api/v1/nodes`)).json()).items.length, {
      timeout: 20_000,
    })
    .toBe(1)
  expect(await constellation.demo?.stop()).toBe(0)
  expect(await constellation.dashboard.stop()).toBe(0)
  const said = linesOf(constellation.dashboard)
  expect(said.filter(({ about }) => about === 'node:mail@localhost').map(({ message }) => message)).toEqual([
    expect.stringContaining('mail@localhost said hello'),
    'mail@localhost said goodbye',
  ])
  expect(said.slice(-4)).toMatchObject([
    { level: 'info', about: 'hub', message: 'stopping: goodbye to agents and browsers' },
    { level: 'info', about: 'hub', message: 'connections have ended' },
    { level: 'info', about: 'hub', message: 'pages have ended' },
    { level: 'info', about: 'database', message: 'the database is closed' },
  ])
  await constellation[Symbol.asyncDispose]()
})

test('a dashboard that is stopped says goodbye; the node waits for it and the page says what happened', async ({
  page,
}) => {
  await using constellation = await startConstellation()
  await page.goto(constellation.url)
  await expect(page.getByRole('link', { name: 'mail@localhost' }).first()).toBeVisible({ timeout: 20_000 })
  expect(await constellation.dashboard.stop()).toBe(0)
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Hub stopped at')
  await expect
    .poll(() => linesOf(constellation.demo).map(({ message }) => message))
    .toContainEqual(expect.stringContaining('it said goodbye: the hub is stopped'))
  await constellation.startDashboard()
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Live', { timeout: 20_000 })
})
