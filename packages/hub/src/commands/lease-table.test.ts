import { LIMITS } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { createLeaseTable, type NewLease } from './lease-table.ts'

const lease = (id: string, node = 'mail@a'): NewLease => ({
  id,
  kind: 'suspend',
  node,
  key: 'Root/a',
  pid: '<0.1.0>',
  name: 'a',
  by: 'operator token',
  startedAtMs: 0,
  endsAtMs: 60_000,
})

function tableWith(...leases: NewLease[]) {
  const table = createLeaseTable()
  for (const each of leases) {
    table.request(each)
    table.activate(each.id, each.endsAtMs)
  }
  return table
}

test('only active leases of connected nodes are renewed', () => {
  const table = tableWith(lease('1'), lease('2'), lease('3', 'mail@b'))
  table.request(lease('4'))
  table.end('2', 'released', 10)
  table.lost('mail@b', 10)
  expect([...table.renewals()]).toEqual([['mail@a', ['1']]])
})

test('a lease of a node that is away ends after five seconds, and not before', () => {
  const table = tableWith(lease('1'))
  table.lost('mail@a', 1_000)
  expect(table.tick(1_000 + LIMITS.leaseMs - 1)).toEqual([])
  expect(table.tick(1_000 + LIMITS.leaseMs)).toHaveLength(1)
  expect(table.get('1')).toMatchObject({ status: 'ended', why: 'hub-lost' })
})

test('a node that comes back in time keeps its leases; in a new life it has none', () => {
  const table = tableWith(lease('1'))
  table.lost('mail@a', 1_000)
  expect(table.back('mail@a', false, 2_000)).toBe(false)
  expect(table.renewals().get('mail@a')).toEqual(['1'])
  expect(table.back('mail@a', true, 3_000)).toBe(true)
  expect(table.get('1')).toMatchObject({ status: 'ended', why: 'target-gone' })
})

test('a lease whose time is over ends even when its node never says so', () => {
  const table = tableWith(lease('1'))
  expect(table.tick(60_500)).toEqual([])
  expect(table.tick(61_000)).toHaveLength(1)
  expect(table.get('1')).toMatchObject({ why: 'expired' })
})

test('what ended is shown for five minutes, then forgotten; ending twice ends once', () => {
  const table = tableWith(lease('1'))
  expect(table.end('1', 'halted', 1_000)).toBe(true)
  expect(table.end('1', 'released', 2_000)).toBe(false)
  table.tick(300_000)
  expect(table.all()).toHaveProperty('1')
  table.tick(302_000)
  expect(table.all()).toEqual({})
})
