/**
 * Builds the programs of a plan the ways programs are built, runs each as a process of its own, watched by the real agent, and
 * takes what the agents tell.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CrashReport } from '@orrery/protocol'
import { build } from 'esbuild'
import { tinyHub } from '../../../packages/agent/src/testing/tiny-hub.ts'
import { type Case, casesOf, planOf } from './plan.ts'
import { writeProgram } from './write.ts'

/** `plain`: each file by itself, no source maps. `bundled` and `minified`: one file, with its source map beside it. */
export const BUILDS = ['plain', 'bundled', 'minified'] as const
export type Build = (typeof BUILDS)[number]
export const RELEASES = [1, 2] as const

export interface CorpusOptions {
  seed: number
  /** GenServers of the program; a state machine and a plain process are beside them. */
  servers: number
  /** Crashes of each class in each build of each release, at least. */
  times: number
  builds?: readonly Build[]
}

/** A crash that happened, and what it is by construction. */
export interface Thrown {
  report: CrashReport
  truth: string
  /** `plain 1`, … */
  from: string
}

const PACKAGES = join(import.meta.dirname, '..', '..', '..', 'packages')
const OURS = {
  '@orrery/runtime': join(PACKAGES, 'runtime/src/index.ts'),
  '@orrery/agent': join(PACKAGES, 'agent/src/index.ts'),
}
const COMMON = { platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' } as const
const NEEDS_REQUIRE = {
  js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
}
const LONGEST_MS = 120_000

/** Every crash of the corpus of a seed: roots, and what they took with them under their roots' truth. */
export async function throwCorpus(options: CorpusOptions): Promise<Thrown[]> {
  const { seed, servers, times, builds = BUILDS } = options
  const dir = mkdtempSync(join(tmpdir(), 'orrery-corpus-'))
  try {
    const plan = planOf(seed, servers)
    const thrown: Thrown[] = []
    await buildOurs(join(dir, 'node_modules'))
    for (const release of RELEASES) {
      const sources = join(dir, `release-${release}`, 'src')
      writeProgram(sources, plan, release)
      copyFileSync(join(import.meta.dirname, 'program', 'play.ts'), join(sources, 'play.ts'))
      for (const [at, how] of builds.entries()) {
        const cases = casesOf(plan, seed * 31 + release * 7 + at, times)
        const entry = await buildProgram(sources, how)
        thrown.push(...(await play(entry, cases, `${how} ${release}`, dir)))
      }
    }
    return thrown
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Runtime and agent as installed packages, for the programs that are not bundled. */
async function buildOurs(modules: string): Promise<void> {
  for (const [name, entry] of Object.entries(OURS)) {
    const folder = join(modules, name)
    await build({
      ...COMMON,
      entryPoints: [entry],
      outfile: join(folder, 'dist', 'index.mjs'),
      bundle: true,
      external: name === '@orrery/agent' ? ['@orrery/runtime'] : [],
      banner: NEEDS_REQUIRE,
    })
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name, type: 'module', exports: './dist/index.mjs' }),
    )
  }
}

async function buildProgram(sources: string, how: Build): Promise<string> {
  const out = join(sources, '..', how)
  mkdirSync(out, { recursive: true })
  if (how === 'plain') {
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    await build({
      ...COMMON,
      entryPoints: files.map((file) => join(sources, file)),
      outdir: out,
      outbase: sources,
      // The names in imports stay as they are written.
      outExtension: { '.js': '.ts.mjs' },
    })
    return await renamed(out, files)
  }
  await build({
    ...COMMON,
    entryPoints: [join(sources, 'main.ts')],
    outfile: join(out, 'main.mjs'),
    bundle: true,
    alias: OURS,
    minify: how === 'minified',
    sourcemap: true,
    banner: NEEDS_REQUIRE,
    nodePaths: [join(PACKAGES, '..', 'node_modules')],
  })
  return join(out, 'main.mjs')
}

/** Imports name `x.ts`; what was made of it is `x.ts.mjs`. */
async function renamed(out: string, files: readonly string[]): Promise<string> {
  const { readFile, writeFile } = await import('node:fs/promises')
  for (const file of files) {
    const path = join(out, file.replace(/\.ts$/, '.ts.mjs'))
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/(from ")(\.[^"]*\.ts)"/g, '$1$2.mjs"'))
  }
  return join(out, 'main.ts.mjs')
}

async function play(entry: string, cases: readonly Case[], from: string, dir: string): Promise<Thrown[]> {
  await using hub = await listening()
  const file = join(dir, 'cases.json')
  writeFileSync(file, JSON.stringify(cases))
  const child = spawn(process.execPath, [entry], {
    cwd: join(entry, '..'),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      CORPUS_CASES: file,
      CORPUS_NODE: `${from.replace(' ', '-')}@localhost`,
      CORPUS_RELEASE: from.split(' ')[1],
      ORRERY_HUB_URL: hub.url,
      ORRERY_SPOOL_DIR: join(dir, 'spool', from.replace(' ', '-')),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const isOver = once(child, 'exit')
  try {
    const startedAt = Date.now()
    const missing = () => {
      const labels = new Set([...hub.reports.values()].map(({ report }) => report.identity.label))
      return cases.filter(({ id }) => !labels.has(`case ${id}`))
    }
    while (!said.includes('thrown\n') || missing().length > 0) {
      if (child.exitCode !== null) throw new Error(`the program ${from} ended:\n${said}`)
      if (Date.now() - startedAt > LONGEST_MS) {
        throw new Error(`${from}: no report of ${JSON.stringify(missing().slice(0, 3))}\n${said}`)
      }
      await new Promise((done) => setTimeout(done, 20))
    }
    // Casualties come with their roots or just after.
    await new Promise((done) => setTimeout(done, 300))
  } finally {
    child.kill('SIGKILL')
    await isOver
  }
  const truths = new Map(cases.map(({ id, truth }) => [`case ${id}`, truth]))
  return [...hub.reports.values()].flatMap(({ report }) => {
    const truth = truths.get(report.identity.label ?? '')
    return truth === undefined ? [] : [{ report, truth, from }]
  })
}

async function listening() {
  const hub = await tinyHub()
  return Object.assign(hub, { [Symbol.asyncDispose]: () => hub.close() })
}
