/**
 * `npm run bench -- SUITE`: runs one suite, prints its table, writes `.bench/SUITE.json` as `{"figures": {name: number}}`.
 * Suites stand beside this file and export `run(): Promise<Figures>`.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Suite } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))
const suites = readdirSync(join(here, 'suites')).map((file) => file.replace(/\.ts$/, ''))
const name = process.argv[2]

if (!name || !suites.includes(name)) {
  process.stderr.write(`bench: name a suite: npm run bench -- ${suites.join(' | ')}\n`)
  process.exit(1)
}

const suite = (await import(`./suites/${name}.ts`)) as Suite
const figures = await suite.run((line) => process.stdout.write(`${line}\n`))
const target = join(here, '..', '.bench')
mkdirSync(target, { recursive: true })
writeFileSync(join(target, `${name}.json`), `${JSON.stringify({ figures }, null, 2)}\n`)

const width = Math.max(...Object.keys(figures).map((figure) => figure.length))
process.stdout.write(`\n${name}\n`)
for (const [figure, value] of Object.entries(figures)) {
  process.stdout.write(`  ${figure.padEnd(width)}  ${Number(value.toPrecision(5)).toLocaleString('en-US')}\n`)
}
process.exit(0)
