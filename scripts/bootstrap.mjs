// Brings a clone to the point where it can run: the right Node, installed packages, a current build.
// Node's own modules only, since it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Orrery needs Node 20.19 or newer; this is ${process.versions.node}. Get one from https://nodejs.org.`)
}
if (process.platform === 'win32') {
  fail('Orrery runs on Linux and macOS; on Windows use WSL.')
}

const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.package-lock.json')
if (!existsSync(installed) || statSync(lock).mtimeMs > statSync(installed).mtimeMs) {
  step('Installing packages (about a minute the first time)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci failed')
}

step('Building what changed')
run(
  'npx',
  ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only', '--ui=stream'],
  'the build failed',
)

function step(text) {
  process.stdout.write(`› ${text}\n`)
}

function run(command, args, failure) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
      NEXT_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      CHECKPOINT_DISABLE: '1',
    },
  })
  if (done.signal === 'SIGINT') process.exit(130)
  if (done.status !== 0) fail(`${failure}; its last lines above say why.`)
}

function fail(text) {
  process.stderr.write(`orrery: ${text}\n`)
  process.exit(1)
}
