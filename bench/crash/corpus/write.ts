/** A plan as TypeScript files. A release has the same functions as another at other lines. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Entrance, type Handler, isAsync, type Plan, randomOf, type Server, type Site } from './plan.ts'

/** Writes the program's sources below `dir`; its entry is `main.ts`. */
export function writeProgram(dir: string, plan: Plan, release: number): void {
  const random = randomOf(release * 7_919)
  const write = (file: string, text: string) => {
    const path = join(dir, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, release === 1 ? text : moved(text, random))
  }
  write('note.ts', NOTE)
  write('guard.ts', GUARD)
  for (const site of plan.sites) write(`lib/${site.file}.ts`, library(site))
  for (const server of plan.servers) write(`servers/${server.module.toLowerCase()}.ts`, serverText(server))
  write('main.ts', mainText(plan))
}

const NOTE = `/** What every message says. */
export interface Note {
  type: string
  site: number
  how: number
  n: number
  depth: number
  text: string
  isIndirect: boolean
  /** Never there. */
  none?: { length: number }
}

export const later = (): Promise<void> => new Promise((done) => setTimeout(done, 1))
`

const GUARD = `export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

export function assertThat(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new AssertionFailed(what)
}
`

/** Lines pushed down at the top and between the functions. */
function moved(text: string, random: () => number): string {
  const remark = () =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, () => '// as decided in the review\n').join('')
  return remark() + text.replace(/\n(?=(?:export|class|function|async|const) )/g, () => `\n${remark()}`)
}

function library(site: Site): string {
  const { form, file, name, other, faults } = site
  const body = faults
    .map(({ fault, class: of }, how) => `  if (note.how === ${how}) ${thrown(fault, of)}`)
    .join('\n')
  const rest = `${body}\n  return note.n`
  const errors = faults
    .filter(({ fault, class: of }) => fault === 'named' && of !== 'AssertionFailed')
    .map(({ class: of }) => `export class ${of} extends Error {\n  override readonly name = '${of}'\n}\n`)
    .join('\n')
  const head = [
    "import { Exit } from '@orrery/runtime'",
    "import { later, type Note } from '../note.ts'",
    "import { assertThat } from '../guard.ts'",
    '',
    'export { Exit, later, assertThat }',
    '',
    errors,
  ].join('\n')
  return `${head}\n${written()}\n`

  function written(): string {
    switch (form) {
      case 'function':
        return `export function ${name}(note: Note): number {\n${rest}\n}\nexport const enter = (note: Note) => ${name}(note)`
      case 'arrow':
        return `const ${name} = (note: Note): number => {\n${rest}\n}\nexport const enter = (note: Note) => ${name}(note)`
      case 'method':
        return `class ${other} {\n  private seen = 0\n  ${name}(note: Note): number {\n  this.seen += 1\n${rest}\n  }\n}\nexport const enter = (note: Note) => new ${other}().${name}(note)`
      case 'static':
        return `class ${other} {\n  static ${name}(note: Note): number {\n${rest}\n  }\n}\nexport const enter = (note: Note) => ${other}.${name}(note)`
      case 'inherited':
        return `abstract class ${other} {\n  abstract readonly kind: string\n  ${name}(note: Note): number {\n${rest}\n  }\n}\nclass First extends ${other} {\n  readonly kind = 'first'\n}\nclass Second extends ${other} {\n  readonly kind = 'second'\n}\nexport const enter = (note: Note) => (note.n % 2 === 0 ? new First() : new Second()).${name}(note)`
      case 'recursive':
        return `export function ${name}(note: Note, depth: number): number {\n  if (depth > 0) return ${name}(note, depth - 1) + 1\n${rest}\n}\nexport const enter = (note: Note) => ${name}(note, note.depth)`
      case 'mutual':
        return `function ${name}(note: Note, depth: number): number {\n  if (depth > 0) return or${other}(note, depth - 1) + 1\n${rest}\n}\nfunction or${other}(note: Note, depth: number): number {\n  if (depth > 0) return ${name}(note, depth - 1) + 2\n${rest}\n}\nexport const enter = (note: Note) => ${name}(note, note.depth)`
      case 'async':
        return `async function ${name}(note: Note): Promise<number> {\n  await later()\n${rest}\n}\nexport const enter = async (note: Note) => await ${name}(note)`
      case 'callback':
        return `function ${name}(notes: Note[]): number {\n  return notes.map((note) => {\n${rest}\n  }).length\n}\nexport const enter = (note: Note) => ${name}([note])`
      case 'then':
        return `async function ${name}(given: Note): Promise<number> {\n  return await later().then(() => given).then((note) => {\n${rest}\n  })\n}\nexport const enter = async (note: Note) => await ${name}(note)`
      case 'inner':
        return `function ${name}(given: Note): number {\n  const inner${other} = (note: Note): number => {\n${rest}\n  }\n  return inner${other}(given)\n}\nexport const enter = (note: Note) => ${name}(note)`
      case 'generator':
        return `function* ${name}(note: Note): Generator<number> {\n  yield note.n\n${body}\n  yield 2\n}\nexport const enter = (note: Note) => [...${name}(note)].length`
      case 'getter':
        return `class ${other} {\n  private readonly note: Note\n  constructor(note: Note) {\n    this.note = note\n  }\n  get ${name}(): number {\n  const { note } = this\n${rest}\n  }\n}\nexport const enter = (note: Note) => new ${other}(note).${name}`
      case 'constructor':
        return `class ${other} {\n  readonly n: number\n  constructor(note: Note) {\n${body}\n  this.n = note.n\n  }\n}\nexport const enter = (note: Note) => new ${other}(note).n`
      case 'guarded':
        return `export function ${name}(note: Note): number {\n  assertThat(note.n < 0, \`\${note.n} is not negative\`)\n  return note.n\n}\nexport const enter = (note: Note) => ${name}(note)`
      case 'default':
        return `export default (note: Note): number => {\n${rest}\n}\nimport self from './${file}.ts'\nexport const enter = (note: Note) => self(note)`
      case 'factory':
        return `function ${name}(): (note: Note) => number {\n  return (note) => {\n${rest}\n  }\n}\nexport const enter = (note: Note) => ${name}()(note)`
      case 'literal':
        return `const ${other} = {\n  ${name}(note: Note): number {\n${rest}\n  },\n}\nexport const enter = (note: Note) => ${other}.${name}(note)`
      case 'assigned':
        return `const ${other}: Record<string, (note: Note) => number> = {}\n${other}.${name} = function (note) {\n${rest}\n}\nexport const enter = (note: Note) => (${other}.${name} as (note: Note) => number)(note)`
      case 'setter':
        return `class ${other} {\n  set ${name}(note: Note) {\n${body}\n  }\n}\nexport const enter = (note: Note) => {\n  new ${other}().${name} = note\n  return note.n\n}`
      case 'all':
        return `async function ${name}(notes: Note[]): Promise<number> {\n  const all = await Promise.all(notes.map(async (note) => {\n  await later()\n${rest}\n  }))\n  return all.length\n}\nexport const enter = async (note: Note) => await ${name}([note])`
      default:
        return form satisfies never
    }
  }
}

function thrown(fault: Site['faults'][number]['fault'], of: string): string {
  switch (fault) {
    case 'TypeError':
      return 'return (note.none as { length: number }).length'
    case 'SyntaxError':
      return 'JSON.parse(`{"$' + '{note.text}`)'
    case 'URIError':
      return 'decodeURIComponent(`$' + '{note.text}%`)'
    case 'RangeError':
      return 'note.text.repeat(-1 - note.n)'
    case 'named':
      return `throw new ${of}(\`\${note.text} of \${note.n}\`)`
    case 'exit':
      return `throw new Exit('${of}', { got: note.n, of: note.text })`
    default:
      return fault satisfies never
  }
}

function serverText(server: Server): string {
  const sites = [...new Set(server.handlers.flatMap((handler) => handler.sites))]
  const imports = sites
    .map((site) => `import { enter as ${entry(site)} } from '../lib/${site.file}.ts'`)
    .join('\n')
  const ways = sites
    .map((site) =>
      isAsync(site.form)
        ? `const by${entry(site)} = async (note: Note): Promise<number> => (await ${entry(site)}(note)) + 1`
        : `const by${entry(site)} = (note: Note): number => ${entry(site)}(note) + 1`,
    )
    .join('\n')
  const head = `import { ${NEEDS[server.kind]} } from '@orrery/runtime'\nimport type { Note } from '../note.ts'\n${imports}\n\n${ways}\n`
  return `${head}\n${TEXTS[server.kind](server)}\n`
}

const NEEDS = {
  GenServer: 'GenServer, noreply, reply',
  GenStatem: 'GenStatem, keepStateAndData, nextState',
  Process: 'type Context',
} as const

const TEXTS: Record<Server['kind'], (server: Server) => string> = {
  GenServer: ({ module, handlers }) => {
    const of = (entrance: Entrance) => handlers.filter((handler) => handler.entrance === entrance)
    const [init] = of('init')
    return `export const ${module} = GenServer.define<any>({
  module: '${module}',
  init: ({ note }: { note?: Note }) => {
    let seen = 0
${init ? `    if (note) {\n${choice(init, 'note')}\n    }` : ''}
    return { seen }
  },
  handleCall: {
${of('call')
  .map(
    (handler) =>
      `    ${handler.type}: ${asyncly(handler)}(note: Note, _from: unknown, state: any) => {\n    let { seen } = state\n${choice(handler, 'note')}\n    return reply(seen, { seen })\n    },`,
  )
  .join('\n')}
  },
  handleCast: {
${of('cast')
  .map((handler) => handling(handler))
  .join('\n')}
  },
  handleInfo: {
${of('info')
  .map((handler) => handling(handler))
  .join('\n')}
  },
} as any)`
  },
  GenStatem: ({ module, handlers }) => `export const ${module} = GenStatem.define<any>({
  module: '${module}',
  init: () => nextState('idle', { seen: 0 }),
  states: {
    idle: (event: any, data: any) => {
      let { seen } = data
      if (event.kind !== 'cast') return keepStateAndData()
      const note: Note = event.message
${handlers.map((handler) => `      if (note.type === '${handler.type}') {\n${choice(handler, 'note')}\n      }`).join('\n')}
      return keepStateAndData()
    },
  },
} as any)`,
  Process: ({ module, handlers }) => `export async function ${module}(ctx: Context<any>): Promise<void> {
  let seen = 0
  for (;;) {
    const note: Note = await ctx.receive()
${handlers.map((handler) => `    if (note.type === '${handler.type}') {\n${choice(handler, 'note')}\n    }`).join('\n')}
  }
}`,
}

function handling(handler: Handler): string {
  return `    ${handler.type}: ${asyncly(handler)}(note: Note, state: any) => {\n    let { seen } = state\n${choice(handler, 'note')}\n    return noreply({ seen })\n    },`
}

function asyncly(handler: Handler): string {
  return handler.sites.some(({ form }) => isAsync(form)) ? 'async ' : ''
}

/** Goes to the site the message says, straight or by another function. */
function choice(handler: Handler, note: string): string {
  return handler.sites
    .map((site, at) => {
      const wait = isAsync(site.form) ? 'await ' : ''
      return `      if (${note}.site === ${at}) seen += ${note}.isIndirect ? ${wait}by${entry(site)}(${note}) : ${wait}${entry(site)}(${note})`
    })
    .join('\n')
}

function entry(site: Site): string {
  return `To${site.file.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`
}

function mainText(plan: Plan): string {
  const names = plan.servers.map(({ module }) => module)
  return `${names.map((name) => `import { ${name} } from './servers/${name.toLowerCase()}.ts'`).join('\n')}
import { play } from './play.ts'

await play({ ${names.join(', ')} })
`
}
