import { describe, expect, it } from 'vitest'
import { call, calls, lease, POOL_KEY, ROOT, suspend } from './test/call-node.ts'
import { ONE_FOR_ONE, Teller } from './test/teller.ts'

function cells(t: Teller): number[] {
  return [...Buffer.from(t.row(POOL_KEY).pool?.cells ?? '', 'base64')]
}

describe('logical keys', () => {
  it('are paths of child ids, with the slot where a supervisor has many', () => {
    const t = calls(2)
    t.start(
      { ref: 5, parentRef: 1, childId: 'a/b#c%' },
      { ref: 6, parentRef: 5 },
      { ref: 7 },
      { ...ROOT, ref: 8, name: '' },
    )
    expect(Object.keys(t.tree.rows).sort()).toEqual([
      '<0.7.0>',
      'Sup',
      'root',
      'root/a%2Fb%23c%25',
      'root/a%2Fb%23c%25/<0.6.0>',
      'root/calls',
      'root/calls/call#0',
      'root/calls/call#1',
    ])
  })
  it('find a process, as its pid does', () => {
    const t = calls(20)
    expect(t.world.resolve(t.node, 'root/calls/call#7')).toEqual({
      key: 'root/calls/call#7',
      pid: '<0.17.0>',
      name: 'Call 7',
    })
    expect(t.world.resolve(t.node, '<0.17.0>')?.key).toBe('root/calls/call#7')
    expect(t.world.resolve(t.node, 'root/calls/call#99')).toBeNull()
    expect(t.world.resolve('nobody@here', 'root')).toBeNull()
  })
})

describe('a pool', () => {
  it('folds eight siblings of one module and child spec', () => {
    expect(Object.keys(calls(7).tree.rows)).toHaveLength(9)
    const t = calls(8)
    expect(Object.keys(t.tree.rows)).toEqual(['root', 'root/calls', POOL_KEY])
    expect(t.row(POOL_KEY)).toMatchObject({
      kind: 'pool',
      name: 'Call',
      parent: 'root/calls',
      pool: { count: 8, counts: { running: 8 } },
    })
    expect(cells(t)).toEqual([6, 6, 6, 6, 6, 6, 6, 6])
  })
  it('keeps its cells in place: an empty slot is 255, a fault adds 128', () => {
    const t = calls(9)
    t.exit(13)
    t.world.setFaults([lease('f', 'root/calls/call#5', t)])
    expect(cells(t)).toEqual([6, 6, 6, 255, 6, 134, 6, 6, 6])
    t.start({ ...call(3), ref: 99 })
    expect(cells(t)[3]).toBe(6)
  })
  it('that is large tells its restarts once a second, and what its cells say at once', () => {
    const t = calls(65)
    t.quiet(2)
    const restart = (slot: number) => {
      t.exit(10 + slot, { willRestart: true })
      t.start({ ...call(slot), ref: 210 + slot, replaces: 10 + slot, restarts: 1 })
    }
    const before = t.row(POOL_KEY)
    restart(1)
    t.nowMs += 10
    restart(2)
    expect(t.row(POOL_KEY)).toEqual(before)
    t.exit(13)
    expect(t.row(POOL_KEY)).toMatchObject({ restarts: before.restarts, pool: { count: 64 } })
    t.quiet(1)
    expect(t.row(POOL_KEY)).toMatchObject({ restarts: before.restarts + 2, pool: { count: 64 } })
  })
  it('does not come and go with one child', () => {
    const t = calls(8)
    t.exit(10)
    expect(t.tree.rows[POOL_KEY]).toBeDefined()
    t.exit(11)
    t.exit(12)
    t.exit(13)
    expect(t.tree.rows[POOL_KEY]).toBeUndefined()
    expect(Object.keys(t.tree.rows)).toHaveLength(6)
  })
  it('folds supervisors with a place of their own when nobody could look over them, and shows the one that is asked for', () => {
    const t = new Teller()
    const group = (n: number) => ({
      ref: 10 + n,
      parentRef: 1,
      childId: `g${n}`,
      module: 'Group',
      kind: 'supervisor' as const,
      supervisor: ONE_FOR_ONE,
    })
    t.start(ROOT, ...Array.from({ length: 499 }, (_, n) => group(n)))
    expect(Object.keys(t.tree.rows)).toHaveLength(500)
    t.start(group(499), { ref: 2_000, parentRef: 17, childId: 'w' })
    const [root, pool, ...others] = Object.keys(t.tree.rows)
    expect([root, others]).toEqual(['root', []])
    expect(t.row(pool ?? '')).toMatchObject({ kind: 'pool', name: 'Group', pool: { count: 500 } })
    const shown = t.world.treeView(t.node, 'root/g7/w')
    expect(Object.keys(shown?.rows ?? {})).toEqual(['root', pool, 'root/g7', 'root/g7/w'])
    expect(shown?.rows['root/g7']).toMatchObject({ promotedFrom: null, parent: 'root', childCount: 1 })
    expect(Object.keys(t.world.treeView(t.node, 'root/nobody')?.rows ?? {})).toEqual([root, pool])
    expect(Object.keys(t.tree.rows)).toEqual([root, pool])
  })
  it('does not fold supervisors with a place of their own', () => {
    const t = new Teller()
    t.start(
      ROOT,
      ...Array.from({ length: 10 }, (_, i) => ({
        ref: 2 + i,
        parentRef: 1,
        childId: `s${i}`,
        supervisor: ONE_FOR_ONE,
      })),
    )
    expect(Object.keys(t.tree.rows)).toHaveLength(11)
  })
  it('brings its worst three out, by precedence and mailbox, and holds them for 5 s', () => {
    const t = calls(20)
    for (const slot of [1, 2, 3, 4]) suspend(t, slot)
    t.figures([
      [11, 5, 0, 0],
      [12, 7, 0, 0],
      [13, 6, 0, 0],
    ])
    const promoted = () =>
      Object.values(t.tree.rows)
        .filter((row) => row.promotedFrom === POOL_KEY)
        .map((row) => row.key)
        .sort()
    expect(promoted()).toEqual(['root/calls/call#1', 'root/calls/call#2', 'root/calls/call#3'])
    t.exit(18, { crashId: 'c' })
    expect(promoted()).not.toContain('root/calls/call#8')
    for (const slot of [1, 2, 3, 4]) suspend(t, slot, false)
    expect(promoted()).toHaveLength(3)
    t.quiet(4)
    expect(promoted()).toHaveLength(3)
    t.quiet(1)
    expect(promoted()).toEqual(['root/calls/call#8'])
    t.quiet(10)
    expect(promoted()).toEqual([])
  })
  it('sums what its members do', () => {
    const t = calls(10)
    t.second([
      [10, 2, 30, 28],
      [11, 3, 10, 7],
    ])
    expect(t.row(POOL_KEY)).toMatchObject({
      mailboxLength: 5,
      receivedPerS: 40,
      handledPerS: 35,
      spark: [40],
    })
    t.exit(11)
    expect(t.row(POOL_KEY)).toMatchObject({ mailboxLength: 2 })
    t.second()
    expect(t.row(POOL_KEY).spark).toEqual([40, 0])
  })
  it('forgets a member that went, with its restarts and its promotion', () => {
    const t = calls(9)
    suspend(t, 4)
    t.exit(11, { crashId: 'c', willRestart: true })
    t.start({ ...call(1), ref: 31, replaces: 11, restarts: 1 })
    expect(t.row(POOL_KEY)).toMatchObject({ restarts: 1, pool: { counts: { suspended: 1 } } })
    t.exit(14)
    t.exit(31)
    expect(t.row(POOL_KEY)).toMatchObject({ restarts: 0, pool: { count: 7, counts: { running: 7 } } })
    t.start({ ...call(1), ref: 41 }, { ...call(4), ref: 44 })
    expect(Object.values(t.tree.rows).filter(({ promotedFrom }) => promotedFrom !== null)).toEqual([])
  })
  it('gives the place of a crashed member to the next one, who stays', () => {
    const t = calls(9)
    t.exit(12, { crashId: 'c' })
    t.start({ ...call(2), ref: 42 })
    t.quiet(12)
    expect(t.world.resolve(t.node, 'root/calls/call#2')?.pid).toBe('<0.42.0>')
    expect(t.tree.processes).toBe(11)
  })
  it('shows in a cell what hangs below its member', () => {
    const t = calls(8)
    t.start({ ref: 50, parentRef: 12 })
    t.exit(50, { crashId: 'c' })
    expect(cells(t)[2]).toBe(0)
  })
})

describe('orphans', () => {
  it('hang under a root row of that name until their parent is known', () => {
    const t = new Teller()
    t.start(ROOT, { ref: 3, parentRef: 2, childId: 'x' })
    expect(t.tree.roots).toEqual(['root', '#orphans'])
    expect(t.row('#orphans')).toMatchObject({ name: 'orphans', childCount: 1 })
    expect(t.row('#orphans/<0.3.0>').parent).toBe('#orphans')
    t.start({ ref: 2, parentRef: 1, childId: 'sup', supervisor: ONE_FOR_ONE })
    expect(Object.keys(t.tree.rows)).toEqual(['root', 'root/sup', 'root/sup/x'])
  })
  it('are made by a parent that ends without its children', () => {
    const t = new Teller()
    t.start(ROOT, { ref: 2, parentRef: 1 }, { ref: 3, parentRef: 2 }, { ref: 4, parentRef: 3 })
    t.exit(2)
    expect(t.row('root/<0.2.0>').status).toBe('exited')
    t.quiet(1)
    expect(Object.keys(t.tree.rows)).toEqual([
      'root',
      '#orphans',
      '#orphans/<0.3.0>',
      '#orphans/<0.3.0>/<0.4.0>',
    ])
  })
  it('never hang under themselves', () => {
    const t = new Teller()
    t.start({ ref: 2, parentRef: 2 }, { ref: 3, parentRef: 2 })
    t.start({ ref: 2, parentRef: 3 })
    expect(t.tree.processes).toBe(2)
    expect(Object.keys(t.tree.rows).sort()).toEqual([
      '#orphans',
      '#orphans/<0.2.0>',
      '#orphans/<0.2.0>/<0.3.0>',
    ])
  })
  it('do not make keys as long as a chain of spawns', () => {
    const t = new Teller()
    t.start(...Array.from({ length: 2_000 }, (_, i) => ({ ref: i + 1, parentRef: i })))
    expect(Math.max(...Object.keys(t.tree.rows).map((key) => key.length))).toBeLessThan(6_000)
    expect(t.tree.processes).toBe(2_000)
  })
})

describe('rows that did not change', () => {
  it('are the same objects in the next picture', () => {
    const t = calls(20)
    const before = t.tree
    t.second([[2, 0, 5, 5]])
    expect(t.tree.rows['root/calls']).not.toBe(before.rows['root/calls'])
    expect(t.tree.rows.root).toBe(before.rows.root)
  })
})
