import { expect, test } from 'vitest'
import { compareReleases, familyOf } from './release-order.ts'

const never = () => undefined

test('releases that are semver compare as semver, prereleases before their release', () => {
  const order = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', 'v1.0.0', '1.2.0', '1.10.0']
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      expect([a, b, Math.sign(compareReleases(a, b, never) ?? Number.NaN)]).toEqual([a, b, Math.sign(i - j)])
    }
  }
  expect(compareReleases('1.0.0+a', '1.0.0+b', never)).toBe(0)
})

test('others compare by which was seen first, and nobody can say where one was not', () => {
  const seen = new Map([
    ['build-9f', 1],
    ['build-0a', 2],
  ])
  expect(compareReleases('build-9f', 'build-0a', (release) => seen.get(release))).toBeLessThan(0)
  expect(compareReleases('build-0a', 'build-9f', (release) => seen.get(release))).toBeGreaterThan(0)
  expect(compareReleases('build-0a', '1.0.0', (release) => seen.get(release))).toBeNull()
  expect(compareReleases('build-7', 'build-7', never)).toBe(0)
})

test('the family of a node is its name without the host', () => {
  expect(['kista@a.example', 'kista'].map(familyOf)).toEqual(['kista', 'kista'])
})
