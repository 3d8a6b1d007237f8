import { expect, it } from 'vitest'
import { Marks } from './marks.ts'

const mark = (atMs: number, kind: 'crash' | 'restart') => ({
  atMs,
  kind,
  key: 'k',
  name: 'n',
  text: 't',
  crashId: null,
})

it('tells the first few of a second one by one, and counts the others with the latest of their kind', () => {
  const marks = new Marks('a@b')
  for (let i = 0; i < 500; i++) {
    marks.add(mark(10_000 + i, 'restart'))
    marks.add(mark(10_000 + i, 'crash'))
  }
  const told = (kind: string) => marks.all.filter((each) => each.kind === kind)
  expect(told('restart').map(({ more }) => more)).toEqual([0, 0, 497])
  expect(told('crash').map(({ more }) => more)).toEqual([0, 0, 0, 0, 0, 0, 0, 492])
  marks.add(mark(11_000, 'restart'))
  expect(marks.all.at(-1)).toMatchObject({ atMs: 11_000, more: 0 })
  expect(new Set(marks.all.map(({ id }) => id)).size).toBe(marks.all.length)
})
