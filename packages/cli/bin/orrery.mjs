#!/usr/bin/env node
// What npm links as `orrery`: there from the beginning, while the bundle comes with the build.
import { existsSync } from 'node:fs'

const bundle = new URL('../dist/main.mjs', import.meta.url)
if (existsSync(bundle)) await import(bundle.href)
else {
  process.stderr.write('orrery: the command is not built; run npm run build.\n')
  process.exitCode = 1
}
