/** `NODE_ENV=production node --expose-gc --import tsx packages/runtime/bench/run.ts [name …]`: ours beside nact. */
import { compareWithNact } from './compare.ts'
import { bytesPerProcess, workloads } from './workloads.ts'

const wanted = process.argv.slice(2)
const names = workloads.map(({ name }) => name).filter((name) => wanted.length === 0 || wanted.includes(name))
for (const { name, perSecond, nactPerSecond, ratio } of await compareWithNact(7, names)) {
  const beside =
    nactPerSecond === null ? '' : `  nact ${millions(nactPerSecond)} M/s  ${ratio?.toFixed(1)} times`
  process.stdout.write(`${name.padEnd(10)} ${millions(perSecond)} M/s${beside}\n`)
}
if ('gc' in globalThis)
  process.stdout.write(`bytes      ${(await bytesPerProcess()).toFixed(0)} an idle process\n`)

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(2).padStart(6)
}
