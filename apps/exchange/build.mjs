// Bundles the exchange into dist/main.mjs: our own packages inside, those from npm beside it as installed.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
const agent = JSON.parse(
  await readFile(new URL('../../packages/agent/package.json', import.meta.url), 'utf8'),
)
const protocol = JSON.parse(
  await readFile(new URL('../../packages/protocol/package.json', import.meta.url), 'utf8'),
)
const names = [dependencies, agent.dependencies, protocol.dependencies].flatMap(Object.keys)

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  external: [...new Set(names)].filter((name) => !name.startsWith('@orrery/')),
  logLevel: 'warning',
})
