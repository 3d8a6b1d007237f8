/** The real thing for a story: the built dashboard and demo as processes of their own, on free ports, in a folder that is removed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

export interface Part {
  readonly child: ChildProcess
  /** Everything it printed so far. */
  output(): string
  /** SIGTERM, then waits for the end; resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface Constellation extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  dashboard: Part
  demo: Part | null
  startDashboard(): Promise<void>
  startDemo(env?: Record<string, string>): Promise<void>
}

export interface ConstellationOptions {
  demo?: boolean
  env?: Record<string, string>
  /** More settings, made from the folder; for an instrument that keeps something there. */
  probed?: (dataDir: string) => Record<string, string>
}

/** Starts a dashboard (and the demo) and waits until it answers `/readyz`. */
export async function startConstellation(options: ConstellationOptions = {}): Promise<Constellation> {
  const port = await freePort()
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-e2e-'))
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ORRERY_PORT: String(port),
    ORRERY_DATA: join(dataDir, 'hub'),
    ORRERY_SPOOL_DIR: join(dataDir, 'spool'),
    ORRERY_HUB_URL: url,
    ORRERY_FAULTS: 'allow',
    MAIL_DATA: join(dataDir, 'mail'),
    ...options.env,
    ...options.probed?.(dataDir),
  }
  const parts: Part[] = []
  const start = (file: string, extra: Record<string, string> = {}): Part => {
    const part = launch(join(root, file), { ...env, ...extra })
    parts.push(part)
    return part
  }
  const constellation: Constellation = {
    url,
    port,
    dataDir,
    dashboard: start('apps/dashboard/dist/server.mjs'),
    demo: null,
    async startDashboard() {
      constellation.dashboard = start('apps/dashboard/dist/server.mjs')
      await untilReady(url, constellation.dashboard)
    },
    async startDemo(extra = {}) {
      constellation.demo = start('apps/mail-robustifier/dist/main.mjs', extra)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(parts.reverse().map((part) => part.stop()))
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  await untilReady(url, constellation.dashboard)
  if (options.demo !== false) await constellation.startDemo()
  return constellation
}

/** Runs a script of ours to its end; for stories about what it prints. */
export function launch(
  file: string,
  env: Record<string, string | undefined>,
  flags: readonly string[] = [],
): Part {
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return {
    child,
    output: () => text,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        const kill = setTimeout(() => child.kill('SIGKILL'), 10_000)
        await ended
        clearTimeout(kill)
      }
      return child.exitCode
    },
  }
}

async function untilReady(url: string, part: Part): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    if (part.child.exitCode !== null) throw new Error(`the dashboard ended:\n${part.output()}`)
    const isReady = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the dashboard did not answer at ${url}:\n${part.output()}`)
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
