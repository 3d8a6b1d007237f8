import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'

const home = join(import.meta.dirname, '..')
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const examples = readdirSync(join(home, 'examples')).sort(
  (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
)

afterEach(() => {
  vi.restoreAllMocks()
})

for (const file of examples) {
  test(`[DOC-1] ${file} prints what it says, and stands in the README as it is`, async () => {
    const source = readFileSync(join(home, 'examples', file), 'utf8')
    expect(readme).toContain(source.trim())
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      const texts = values.map((value) =>
        typeof value === 'string' ? value : inspect(value, { breakLength: 200 }),
      )
      printed.push(texts.join(' '))
    })
    await import(join(home, 'examples', file))
    const expected = [...source.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1])
    expect(printed).toEqual(expected)
  })
}

test('[DOC-2] every example of the README is one that runs', () => {
  const shown = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]?.trim())
  const run = examples.map((file) => readFileSync(join(home, 'examples', file), 'utf8').trim())
  expect(shown).toEqual(run)
})
