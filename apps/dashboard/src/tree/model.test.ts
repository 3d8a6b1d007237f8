import type { TreeRow } from '@orrery/live/views'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { incident, row, treeOf } from './fixture.ts'
import { isSameStructure, modelOf, ORPHANS, searchRows, slotsOf, step, describe as words } from './model.ts'
import { standIn } from './stand-in.ts'

const NONE: ReadonlySet<string> = new Set()

describe('tree model', () => {
  it('keeps children in start order', () => {
    const view = treeOf([
      row('r', { strategy: 'one_for_one' }),
      row('r/b', { order: 1 }),
      row('r/a', { order: 0 }),
      row('r/c', { order: 2 }),
    ])
    expect(modelOf(view, NONE).shape.nodes.get('r')?.children).toEqual(['r/a', 'r/b', 'r/c'])
  })

  it('hangs processes whose parent is not known under orphans, with their subtree', () => {
    const view = treeOf([row('r'), row('x/y', { parent: 'x' }), row('x/y/z', { parent: 'x/y' })])
    const { shape, orphans } = modelOf(view, NONE)
    expect(orphans).toEqual(['x/y'])
    expect(shape.nodes.get(ORPHANS)?.children).toEqual(['x/y'])
    expect(shape.nodes.get('x/y')?.children).toEqual(['x/y/z'])
  })

  it('shows every row once whatever parents they name, rings included', () => {
    const names = ['a', 'b', 'c', 'd', '__proto__', 'constructor']
    const anyParent = fc.option(fc.constantFrom(...names, 'unknown'), { nil: null })
    fc.assert(
      fc.property(fc.array(anyParent, { minLength: 6, maxLength: 6 }), (parents) => {
        const view = treeOf(names.map((name, index) => row(name, { parent: parents[index] ?? null })))
        const { shape } = modelOf(view, NONE)
        const seen: string[] = []
        const stack = [...shape.roots]
        while (stack.length > 0) {
          const key = stack.pop() as string
          if (key !== ORPHANS) seen.push(key)
          stack.push(...(shape.nodes.get(key)?.children ?? []))
        }
        expect([...seen].sort()).toEqual([...names].sort())
      }),
    )
  })

  it('has the same structure while only statuses and numbers change', () => {
    const before = incident()
    const after = {
      ...before,
      rows: Object.fromEntries(
        Object.entries(before.rows).map(([key, one]) => [
          key,
          { ...one, status: 'crashed' as const, mailboxLength: 9, pid: '<0.9.0>' },
        ]),
      ),
    }
    expect(isSameStructure(before, after)).toBe(true)
    expect(isSameStructure(before, { ...before, processes: 7 })).toBe(true)
  })

  it('has another structure when one comes, goes, moves, or its pool grows', () => {
    const pool = (cells: string) => ({ count: 1, counts: {}, cells })
    const rows = [row('r', { strategy: 'one_for_one' }), row('r/a'), row('r/p', { pool: pool('AAAA') })]
    const before = treeOf(rows)
    const others = [
      treeOf([...rows, row('r/b')]),
      treeOf(rows.slice(0, 2)),
      treeOf([...rows.slice(0, 2), row('r/b')]),
      treeOf([rows[0] as TreeRow, row('r/a', { order: 4 }), rows[2] as TreeRow]),
      treeOf([rows[0] as TreeRow, row('r/a', { promotedFrom: 'r/p' }), rows[2] as TreeRow]),
      treeOf([rows[0] as TreeRow, row('r/a', { parent: null }), rows[2] as TreeRow]),
      treeOf([row('r', { strategy: 'one_for_all' }), ...rows.slice(1)]),
      treeOf([...rows.slice(0, 2), row('r/p', { pool: pool('AAAAAAAA') })]),
      treeOf(rows, { roots: [] }),
    ]
    expect(isSameStructure(before, treeOf([...rows.slice(0, 2), row('r/p', { pool: pool('BBBB') })]))).toBe(
      true,
    )
    for (const other of others) {
      expect(isSameStructure(before, other)).toBe(false)
      expect(isSameStructure(other, before)).toBe(false)
    }
  })

  it('says in a fold how many processes it hides and what is wrong among them', () => {
    const { folds, shape } = modelOf(incident(), new Set(['root/TrunkSup']))
    expect(shape.nodes.get('root/TrunkSup')?.children).toEqual([])
    expect(shape.nodes.has('root/TrunkSup/Framer')).toBe(false)
    expect(folds.get('root/TrunkSup')).toEqual({
      processes: 35,
      exceptions: [
        { glyph: 'restarting', count: 1 },
        { glyph: 'waiting', count: 34 },
      ],
    })
  })

  it('counts slots from base64 as many as there are bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (n) => {
        expect(slotsOf(btoa('\u0006'.repeat(n)))).toBe(n)
      }),
    )
  })

  it('says a row in words as the design does', () => {
    const one = row('r/TrunkLink', { parent: 'r', status: 'restarting', fault: 'F-0193' })
    expect(words(one)).toBe('TrunkLink, worker, restarting, under fault F-0193, mailbox 0')
  })

  it('searches name, label, module and pid without regard to case', () => {
    const view = treeOf([row('r'), row('r/a', { label: 'Kista trunk' }), row('r/b', { pid: '<0.77.0>' })])
    expect(searchRows(view, ' KISTA ')).toEqual(new Set(['r/a']))
    expect(searchRows(view, '<0.77')).toEqual(new Set(['r/b']))
    expect(searchRows(view, '  ')).toBeNull()
  })

  it('steps to parent, first child, next and previous', () => {
    const view = incident()
    const { shape } = modelOf(view, NONE)
    const order = ['root', 'root/Directory', 'root/TrunkSup', 'root/TrunkSup/TrunkLink']
    const parentOf = (key: string) => view.rows[key]?.parent ?? null
    expect(step(shape, order, null, 'next', parentOf)).toBe('root')
    expect(step(shape, order, 'root', 'child', parentOf)).toBe('root/Directory')
    expect(step(shape, order, 'root/Directory', 'next', parentOf)).toBe('root/TrunkSup')
    expect(step(shape, order, 'root/TrunkSup', 'parent', parentOf)).toBe('root')
    expect(step(shape, order, 'root', 'previous', parentOf)).toBeNull()
  })
})

describe('what stands for a selection', () => {
  const view = incident()
  it('is the row itself, or the one with that pid', () => {
    expect(standIn(view, 'root/TrunkSup')).toBe('root/TrunkSup')
    expect(standIn(view, '<0.1893.0>')).toBe('root/TrunkSup/TrunkLink')
  })
  it('is the pool for a member that is not promoted', () => {
    expect(standIn(view, 'root/TrunkSup/ChannelSup/channel#7')).toBe('root/TrunkSup/ChannelSup/channel')
  })
  it('is the nearest ancestor for a process that is gone', () => {
    expect(standIn(view, 'root/TrunkSup/Gone')).toBe('root/TrunkSup')
    expect(standIn(view, 'elsewhere')).toBeNull()
  })
})
