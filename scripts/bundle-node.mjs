// Bundles a demo node into dist/main.mjs: our own packages inside, those from npm beside it as installed. Run in the app's folder.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const packages = join(import.meta.dirname, '..', 'packages')
const dependenciesOf = async (folder) => {
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return Object.keys(dependencies)
}
const folders = [process.cwd(), join(packages, 'agent'), join(packages, 'protocol')]
const names = new Set((await Promise.all(folders.map(dependenciesOf))).flat())

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  external: [...names].filter((name) => !name.startsWith('@orrery/')),
  logLevel: 'warning',
})
