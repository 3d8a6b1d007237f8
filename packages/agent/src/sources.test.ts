import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownerOf } from '@orrery/protocol/source'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { createSources } from './sources.ts'
import { parseStack, stackText } from './stack.ts'

const dir = mkdtempSync(join(tmpdir(), 'orrery-sources-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const later = (): number => Date.now() + 60_000

describe('stacks', () => {
  test('frames of every shape are read', () => {
    const text = [
      'TypeError: boom',
      '    at Session.parse (/app/src/session.ts:42:13)',
      '    at async Promise.all (index 0)',
      '    at new Parser (file:///app/src/a%20b.ts:1:2)',
      '    at Object.<anonymous> (/app/x.js:3:4)',
      '    at /app/anonymous.js:5:6',
      '    at async run [as go] (/app/node_modules/lib/index.js:7:8)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at eval (eval at f (/app/y.js:1:1), <anonymous>:1:1)',
    ].join('\n')
    const frames = parseStack(text, 'boom')
    expect(frames.map(({ fn, path, line }) => [fn, path, line])).toEqual([
      ['Session.parse', '/app/src/session.ts', 42],
      ['Promise.all', null, null],
      ['new Parser', '/app/src/a b.ts', 1],
      [null, '/app/x.js', 3],
      [null, '/app/anonymous.js', 5],
      ['run', '/app/node_modules/lib/index.js', 7],
      ['process.processTicksAndRejections', 'node:internal/process/task_queues', 95],
      ['eval', 'eval at f (/app/y.js:1:1), <anonymous>', 1],
    ])
  })

  test('whose code a frame is', () => {
    expect(ownerOf('/app/src/session.ts')).toBe('app')
    expect(ownerOf('/app/node_modules/lib/index.js')).toBe('vendor')
    expect(ownerOf('/orrery/packages/runtime/src/dispatch.ts')).toBe('runtime')
    expect(ownerOf('/app/node_modules/@orrery/runtime/src/dispatch.ts')).toBe('runtime')
    expect(ownerOf('node:net')).toBe('node')
  })

  test('what is thrown and is no error has no stack, and says so', () => {
    expect(stackText('text')).toEqual({ ok: false, why: 'what was thrown was no error' })
    expect(stackText(Object.create(null))).toMatchObject({ ok: false })
    expect(stackText(new Error('x'))).toMatchObject({ ok: true })
  })
})

describe('sources', () => {
  test('a frame in a bundle is shown where it was written, with the code around it', async () => {
    const source = join(dir, 'session.ts')
    const code = [
      'type A = string',
      '',
      'export function parse(a: A): never {',
      '  const b: A = a',
      '  throw new Error(b)',
      '}',
      '',
    ]
    writeFileSync(source, code.join('\n'))
    const bundle = join(dir, 'bundle.mjs')
    buildSync({
      entryPoints: [source],
      outfile: bundle,
      bundle: true,
      minify: true,
      format: 'esm',
      sourcemap: true,
    })
    const script = `import(${JSON.stringify(bundle)}).then(({ parse }) => parse('x')).catch((e) => console.log(e.stack))`
    const stack = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: {} })
    const at = /bundle\.mjs:(\d+):(\d+)/.exec(stack)
    const frames = [{ fn: 'a', path: bundle, line: Number(at?.[1]), column: Number(at?.[2]) }]
    const sources = createSources(dir, later())
    expect(sources.isLoaded(frames)).toBe(false)
    await sources.load(frames)
    const { frames: resolved, bundles } = sources.resolve(frames)
    const [frame] = resolved
    const atOnce = createSources(dir, later())
    atOnce.loadNow(frames)
    expect(atOnce.resolve(frames)).toEqual({ frames: [frame], bundles })
    expect(frame).toMatchObject({ file: 'session.ts', line: 5, owner: 'app' })
    expect(frame?.context).toContainEqual([5, '  throw new Error(b)'])
    expect(bundles).toEqual([
      {
        file: 'bundle.mjs',
        sha256: createHash('sha256').update(readFileSync(bundle)).digest('hex'),
        debugId: null,
        map: { from: 'node', file: 'bundle.mjs.map' },
      },
    ])
  })

  test('a bundle whose map is not to be had is told with what a map of it can be found by', async () => {
    const write = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text)
      return join(dir, name)
    }
    const paths = [
      write('linked.js', 'one()\n//# sourceMappingURL=none.js.map\n'),
      write(
        'inText.js',
        `one('//# sourceMappingURL=');${'f();'.repeat(300)}\nconst link = "\n//# sourceMappingURL='"\n`,
      ),
      write('marked.js', 'one()\n//# debugId=85314830-023F-4CF1-A267-535F4E37BB17\n'),
      write('minified.js', `one();${'f();'.repeat(300)}`),
      write('large.js', 'f();\n'.repeat(1_000_000)),
      write('written.js', 'one()\n'),
    ]
    const frames = paths.map((path) => ({ fn: null, path, line: 1, column: 1 }))
    const sources = createSources(dir, later())
    await sources.load(frames)
    const { bundles } = sources.resolve(frames)
    expect(bundles?.map(({ file, debugId, map, why }) => [file, debugId, map, why])).toEqual([
      ['linked.js', null, null, 'the node could not read none.js.map'],
      ['inText.js', null, null, 'it names none'],
      ['marked.js', '85314830-023f-4cf1-a267-535f4e37bb17', null, 'it names none'],
      ['minified.js', null, null, 'it names none'],
      ['large.js', null, null, 'the file is larger than the 4 MiB a node reads'],
    ])
    expect(bundles?.map(({ sha256 }) => sha256?.length ?? null)).toEqual([64, 64, 64, 64, null])
  })

  test('a map is linked by a line of its own, whatever stands behind it', async () => {
    const path = join(dir, 'followed.js')
    const map = { version: 3, sources: ['a.ts'], sourcesContent: ['boom()'], names: [], mappings: 'AAAA' }
    const data = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
    const debugId = '85314830-023f-4cf1-a267-535f4e37bb17'
    writeFileSync(path, `boom()\n//# sourceMappingURL=${data}\n//# debugId=${debugId}\n`)
    const frames = [{ fn: null, path, line: 1, column: 1 }]
    const sources = createSources(dir, later())
    await sources.load(frames)
    expect(sources.resolve(frames)).toMatchObject({
      frames: [{ file: 'a.ts', line: 1, context: [[1, 'boom()']] }],
      bundles: [{ file: 'followed.js', debugId, map: { from: 'node', file: null } }],
    })
  })

  test('a file changed after the start of the node is not what ran, and is not shown', async () => {
    const path = join(dir, 'changed.js')
    writeFileSync(path, 'one\ntwo\n')
    utimesSync(path, new Date(), new Date(Date.now() + 10_000))
    const sources = createSources(dir, Date.now())
    const frames = [{ fn: null, path, line: 1, column: 1 }]
    await sources.load(frames)
    expect(sources.resolve(frames)).toEqual({
      frames: [{ fn: null, file: 'changed.js', line: 1, column: 1, owner: 'app' }],
    })
  })

  test('a file that is not there, is huge, or has a broken map costs its code and nothing else', async () => {
    const broken = join(dir, 'broken.js')
    writeFileSync(broken, 'one\n//# sourceMappingURL=data:application/json;base64,!!!')
    const huge = join(dir, 'huge.js')
    writeFileSync(huge, Buffer.alloc(5_000_000, 10))
    const sources = createSources(dir, later())
    const frames = [broken, huge, '/none/at/all.js'].map((path) => ({ fn: null, path, line: 1, column: 1 }))
    await sources.load(frames)
    expect(sources.isLoaded(frames)).toBe(true)
    expect(sources.resolve(frames).frames.map(({ context }) => context?.[0]?.[1])).toEqual([
      'one',
      undefined,
      undefined,
    ])
  })
})
