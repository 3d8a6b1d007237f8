// `npm start`, `npm run dashboard`, `npm run demo`: starts what it is told to, waits until it answers, and stops all of it together.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const RUNNER = 'packages/cli/dist/main.mjs'
const STOP_GRACE_MS = 10_000
const READY_WITHIN_MS = 300_000
const SAY_EVERY_MS = 15_000

const wanted = new Set(process.argv.slice(2))
const host = process.env.ORRERY_HOST ?? '127.0.0.1'
const port = process.env.ORRERY_PORT ?? '4040'
const loopback = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
const address = `http://${loopback.includes(':') ? `[${loopback}]` : loopback}:${port}`

/** @type {Map<string, import('node:child_process').ChildProcess>} */
const running = new Map()
/** Of runners, each named by its leader. */
const groups = new Set()
let isStopping = false

process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(0))
// A wrapper such as npm may die without passing its signal on; nothing of ours outlives it.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) stop(0)
}, 1_000).unref()

if (wanted.has('dashboard')) {
  launch('dashboard', 'apps/dashboard/dist/server.mjs', {})
  await untilReady()
}
if (wanted.has('demo')) {
  const observed = {
    ORRERY_HUB_URL: process.env.ORRERY_HUB_URL ?? address,
    // The demo is there to be broken; a node of one's own opts in by itself.
    ORRERY_FAULTS: process.env.ORRERY_FAULTS ?? 'allow',
  }
  launchNode('mail', 'apps/mail-robustifier/dist/main.mjs', observed)
  const trunk = await freePort()
  const exchange = (name, area, side) => {
    launchNode(name, 'apps/exchange/dist/main.mjs', {
      EXCHANGE_NAME: `exchange@${name}`,
      EXCHANGE_AREA: area,
      EXCHANGE_AREAS: '08,31',
      EXCHANGE_DATA: join(process.env.EXCHANGE_DATA ?? '.orrery-exchange', name),
      EXCHANGE_UPGRADE_EVERY: process.env.EXCHANGE_UPGRADE_EVERY ?? '600',
      [side]: String(trunk),
      ...observed,
    })
  }
  exchange('kista-1', '08', 'EXCHANGE_TRUNK_LISTEN')
  exchange('kista-2', '31', 'EXCHANGE_TRUNK_CONNECT')
}
if (wanted.has('dashboard') && !isStopping) {
  process.stdout.write(
    `\n  Orrery is at ${process.env.ORRERY_PUBLIC_URL ?? address}\n  Ctrl-C stops everything.\n\n`,
  )
}

/** A node below a runner of its own, which can pause it and end it, and starts it again after a node kill. */
function launchNode(name, file, env) {
  const runner = join(root, RUNNER)
  launch(name, file, env, [runner, 'run', '--name', name, '--bound', '--', process.execPath])
}

function launch(name, file, env, above = []) {
  const entry = join(root, file)
  const missing = [file, ...(above.length > 0 ? [RUNNER] : [])].find((each) => !existsSync(join(root, each)))
  if (missing) {
    process.stderr.write(`orrery: ${missing} is not built; run npm run build.\n`)
    return stop(1)
  }
  const child = spawn(process.execPath, [...above, '--enable-source-maps', entry], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A runner leads a group, in which its node is found where the runner itself has died.
    detached: above.length > 0,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...process.env, ...env },
  })
  if (above.length > 0) groups.add(child.pid)
  running.set(name, child)
  child.on('exit', (code, signal) => {
    running.delete(name)
    killGroup(child.pid)
    if (isStopping) {
      if (running.size === 0) process.exit(process.exitCode ?? 0)
      return
    }
    if (code !== 0) process.stderr.write(`orrery: ${name} ended (${signal ?? `code ${code}`}).\n`)
    stop(code ?? 1)
  })
}

async function untilReady() {
  const deadline = Date.now() + READY_WITHIN_MS
  let sayAt = Date.now() + SAY_EVERY_MS
  while (!isStopping) {
    if (Date.now() > sayAt) {
      process.stdout.write('› Still starting: the database and the pages are being made ready\n')
      sayAt = Date.now() + SAY_EVERY_MS
    }
    if (await answers(`${address}/readyz`)) return
    if (Date.now() > deadline) {
      process.stderr.write(`orrery: the dashboard did not answer at ${address} within five minutes.\n`)
      return stop(1)
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

/** For what is spoken between two of ours. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address()
      server.close(() => resolve(free))
    })
  })
}

/** By `http.get`, since `fetch` refuses some ports that are perfectly good. */
function answers(url) {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2_000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

/** What a runner has left behind. */
function killGroup(pid) {
  if (!groups.delete(pid)) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing: it ended with its runner.
  }
}

function stop(code) {
  if (isStopping) return
  isStopping = true
  process.exitCode = code
  if (running.size === 0) process.exit(code)
  // The demo first, so that its goodbyes are still heard.
  const dashboard = running.get('dashboard')
  const demo = [...running].filter(([name]) => name !== 'dashboard').map(([, child]) => child)
  let left = demo.length
  if (left === 0) dashboard?.kill('SIGTERM')
  for (const child of demo) {
    child.once('exit', () => {
      left -= 1
      if (left === 0) dashboard?.kill('SIGTERM')
    })
    child.kill('SIGTERM')
  }
  setTimeout(() => {
    for (const child of running.values()) child.kill('SIGKILL')
    for (const group of groups) killGroup(group)
    process.exit(process.exitCode ?? code)
  }, STOP_GRACE_MS).unref()
}
