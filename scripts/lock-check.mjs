// Every optional platform package that a locked package names must itself be locked, with its checksum; else `npm ci`
// works here and fails on another platform. Also: nothing in the lock comes from outside the registry.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
/** Tools that ship their binary as one optional package a platform: a hole in their list breaks `npm ci`. */
const BY_PLATFORM =
  /^node_modules\/(turbo|@biomejs\/biome|esbuild|typescript|next|lightningcss|@tailwindcss\/oxide)$/

const faults = []
for (const [path, entry] of Object.entries(packages)) {
  if (!path || entry.link || !path.includes('node_modules/')) continue
  if (!entry.integrity && !entry.inBundle) faults.push(`${path} has no checksum`)
  if (entry.resolved && !/^https?:\/\/[^/]+\//.test(entry.resolved))
    faults.push(`${path} comes from ${entry.resolved}`)
  if (!BY_PLATFORM.test(path)) continue
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    const isLocked = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]
    if (!isLocked && !Object.hasOwn(entry.peerDependencies ?? {}, name))
      faults.push(`${path} needs ${name}, not in the lock`)
  }
}
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.stdout.write(`lock file: ${Object.keys(packages).length} packages, ${faults.length} faults\n`)
process.exit(faults.length === 0 ? 0 : 1)
