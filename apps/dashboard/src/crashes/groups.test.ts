import type { CrashGroupDetail } from '@orrery/live/views'
import { expect, test } from 'vitest'
import { parsed } from '../frame/named-list.ts'
import { changeText, firstText, lifeOf, lossesOf } from './group-life.ts'
import { readListAddress, writeListAddress } from './list-address.ts'
import { hiddenStatuses, marked, statusesShown, toggleStatus, withoutStatus } from './query-tokens.ts'

const NOW = Date.UTC(2026, 10, 22, 14, 32, 7)
const group: CrashGroupDetail = {
  id: '4f2a',
  name: 'TrunkLink',
  status: 'new',
  firstSeenMs: NOW - 3_600_000,
  statusAtMs: null,
  statusBy: null,
  resolvedIn: null,
  regressedAtMs: null,
  merged: [],
  reports: { held: 1, pruned: 0, notStored: 0 },
  notes: [],
}

test('the status facet shows what the query does not exclude, and only what it names', () => {
  expect([...statusesShown('-is:resolved last:24h')]).toEqual(['new', 'regressed', 'ongoing', 'ignored'])
  expect([...statusesShown('is:resolved')]).toEqual(['resolved'])
  expect([...statusesShown('is:resolved is:new')]).toEqual([])
  expect([...statusesShown('reason:"-is:resolved"')]).toHaveLength(5)
})

test('a click on a status hides it by name or shows it again, and leaves the rest of the query alone', () => {
  expect(toggleStatus('-is:resolved last:24h', 'resolved')).toBe('last:24h')
  expect(toggleStatus('last:24h', 'new')).toBe('-is:new last:24h')
  expect(toggleStatus('is:resolved last:24h', 'new')).toBe('-is:regressed -is:ongoing -is:ignored last:24h')
  expect(withoutStatus('-is:resolved -is:ignored last:24h', 'resolved')).toBe('-is:ignored last:24h')
})

test('what a query hides by name is counted; what it only does not name is not', () => {
  const counts = { new: 4, regressed: 0, ongoing: 1, resolved: 2, ignored: 0 }
  expect(hiddenStatuses('-is:Resolved -is:ignored last:24h', counts)).toEqual([{ status: 'resolved', n: 2 }])
  expect(hiddenStatuses('is:regressed', counts)).toEqual([])
  expect(hiddenStatuses('reason:"-is:new"', counts)).toEqual([])
})

test('a group says what became of it', () => {
  expect(lifeOf(group, NOW)).toMatch(/^New for 24 h, until /)
  const resolved = { ...group, status: 'resolved' as const, statusAtMs: NOW - 120_000, statusBy: 'anna' }
  expect(lifeOf(resolved, NOW)).toBe('Resolved by anna, 2 m 00 s ago')
  expect(lifeOf({ ...resolved, resolvedIn: '1.2.0' }, NOW)).toMatch(/^Resolved in 1\.2\.0 by anna/)
  expect(lifeOf({ ...group, status: 'regressed', regressedAtMs: NOW - 5_000 }, NOW)).toMatch(/^Crashed again/)
  expect(lifeOf({ ...resolved, status: 'ignored' }, NOW)).toMatch(/^Ignored by anna/)
  expect(firstText(NOW - 12 * 86_400_000, NOW)).toBe('first 12 d')
})

test('a note of a merge names the other group', () => {
  const note = { id: '1', atMs: NOW, who: 'anna', text: 'G-4f2a' }
  expect(changeText({ ...note, change: 'merged' })).toBe('merged G-4f2a into it')
  expect(changeText({ ...note, change: null })).toBe('')
})

test('saved searches are what we wrote, and nothing else', () => {
  expect(parsed('[{"name":"a","q":"is:new"},{"name":1},null]')).toEqual([{ name: 'a', q: 'is:new' }])
  expect(parsed('nonsense')).toEqual([])
})

test('the list’s address is read as it was written, and says nothing of what is the default', () => {
  const address = { q: 'is:new  "a b"', group: 'g', marked: ['a', 'b'] }
  expect(readListAddress(new URLSearchParams(writeListAddress(address)))).toEqual(address)
  expect(writeListAddress(readListAddress(new URLSearchParams()))).toBe('')
  expect(readListAddress(new URLSearchParams('q=')).q).toBe('')
})

test('a query in pieces is the query', () => {
  for (const query of ['-is:resolved  last:24h ', ' "a b" reason:"x y" z', '']) {
    expect(
      marked(query)
        .map(({ field, value }) => field + value)
        .join(''),
    ).toBe(query)
  }
  expect(marked('-is:new x').map(({ field }) => field)).toEqual(['-is:', '', ''])
})

test('what is not held of a group is said, as the hub knows it by now, else as the node did then', () => {
  const told = { similarNotStored: 3 }
  expect(lossesOf({ held: 5, pruned: 0, notStored: 0 }, told)).toEqual([])
  expect(lossesOf({ held: 5, pruned: 1_200, notStored: 1 }, told)).toEqual([
    '1 similar crash counted and not stored, in a storm.',
    '1,200 similar reports expired: counted still, and no longer held.',
    '5 reports held.',
  ])
  expect(lossesOf(null, { ...told, similarPruned: 2 })).toEqual([
    '3 similar crashes counted and not stored, in a storm.',
    '2 similar reports expired: counted still, and no longer held.',
  ])
})
