import { expect, test } from 'vitest'
import { chooseBackend, type Entry, withEntry } from './choose-backend.ts'

const entry = (backend: string, chosen: number, isUp = true): Entry => ({
  backend,
  port: 1,
  isUp,
  why: '',
  chosen,
})

test('the one chosen least is chosen', () => {
  expect(chooseBackend([entry('Alpha', 3), entry('Beta', 2)], [])?.backend).toBe('Beta')
})

test('one that is away is never chosen, one to avoid only when there is no other', () => {
  const entries = [entry('Alpha', 0, false), entry('Beta', 5), entry('Gamma', 9)]
  expect(chooseBackend(entries, ['Beta'])?.backend).toBe('Gamma')
  expect(chooseBackend(entries, ['Beta', 'Gamma'])?.backend).toBe('Beta')
  expect(chooseBackend([entry('Alpha', 0, false)], [])).toBeUndefined()
})

test('one that comes back is not sent all that it missed', () => {
  const entries = [entry('Alpha', 2, false), entry('Beta', 50)]
  const back = withEntry(entries, { backend: 'Alpha', port: 1, isUp: true, why: '' })
  expect(back.map(({ chosen }) => chosen)).toEqual([50, 50])
})
