// Bundles `server.ts` to `dist/server.mjs`: workspace packages are compiled in from their TypeScript source, everything
// from a registry stays outside, to be found in node_modules.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

/** `@orrery/x/y`, by the package's own `exports`. */
const workspace = {
  name: 'workspace',
  setup(builder) {
    builder.onResolve({ filter: /^@orrery\// }, ({ path }) => ({ path: require.resolve(path) }))
    builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@orrery/') ? null : { path, external: true },
    )
  },
}

await build({
  absWorkingDir: here,
  entryPoints: ['server.ts'],
  outfile: join('dist', 'server.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [workspace],
})
