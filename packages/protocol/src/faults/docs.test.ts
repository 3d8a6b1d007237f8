import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAULTS } from './index.ts'

test('the table in the docs has a row for every fault, in the words of the catalogue', () => {
  const docs = readFileSync(new URL('../../../../docs/faults.md', import.meta.url), 'utf8')
  const table = docs.slice(docs.indexOf('## The catalogue'), docs.indexOf('## Who keeps it safe'))
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
  expect(rows.map((row) => row.split(' | ').slice(0, 4).join(' | '))).toEqual(
    Object.values(FAULTS).map(
      ({ title, summary, undone, proof }) => `| ${title} | ${summary} | ${undone} | ${proof}`,
    ),
  )
})
