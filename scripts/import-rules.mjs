// The house's arrows, as ARCHITECTURE.md draws them. Prints every import that breaks one and fails.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Workspace packages each room may import; tests and benches may also use what stands in `forTests`. */
const ROOMS = {
  'packages/runtime': { may: [] },
  'packages/protocol': { may: [] },
  'packages/live': { may: ['protocol'] },
  'packages/agent': { may: ['runtime', 'protocol'] },
  'packages/hub': { may: ['protocol', 'live'] },
  'packages/cli': { may: ['protocol'] },
  'packages/testkit': { may: ['runtime', 'protocol', 'live', 'agent', 'hub'] },
  'apps/dashboard': { may: ['protocol', 'live'] },
  'apps/mail-robustifier': { may: ['runtime', 'agent'] },
  'apps/exchange': { may: ['runtime', 'agent'] },
  examples: { may: ['runtime', 'agent'] },
}
const DATABASE = /^(pg|@prisma\/|prisma$|@electric-sql\/)/

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

/** The imports of one file that break a rule, as readable lines. */
export function violations(file, source) {
  const room = Object.keys(ROOMS).find((name) => file.startsWith(`${name}/`))
  if (!room) return []
  const isTest = /\.test\.tsx?$|\/bench\/|\/test\/|\/examples\//.test(file)
  const found = []
  // Code that is shown and not run, such as an example in a template without substitutions.
  const code = source.replace(/= `[^`$]*`/g, '= ``')
  for (const match of code.matchAll(IMPORT)) {
    const target = match[1] ?? match[2]
    const why = broken(room, file, target, isTest)
    if (why) found.push(`${file}: imports ${target}: ${why}`)
  }
  return found
}

function broken(room, file, target, isTest) {
  if (target.startsWith('.')) {
    const inside = relative(join(root, room), resolve(root, dirname(file), target))
    return inside.startsWith('..') && !isTest ? 'a relative import leaves its package' : null
  }
  if (DATABASE.test(target) && room !== 'packages/hub' && !isTest) return 'only the hub opens the database'
  const workspace = /^@orrery\/([\w-]+)(\/.*)?$/.exec(target)
  if (!workspace) {
    const isBuiltin = target.startsWith('node:')
    return room === 'packages/runtime' && !isBuiltin && !isTest ? 'the runtime depends on nothing' : null
  }
  const [, name, sub] = workspace
  if (room === 'apps/dashboard') {
    if (name === 'hub') return file === 'apps/dashboard/server.ts' ? null : 'only server.ts imports the hub'
    if (name === 'live' && sub === '/world') return 'the world lives at the hub'
  }
  if (isTest || `packages/${name}` === room) return null
  return ROOMS[room].may.includes(name)
    ? null
    : `${room} may import ${ROOMS[room].may.join(', ') || 'nothing'}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).stdout.split('\n')
  const broken = files
    .filter(Boolean)
    .flatMap((file) => violations(file, readFileSync(join(root, file), 'utf8')))
  for (const line of broken) process.stderr.write(`${line}\n`)
  process.stdout.write(`import rules: ${files.length - 1} files, ${broken.length} broken\n`)
  process.exit(broken.length === 0 ? 0 : 1)
}
