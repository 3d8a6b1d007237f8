import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Field, LAYOUTS } from './layout.ts'

const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8')
const rows = new Map([...spec.matchAll(/^\| (\d+) \| `([\w.]+)` \| (.*) \|$/gm)].map((row) => [row[2], row]))

function words(field: Field): string[] {
  switch (field.kind) {
    case 'flag':
      return [`${field.name}:flag`]
    case 'float':
      return [`${field.name}:float`]
    case 'choice':
      return [
        `${field.name}:choice(${field.of.join(', ')})`,
        ...(field.unlessFirst ?? []).map(({ name }) => name),
      ]
    case 'bits':
      return [`${field.name}:byte`, ...field.texts.map(([bit, name]) => `${bit} ${name}`)]
    case 'list':
      return [field.name, ...field.each.map(({ name }) => name)]
    default:
      return [field.name]
  }
}

test('the layouts say what the table of SPEC.md says, field by field', () => {
  expect(LAYOUTS.map(({ byte, type }) => [String(byte), type])).toEqual(
    [...rows.values()].map((row) => [row[1], row[2]]),
  )
  for (const { type, body } of LAYOUTS) {
    const text = rows.get(type)?.[3] ?? ''
    if (body === 'json') {
      expect(text, type).toContain('as JSON')
      continue
    }
    let at = 0
    for (const word of body.flatMap(words)) {
      const found = text.indexOf(word, at)
      expect(found, `${type}: ${word} in "${text.slice(at)}"`).toBeGreaterThanOrEqual(0)
      at = found + word.length
    }
  }
})
