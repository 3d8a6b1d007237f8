import { expect, test } from 'vitest'
import { incident } from './fixture.ts'
import { freshnessOf } from './tree-states.tsx'

test('a lost hub is told by when it was last heard, whatever clock the screen stood at', () => {
  const view = incident()
  const line = { status: 'disconnected', ageMs: 9_000, heardAtMs: 1_000_000 } as const
  expect(freshnessOf(view, line, 500_000)).toEqual({ kind: 'lost', atMs: 1_000_000, why: 'hub' })
  expect(freshnessOf(view, { ...line, heardAtMs: null }, 500_000)).toMatchObject({ atMs: view.lastHeardAtMs })
})

test('a stale line says how old the picture is, and a live one says nothing', () => {
  const view = { ...incident(), nodeStatus: 'live' as const }
  expect(freshnessOf(view, { status: 'stale', ageMs: 4_000, heardAtMs: 1 }, 2)).toEqual({
    kind: 'stale',
    ageMs: 4_000,
  })
  expect(freshnessOf(view, { status: 'live', ageMs: 0, heardAtMs: 1 }, 2)).toEqual({ kind: 'live' })
})
