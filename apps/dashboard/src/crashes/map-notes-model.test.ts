import { type CrashReport, captured, type StackAtExit } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { isTopUnmapped, mapNotes, uploadCommand } from './map-notes-model.ts'

function report(stack: StackAtExit, release: string | null = '1.4.2'): CrashReport {
  const identity = { node: 'exchange@kista-1', release }
  return { identity, cause: { stack: captured(stack) } } as CrashReport
}

const frame = { fn: 'a', file: 'dist/trunk.js', line: 1, column: 20, owner: 'app' as const }
const bundle = { file: 'dist/trunk.js', sha256: 'ab', debugId: null, map: null }
const notesOf = (one: CrashReport) => mapNotes(one, (atMs) => `on day ${atMs / 86_400_000}`)

test('a bundle without a map is missed, by all that a map of it can be found by', () => {
  const one = report({ frames: [frame], raw: '', bundles: [{ ...bundle, why: 'it names none' }] })
  const notes = notesOf(one)
  expect(notes).toEqual([
    {
      kind: 'missing',
      file: 'dist/trunk.js',
      why: 'it names none',
      address: { application: 'exchange', release: '1.4.2', file: 'dist/trunk.js', sha256: 'ab' },
    },
  ])
  expect(isTopUnmapped(one, notes)).toBe(true)
  expect(isTopUnmapped(report({ frames: [{ ...frame, file: 'src/a.ts' }, frame], raw: '' }), notes)).toBe(
    false,
  )
})

test('where the map came from is said', () => {
  const told = (map: NonNullable<StackAtExit['bundles']>[number]['map']) =>
    notesOf(report({ frames: [], raw: '', bundles: [{ ...bundle, map }] }))[0]
  expect(told({ from: 'node', file: 'dist/trunk.js.map' })).toMatchObject({
    text: 'by dist/trunk.js.map, read by the node',
  })
  expect(told({ from: 'node', file: null })).toMatchObject({ text: 'by the map in it' })
  expect(told({ from: 'hub', id: '1', by: 'ada', at: '1970-01-03T00:00:00.000Z' })).toMatchObject({
    text: 'by a map that ada uploaded, on day 2',
  })
})

test('a node that tells nothing shows a bundle by its columns, and files that were written are left alone', () => {
  const frames = [frame, { ...frame, column: 9_000 }, { ...frame, column: 9_001 }]
  expect(notesOf(report({ frames, raw: '' }))).toMatchObject([
    { kind: 'missing', address: { file: 'dist/trunk.js' } },
  ])
  expect(notesOf(report({ frames: [frame], raw: '' }))).toEqual([])
  expect(notesOf(report({ frames, raw: '' }, null))).toMatchObject([{ kind: 'missing', address: null }])
})

test('the command holds whatever the file is called', () => {
  const address = { application: 'exchange', release: '1.4.2', file: "it's/a b.js" }
  expect(uploadCommand('http://hub:4040', address)).toContain(`@'it'\\''s/a b.js.map'`)
  expect(uploadCommand('http://hub:4040', address)).toContain(
    "'http://hub:4040/api/v1/source-maps?application=exchange&release=1.4.2&file=it%27s%2Fa+b.js'",
  )
})
