import type { CrashesView } from '@orrery/live/views'
import { expect, test } from 'vitest'
import { crashReport } from '../store/fixture.ts'
import { withPending } from './pending-crashes.ts'

const NOW = Date.UTC(2026, 10, 22, 14, 32, 7)
const at = new Date(NOW - 1_000).toISOString()
const empty: CrashesView = {
  error: null,
  total: 0,
  groupsTotal: 0,
  groupsFound: 0,
  groups: [],
  statuses: { new: 0, regressed: 0, ongoing: 0, resolved: 0, ignored: 0 },
  facets: { reason: [], node: [], module: [], outcome: [], kind: [], cause: [] },
  pending: 0,
}

test('a report that is not committed is listed in its group, and says so', () => {
  const one = crashReport({ at })
  const two = crashReport({ at, node: 'exchange@kista-2' })
  const other = crashReport({ at, module: 'Framer', tag: 'TypeError', functions: ['decode'] })
  const view = withPending(empty, '', [one, two, other], NOW)
  expect(view).toMatchObject({ total: 3, groupsTotal: 2, pending: 3 })
  const group = view.groups.find(({ module }) => module === 'TrunkLink')
  expect(group).toMatchObject({ count: 2, nodes: ['exchange@kista-1', 'exchange@kista-2'] })
  expect(group?.latest.map(({ id, stored }) => [id, stored]).sort()).toEqual(
    [
      [one.id, false],
      [two.id, false],
    ].sort(),
  )
  expect(group?.buckets.at(-1)).toBe(2)
  expect(view.facets.module).toEqual([
    ['TrunkLink', 2],
    ['Framer', 1],
  ])
})

test('it joins the stored group of its fingerprint, and is not counted beside itself', () => {
  const one = crashReport({ at })
  const held = withPending(empty, '', [one], NOW)
  const stored: CrashesView = {
    ...held,
    pending: 0,
    groups: held.groups.map((group) => ({
      ...group,
      latest: group.latest.map((row) => ({ ...row, stored: true })),
    })),
  }
  expect(withPending(stored, '', [one], NOW)).toBe(stored)
  const both = withPending(stored, '', [one, crashReport({ at })], NOW)
  expect(both).toMatchObject({ total: 2, groupsTotal: 1 })
  expect(both.groups[0]).toMatchObject({ count: 2 })
})

test.each([
  ['', 1],
  ['module:TrunkLink', 1],
  ['reason:~overrun mailbox:>10', 1],
  ['is:root -is:injected last:1h', 1],
  ['module:Framer', 0],
  ['is:casualty', 0],
  ['stack:~framebuffer supervisor:trunk_sup', 1],
])('a query finds it as it finds stored ones: %j', (q, total) => {
  expect(withPending(empty, q, [crashReport({ at, mailbox: 12 })], NOW).total).toBe(total)
})

test('a pending crash is injected or organic, and its group mixed where it has both', () => {
  const fault = { fault: 'F-1', kind: 'kill', role: 'direct' as const, firing: '1' }
  const injected = crashReport({ at, faults: { status: 'captured', value: [fault] } })
  const both = withPending(empty, '', [injected, crashReport({ at })], NOW)
  expect(both.groups).toMatchObject([{ count: 2, cause: 'mixed' }])
  expect(both.facets.cause.map(([word]) => word).sort()).toEqual(['injected', 'mixed', 'organic'])
  expect(withPending(empty, 'cause:injected', [injected, crashReport({ at })], NOW).total).toBe(1)
})

test('a casualty joins the group of its root', () => {
  const root = crashReport({ at })
  const casualty = crashReport({ at, module: 'Framer', tag: 'shutdown', rootCrash: root.id })
  const view = withPending(empty, '', [root, casualty], NOW)
  expect(view.groups).toHaveLength(1)
  expect(view.groups[0]).toMatchObject({ count: 1, casualties: 1 })
})
