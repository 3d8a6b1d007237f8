/** The code Welcome shows: `examples/hello/main.ts` of the repository, to the letter (a test compares them). */

export const EXAMPLE_FILE = 'examples/hello/main.ts'
export const RUN_EXAMPLE = `npx tsx ${EXAMPLE_FILE}`

/** Where an agent looks for the hub when nothing is said. */
const DEFAULT_HUB = 'http://127.0.0.1:4040'

export const EXAMPLE = `import { observe } from '@orrery/agent'
import { start } from '@orrery/runtime'
import { HelloSup } from './hello-sup.ts'

const node = await start(HelloSup, { name: 'hello@localhost' })
await observe(node)
`

/** The example for a hub at `origin`: the same, with the address where it is not the default one. */
export function exampleFor(origin: string): string {
  if (origin === DEFAULT_HUB || origin === 'http://localhost:4040') return EXAMPLE
  return EXAMPLE.replace('observe(node)', `observe(node, { hub: '${origin}' })`)
}

/** How to run it from the repository against a hub at `origin`. */
export function runFor(origin: string): string {
  if (origin === DEFAULT_HUB || origin === 'http://localhost:4040') return RUN_EXAMPLE
  return `ORRERY_HUB_URL=${origin} ${RUN_EXAMPLE}`
}

export type Part = { text: string; kind: 'keyword' | 'string' | 'plain' }

/** One line in parts, as an editor colours them. */
export function coloured(line: string): Part[] {
  const parts: Part[] = []
  for (const [text] of line.matchAll(/'[^']*'|\b(?:import|from|const|await)\b|[^'\w]+|\w+/g)) {
    const kind = text.startsWith("'")
      ? 'string'
      : /^(import|from|const|await)$/.test(text)
        ? 'keyword'
        : 'plain'
    const last = parts.at(-1)
    if (last && last.kind === kind) last.text += text
    else parts.push({ text, kind })
  }
  return parts
}
