import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CrashReport,
  captured,
  fieldValue,
  type StackAtExit,
  crashReport as schema,
} from '@orrery/protocol'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSources } from '../../../agent/src/sources.ts'
import { parseStack } from '../../../agent/src/stack.ts'
import { readMap } from '../source-maps/read-map.ts'
import { crashReport } from './fixture.ts'
import { openStore } from './open-store.ts'
import type { SourceMapAddress, Store } from './store.ts'

const SOURCE = `interface Frame { seq: number }

export class FrameBuffer {
  #next = 1
  push(frame: Frame): void {
    if (frame.seq !== this.#next) {
      throw new RangeError('frame ' + frame.seq + ' is not the next')
    }
  }
}

export function receive(seq: number): void {
  const buffer = new FrameBuffer()
  buffer.push({ seq })
}
`

let folder: string
let store: Store
/** The stack of one crash of the bundle, as a node reads it that has the map beside it, and as one that has not. */
let withMap: StackAtExit
let without: StackAtExit
let mapText: string

/** A minified program is thrown in for real, in a process of its own, and read by the agent's own reader. */
async function crashOnce(): Promise<void> {
  const app = join(folder, 'app')
  await mkdir(join(app, 'src'), { recursive: true })
  await writeFile(join(app, 'src', 'frame-buffer.ts'), SOURCE)
  const bundle = join(app, 'dist', 'trunk.mjs')
  buildSync({
    entryPoints: [join(app, 'src', 'frame-buffer.ts')],
    outfile: bundle,
    bundle: true,
    minify: true,
    format: 'esm',
    sourcemap: true,
  })
  const script = `import(${JSON.stringify(bundle)}).then(({ receive }) => receive(7)).catch((e) => console.log(e.stack))`
  const raw = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: {} }).trim()
  const frames = parseStack(raw)
  const read = async (): Promise<StackAtExit> => {
    const sources = createSources(app, Date.now() + 60_000)
    await sources.load(frames)
    return { raw, ...sources.resolve(frames) }
  }
  withMap = await read()
  mapText = await readFile(`${bundle}.map`, 'utf8')
  await rename(`${bundle}.map`, join(folder, 'elsewhere.map'))
  without = await read()
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-maps-'))
  await crashOnce()
  store = await openStore({
    databaseUrl: null,
    dataDir: join(folder, 'data'),
    retentionDays: 30,
    retentionMb: null,
  })
}, 60_000)

afterAll(async () => {
  await store?.close()
  await rm(folder, { recursive: true, force: true })
})

function report(stack: StackAtExit, module: string, release = '1.0.0'): CrashReport {
  const one = crashReport({ module, node: 'exchange@kista-1' })
  return {
    ...one,
    identity: { ...one.identity, release },
    cause: { ...one.cause, stack: captured(stack) },
  }
}

const UNSAID: SourceMapAddress = { application: null, release: null, file: null, debugId: null, sha256: null }

function upload(address: Partial<SourceMapAddress>, atMs = Date.now()) {
  const read = readMap(JSON.parse(mapText))
  if (!read.ok) throw new Error(read.message)
  const { json, sources } = read.map
  return store.saveSourceMap({ ...UNSAID, ...address, json, sources, by: 'ada', atMs })
}

async function stackOf(id: string): Promise<StackAtExit> {
  const held = await store.crash(id)
  const stack = held && fieldValue(held.cause.stack)
  if (!stack) throw new Error('no stack')
  return stack
}

const groupOf = async (id: string) => fieldValue((await store.crashView(id)).report?.group ?? captured(null))

test('a stack of a bundled and minified node reads as its sources, with the code around the throw', () => {
  const [top, next] = withMap.frames
  expect(top).toMatchObject({ fn: 'FrameBuffer.push', file: 'src/frame-buffer.ts', line: 7 })
  expect(top?.context).toContainEqual([
    7,
    "      throw new RangeError('frame ' + frame.seq + ' is not the next')",
  ])
  expect(next).toMatchObject({ fn: 'receive', file: 'src/frame-buffer.ts', line: 14 })
  expect(withMap.bundles).toMatchObject([
    { file: 'dist/trunk.mjs', map: { from: 'node', file: 'dist/trunk.mjs.map' } },
  ])
  expect(without.frames[0]).toMatchObject({ file: 'dist/trunk.mjs', line: 1 })
  expect(without.bundles).toMatchObject([{ map: null, why: 'the node could not read trunk.mjs.map' }])
})

test('an uploaded map reads the stacks that are here as the node would have, and leaves their group and raw text', async () => {
  const [before, after, itself] = [report(without, 'A'), report(without, 'A'), report(withMap, 'A')]
  await store.saveCrashes([before])
  const group = await groupOf(before.id)
  expect((await stackOf(before.id)).frames).toEqual(without.frames)
  const sha256 = without.bundles?.[0]?.sha256 ?? null
  const map = await upload({ sha256 })
  const read = await stackOf(before.id)
  expect(read.frames).toEqual(withMap.frames)
  expect(read.raw).toBe(without.raw)
  expect(read.bundles).toEqual([
    {
      file: 'dist/trunk.mjs',
      sha256,
      debugId: null,
      map: { from: 'hub', id: map.id, by: 'ada', at: expect.any(String) },
    },
  ])
  expect(await groupOf(before.id)).toEqual(group)

  // A new crash is stored as it reads, and is one with those whose node has the map.
  await store.saveCrashes([after])
  await store.saveCrashes([itself])
  const [told, same] = [await groupOf(after.id), await groupOf(itself.id)]
  expect(told?.fingerprint).toBe(same?.fingerprint)
  expect(told?.contributed).toContain('function FrameBuffer.push (by a source map that was uploaded)')
  expect(schema.safeParse(await store.crash(after.id)).error).toBeUndefined()

  expect(await store.deleteSourceMap(map.id)).toBe(true)
  expect(await store.deleteSourceMap(map.id)).toBe(false)
  expect((await stackOf(after.id)).frames).toEqual(withMap.frames)
  expect((await stackOf(before.id)).frames).toEqual(without.frames)
})

test('a map is found by application, release and file, where neither says that the text is another', async () => {
  const untold: StackAtExit = { raw: without.raw, frames: without.frames }
  const [old, other, silent, told] = [
    report(untold, 'B', '1.0.0'),
    report(untold, 'B', '2.0.0'),
    report(untold, 'B', '3.0.0'),
    report(without, 'B', '3.0.0'),
  ]
  await store.saveCrashes([old, other, silent, told])
  const isMapped = async (one: CrashReport) => (await stackOf(one.id)).frames[0]?.fn === 'FrameBuffer.push'
  const place = { application: 'exchange', file: 'trunk.mjs' }
  await upload({ ...place, release: '2.0.0' })
  await upload({ ...place, release: '3.0.0', sha256: 'f'.repeat(64) })
  await upload({ ...place, release: '1.0.0', application: 'mail' })
  expect(await Promise.all([old, other, silent, told].map(isMapped))).toEqual([false, true, true, false])
  // The newer one of a bundle takes the place of the older.
  const again = await upload({ ...place, release: '2.0.0' })
  const { items } = await store.sourceMaps({ limit: 10, cursor: null })
  expect(items.filter(({ release }) => release === '2.0.0').map(({ id }) => id)).toEqual([again.id])
  const first = await store.sourceMaps({ limit: 1, cursor: null })
  const rest = await store.sourceMaps({ limit: 10, cursor: first.nextCursor })
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(items.map(({ id }) => id))
})

test('a map is found by the debug id that it and the bundle are marked with', async () => {
  const debugId = randomUUID()
  const bundles = [
    { file: 'dist/trunk.mjs', sha256: 'e'.repeat(64), debugId, map: null, why: 'it names none' },
  ]
  const marked = report({ ...without, bundles }, 'C', '9.0.0')
  await store.saveCrashes([marked])
  await upload({ debugId })
  expect((await stackOf(marked.id)).frames).toEqual(withMap.frames)
})

test('a map is kept as long as reports are after it was last of use', async () => {
  const day = 86_400_000
  const sha256 = 'd'.repeat(64)
  const long = await upload({ sha256 }, Date.now() - 40 * day)
  const kept = await upload({ debugId: randomUUID() }, Date.now() - 20 * day)
  await store.prune(Date.now())
  const held = (await store.sourceMaps({ limit: 100, cursor: null })).items.map(({ id }) => id)
  expect(held).toContain(kept.id)
  expect(held).not.toContain(long.id)

  const used = await upload({ sha256 }, Date.now() - 40 * day)
  const bundles = [{ file: 'dist/trunk.mjs', sha256, debugId: null, map: null }]
  await store.saveCrashes([report({ ...without, bundles }, 'D', '9.9.0')])
  await store.prune(Date.now())
  const after = (await store.sourceMaps({ limit: 100, cursor: null })).items
  expect(after.find(({ id }) => id === used.id)?.usedAtMs).toBeGreaterThan(Date.now() - day)
})

test('what is no map is refused, a flat one and one of sections are read alike', () => {
  const flat = JSON.parse(mapText)
  for (const body of [
    {},
    { version: 2 },
    { version: 3 },
    { ...flat, mappings: 7 },
    { ...flat, mappings: 'no mappings' },
    { ...flat, sources: [], mappings: '' },
  ]) {
    expect(readMap(body).ok, JSON.stringify(body).slice(0, 40)).toBe(false)
  }
  const sections = readMap({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: flat }] })
  expect(sections).toMatchObject({ ok: true, map: { sources: 1, hasContent: true } })
})
