// `npm test`: everything, in one run, ending with one plain line `N passed, N failed`.
// Each check counts as one; suites count their own tests.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureSystemPackages } from './system-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const results = join(root, 'test-results')
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

process.env.ORRERY_SEED ??= String(Math.floor(Math.random() * 0x7fff_ffff))
process.stdout.write(
  `› Seed ${process.env.ORRERY_SEED} (repeat with ORRERY_SEED=${process.env.ORRERY_SEED})\n`,
)

let passed = 0
let failed = 0

ensureSystemPackages({ erlang: true })
await check('format and lint', 'npx', ['--no-install', 'biome', 'ci', '.'])
await check('types', 'npm', ['run', '--silent', 'types'])
await check('import rules', 'node', ['scripts/import-rules.mjs'])
await check('lock file', 'node', ['scripts/lock-check.mjs'])
await check('supply chain', 'node', ['scripts/supply-chain.mjs'])
await suite('unit and integration', 'vitest.json', 'npx', [
  '--no-install',
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  '--outputFile.json=test-results/vitest.json',
])
await suite('end to end', 'playwright.json', 'npx', [
  '--no-install',
  'playwright',
  'test',
  '--config',
  'e2e/playwright.config.ts',
])

process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

async function check(name, command, args) {
  const code = await run(name, command, args)
  if (code === 0) passed += 1
  else failed += 1
}

/** A suite that dies without its report counts as one failure; so does one that ran nothing. */
async function suite(name, report, command, args) {
  const code = await run(name, command, args)
  let counts = { passed: 0, failed: 1 }
  try {
    counts = tally(JSON.parse(readFileSync(join(results, report), 'utf8')))
  } catch (error) {
    process.stderr.write(`${name} left no report: ${error.message}\n`)
  }
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) counts.failed = 1
  passed += counts.passed
  failed += counts.failed
}

function tally(report) {
  if (report.stats) {
    return { passed: report.stats.expected, failed: report.stats.unexpected + report.stats.flaky }
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0),
  }
}

function run(name, command, args) {
  const from = Date.now()
  process.stdout.write(`\n› ${name}\n`)
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    })
    child.on('exit', (code) => {
      process.stdout.write(
        `› ${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - from) / 1000).toFixed(0)} s\n`,
      )
      resolve(code ?? 1)
    })
  })
}
