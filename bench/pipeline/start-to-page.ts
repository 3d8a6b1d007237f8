/** Seconds from `npm start` in a fresh clone, npm's cache warm, until the page answers. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../e2e/constellation.ts'

const WITHIN_MS = 300_000
const STOP_WITHIN_MS = 20_000

export async function startToPage(root: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-start-'))
  const clone = join(folder, 'clone')
  const cloned = spawnSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone], {
    stdio: 'inherit',
  })
  if (cloned.status !== 0) throw new Error('the repository could not be cloned')
  const port = await freePort()
  const keep = [
    'PATH',
    'HOME',
    'LANG',
    'TMPDIR',
    'npm_config_registry',
    'npm_config_userconfig',
    'npm_config_cache',
  ]
  const env: NodeJS.ProcessEnv = { ORRERY_PORT: String(port) }
  for (const name of keep) if (process.env[name] !== undefined) env[name] = process.env[name]
  const from = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  let hasEnded = false
  child.once('exit', () => {
    hasEnded = true
  })
  try {
    while (performance.now() - from < WITHIN_MS) {
      if (hasEnded) throw new Error('npm start ended before the page answered')
      const isThere = await fetch(`http://127.0.0.1:${port}/`).then(
        (answer) => answer.ok,
        () => false,
      )
      if (isThere) return (performance.now() - from) / 1_000
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the page did not answer')
  } finally {
    // The whole group: npm does not pass signals on, and is gone before what it started has stopped.
    if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, 'SIGTERM')
    const untilMs = performance.now() + STOP_WITHIN_MS
    while (child.pid !== undefined && isAlive(-child.pid) && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Whether a process, or with a negative number a group, has anybody in it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // Nobody is there any more.
    return false
  }
}
