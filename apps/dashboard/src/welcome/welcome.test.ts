import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folded } from './door.tsx'
import { coloured, EXAMPLE, EXAMPLE_FILE, exampleFor, runFor } from './snippet.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')

describe('welcome', () => {
  it('shows the example of the repository, to the letter', () => {
    expect(EXAMPLE).toBe(readFileSync(join(root, EXAMPLE_FILE), 'utf8'))
  })

  it('names the hub only where an agent would not find it by itself', () => {
    expect(exampleFor('http://127.0.0.1:4040')).toBe(EXAMPLE)
    expect(exampleFor('http://10.0.0.9:4040')).toContain("observe(node, { hub: 'http://10.0.0.9:4040' })")
    expect(runFor('http://10.0.0.9:4040')).toMatch(/^ORRERY_HUB_URL=http:\/\/10\.0\.0\.9:4040 npx tsx /)
  })

  it('colours code without changing it', () => {
    for (const line of EXAMPLE.split('\n')) {
      expect(
        coloured(line)
          .map((part) => part.text)
          .join(''),
      ).toBe(line)
    }
    expect(coloured("import { a } from 'b'").map((part) => part.kind)).toEqual([
      'keyword',
      'plain',
      'keyword',
      'plain',
      'string',
    ])
  })

  it('folds the same knock into one line with a count', () => {
    const knock = (atMs: number) => ({ atMs, kind: 'refused' as const, text: 'a knock', cure: null })
    expect(folded([knock(1), { atMs: 2, kind: 'store', text: 'ready', cure: null }, knock(3)])).toEqual([
      { event: { atMs: 2, kind: 'store', text: 'ready', cure: null }, times: 1 },
      { event: knock(3), times: 2 },
    ])
  })
})
