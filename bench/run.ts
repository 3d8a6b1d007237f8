/**
 * `npm run bench -- SUITE [PART…]`: runs a suite, or some of its parts, prints its table, writes `.bench/SUITE.json` as
 * `{"figures": {name: number}}` after each part. Figures of parts that did not run stay as they were written last.
 * Suites stand in `suites/`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureSystemPackages } from '../scripts/system-packages.mjs'
import type { Figures, Suite } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))
const suites = readdirSync(join(here, 'suites')).map((file) => file.replace(/\.ts$/, ''))
const [name, ...wanted] = process.argv.slice(2)

if (!name || !suites.includes(name)) {
  refuse(`name a suite: npm run bench -- ${suites.join(' | ')}`)
}
const { parts } = (await import(`./suites/${name}.ts`)) as Suite
const unknown = wanted.filter((part) => !(part in parts))
if (unknown.length > 0) {
  refuse(`${name} has no part ${unknown.join(', ')}: its parts are ${Object.keys(parts).join(', ')}`)
}

ensureSystemPackages()
const file = join(here, '..', '.bench', `${name}.json`)
mkdirSync(dirname(file), { recursive: true })
const whole = wanted.length === 0
const figures: Figures = whole || !existsSync(file) ? {} : JSON.parse(readFileSync(file, 'utf8')).figures
const failed: string[] = []
for (const [part, run] of Object.entries(parts)) {
  if (!whole && !wanted.includes(part)) continue
  process.stdout.write(`› ${part}\n`)
  try {
    Object.assign(figures, await run((line) => process.stdout.write(`  ${line.trimStart()}\n`)))
    writeFileSync(file, `${JSON.stringify({ figures }, null, 2)}\n`)
  } catch (error) {
    // What else is to be measured does not depend on it.
    failed.push(part)
    process.stderr.write(`bench: ${part} failed: ${error instanceof Error ? error.stack : error}\n`)
  }
}

const width = Math.max(...Object.keys(figures).map((figure) => figure.length))
process.stdout.write(`\n${name}\n`)
for (const [figure, value] of Object.entries(figures)) {
  // A figure of an earlier run that was no number is kept as null.
  const told = Number.isFinite(value) ? Number(value.toPrecision(5)).toLocaleString('en-US') : 'not measured'
  process.stdout.write(`  ${figure.padEnd(width)}  ${told}\n`)
}
process.exit(failed.length === 0 ? 0 : 1)

function refuse(words: string): never {
  process.stderr.write(`bench: ${words}\n`)
  process.exit(1)
}
