/**
 * Source files and source maps, for stacks a person can read. Files are read asynchronously, in bounds, and remembered;
 * what was changed on disk after the node started is not shown, because it is not what ran. Only a process that ends reads
 * them at once: it has no later slice.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping'
import type { Bundle, StackFrame } from '@orrery/protocol'
import { type FunctionNames, functionNames, ownerOf } from '@orrery/protocol/source'
import type { RawFrame } from './stack.ts'

export interface Sources {
  /** Whether everything these frames need was read, or found unreadable, before. */
  isLoaded(frames: readonly RawFrame[]): boolean
  load(frames: readonly RawFrame[]): Promise<void>
  /** The same before it returns. */
  loadNow(frames: readonly RawFrame[]): void
  /**
   * Frames as a report shows them: mapped, owned, shortened, with the code around the topmost one of the application; and the
   * files among them that nobody wrote as they are, with what a map of them can be found by.
   */
  resolve(frames: readonly RawFrame[]): { frames: StackFrame[]; bundles?: Bundle[] }
}

interface SourceFile {
  lines: string[] | null
  map: TraceMap | null
  bytes: number
  /** `null` for a file that was written as it is. */
  bundle: Omit<Bundle, 'file'> | null
}

/** A file this size is split, and a map of it parsed, in about ten milliseconds, once. */
const MAX_FILE_BYTES = 4_194_304
const MAX_CACHE_BYTES = 25_165_824
const CONTEXT_LINES = 3
/** A text this long is read in about five milliseconds, once; the functions of a longer one are named as V8 names them. */
const MAX_NAMED = 65_536
/** Sources whose functions are remembered. */
const MAX_NAMED_SOURCES = 64
const MAX_LINE = 200
/** Nobody writes longer lines. */
const MINIFIED_LINE = 1_000

/** @param root file names are shown below it. @param startedAtMs wall time of the node's start. */
export function createSources(root: string, startedAtMs: number): Sources {
  const files = new Map<string, SourceFile>()
  const loading = new Map<string, Promise<void>>()
  const named = new Map<string, FunctionNames>()
  let bytes = 0

  const keep = (path: string, file: SourceFile): void => {
    files.set(path, file)
    bytes += file.bytes
    for (const [oldest, old] of files) {
      if (bytes <= MAX_CACHE_BYTES || oldest === path) break
      files.delete(oldest)
      bytes -= old.bytes
    }
  }

  const loadFile = (path: string): Promise<void> => {
    if (files.has(path)) return Promise.resolve()
    const running = loading.get(path)
    if (running) return running
    const work = answerLater(readSource(path, startedAtMs))
      .then((file) => keep(path, file))
      .finally(() => loading.delete(path))
    loading.set(path, work)
    return work
  }

  const load = async (frames: readonly RawFrame[]): Promise<void> => {
    await Promise.all(pathsOf(frames).map(loadFile))
    await Promise.all(originalsOf(frames).map(loadFile))
  }

  const loadFileNow = (path: string): void => {
    if (!files.has(path)) keep(path, answerNow(readSource(path, startedAtMs)))
  }

  /** Files that maps point to and do not hold, as far as one of them is shown. */
  const originalsOf = (frames: readonly RawFrame[]): string[] =>
    frames
      .map((frame) => mapFrame(frame))
      .filter((mapped) => mapped.content === null && ownerOf(mapped.path) === 'app')
      .slice(0, 1)
      .map(({ path }) => path)
      .filter((path) => path !== null)
      .filter((path) => isAbsolute(path))

  const namesOf = (path: string, content: string | null): FunctionNames | null => {
    const known = named.get(path)
    if (known !== undefined) return known
    const text = content ?? files.get(path)?.lines?.join('\n') ?? null
    if (text === null || text.length > MAX_NAMED) return null
    const names = functionNames(text)
    named.set(path, names)
    const [oldest] = named.keys()
    if (named.size > MAX_NAMED_SOURCES && oldest !== undefined) named.delete(oldest)
    return names
  }

  const mapFrame = (frame: RawFrame): RawFrame & { content: string | null } => {
    const map = frame.path === null ? null : (files.get(frame.path)?.map ?? null)
    if (!map || frame.path === null || frame.line === null) return { ...frame, content: null }
    const found = positionIn(map, { line: frame.line, column: Math.max(0, (frame.column ?? 1) - 1) })
    if (found === null) return { ...frame, content: null }
    return {
      fn: frame.fn ?? found.name,
      path: found.source.startsWith('file://')
        ? fileURLToPath(found.source)
        : resolve(dirname(frame.path), found.source),
      line: found.line,
      column: found.column + 1,
      content: sourceContentFor(map, found.source),
    }
  }

  const bundlesOf = (frames: readonly RawFrame[]): Bundle[] =>
    pathsOf(frames).flatMap((path) => {
      const bundle = files.get(path)?.bundle
      if (!bundle) return []
      const { map, ...facts } = bundle
      const read = map?.from === 'node' && map.file !== null ? { ...map, file: shorten(root, map.file) } : map
      return [{ file: shorten(root, path), ...facts, map: read }]
    })

  return {
    isLoaded: (frames) => pathsOf(frames).every((path) => files.has(path)),
    load,
    loadNow(frames) {
      for (const path of pathsOf(frames)) loadFileNow(path)
      for (const path of originalsOf(frames)) loadFileNow(path)
    },
    resolve(frames) {
      let hasContext = false
      const bundles = bundlesOf(frames)
      const resolved = frames.map((raw) => {
        const { fn, path, line, column, content } = mapFrame(raw)
        const owner = ownerOf(path)
        const isWritten = owner === 'app' && path !== null && line !== null
        const names = isWritten ? namesOf(path, content) : null
        const written = names?.at(line ?? 1, column ?? 1) ?? null
        const frame: StackFrame = {
          // Where no map was read the file is what V8 ran: a name of its own that the source does not bear out was given on purpose.
          fn: path === raw.path ? ranAs(path, agreed(fn, written)) : names === null ? fn : written,
          file: path === null ? null : shorten(root, path),
          line,
          column,
          owner,
        }
        if (owner !== 'app' || hasContext || line === null || path === null) return frame
        hasContext = true
        const context = around(content?.split('\n') ?? files.get(path)?.lines ?? null, line)
        return context ? { ...frame, context } : frame
      })
      return bundles.length === 0 ? { frames: resolved } : { frames: resolved, bundles }
    },
  }
}

/** Only files a stack can point into: not Node's own, not installed packages. */
function pathsOf(frames: readonly RawFrame[]): string[] {
  const paths = frames.map((frame) => frame.path).filter((path) => path !== null)
  return [...new Set(paths)].filter((path) => isAbsolute(path) && ownerOf(path) === 'app').slice(0, 10)
}

/** A file that is wanted, not larger than the bound and not changed after `notAfterMs`. */
interface Ask {
  path: string
  notAfterMs: number
}

type Answer = { text: string } | { text: null; isTooLarge: boolean }

function* readSource(path: string, startedAtMs: number): Generator<Ask, SourceFile, Answer> {
  const answer = yield { path, notAfterMs: startedAtMs }
  // Not on this machine, not ours to read, or not what ran: the frame then stands without its code.
  if (answer.text === null) {
    return { lines: null, map: null, bytes: 256, bundle: answer.isTooLarge ? TOO_LARGE : null }
  }
  const { text } = answer
  const map = yield* readMap(path, text)
  const bundle = bundleOf(text, map)
  // A bundle's own lines are of no use to a reader once it is mapped.
  return map.map
    ? { lines: null, map: map.map, bytes: map.bytes * 4, bundle }
    : { lines: text.split('\n'), map: null, bytes: text.length * 2, bundle }
}

type MapRead =
  | { map: TraceMap; bytes: number; file: string | null }
  /** `why` is null for a file that names no map. */
  | { map: null; why: string | null }

function* readMap(path: string, text: string): Generator<Ask, MapRead, Answer> {
  const link = linkIn(text)
  if (link === null) return { map: null, why: null }
  const unreadable = {
    map: null,
    why: `the node could not read ${isData(link) ? 'the map in it' : cut(link)}`,
  }
  try {
    const data = /^data:application\/json[^,]*;base64,(.*)$/.exec(link)?.[1]
    const file = data === undefined ? resolve(dirname(path), decodeURIComponent(link)) : null
    const json =
      file === null
        ? Buffer.from(data ?? '', 'base64').toString('utf8')
        : (yield { path: file, notAfterMs: Number.POSITIVE_INFINITY }).text
    return json === null ? unreadable : { map: new TraceMap(json), bytes: json.length, file }
  } catch {
    // A map that cannot be read is as good as none.
    return unreadable
  }
}

/** The last comment of a line of its own that links a map; a program may have the same in its texts, as this one has. */
function linkIn(text: string): string | null {
  const mark = '//# sourceMappingURL='
  for (let at = text.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(mark, at - 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue
    const end = text.indexOf('\n', at)
    const link = text.slice(at + mark.length, end < 0 ? undefined : end).trim()
    if (link !== '' && !/[\s'"`]/.test(link)) return link
  }
  return null
}

const isData = (link: string): boolean => link.startsWith('data:')
const cut = (link: string): string => (link.length <= 255 ? link : `${link.slice(0, 254)}…`)

const TOO_LARGE: SourceFile['bundle'] = {
  sha256: null,
  debugId: null,
  map: null,
  why: 'the file is larger than the 4 MiB a node reads',
}

/** What a map of this text is found by, or that it was written as it is. */
function bundleOf(text: string, map: MapRead): SourceFile['bundle'] {
  const debugId =
    /^\/\/# debugId=([0-9a-fA-F-]{32,36})\s*$/m.exec(text.slice(-4_096))?.[1]?.toLowerCase() ?? null
  if (map.map === null && map.why === null && debugId === null && !isMinified(text)) return null
  return {
    sha256: createHash('sha256').update(text).digest('hex'),
    debugId,
    map: map.map === null ? null : { from: 'node', file: map.file },
    ...(map.map === null ? { why: map.why ?? 'it names none' } : {}),
  }
}

function isMinified(text: string): boolean {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    if ((end < 0 ? text.length : end) - start > MINIFIED_LINE) return true
    if (end < 0) return false
    start = end + 1
  }
  return false
}

async function answerLater<T>(reading: Generator<Ask, T, Answer>): Promise<T> {
  let step = reading.next()
  while (!step.done) {
    const ask = step.value
    const answer = await stat(ask.path)
      .then(async (facts) => refusal(facts, ask) ?? { text: await readFile(ask.path, 'utf8') })
      .catch(() => NOT_THERE)
    step = reading.next(answer)
  }
  return step.value
}

function answerNow<T>(reading: Generator<Ask, T, Answer>): T {
  let step = reading.next()
  while (!step.done) step = reading.next(readNow(step.value))
  return step.value
}

function readNow(ask: Ask): Answer {
  try {
    return refusal(statSync(ask.path), ask) ?? { text: readFileSync(ask.path, 'utf8') }
  } catch {
    // As in `answerLater`: a file that cannot be had is one more frame without code.
    return NOT_THERE
  }
}

const NOT_THERE: Answer = { text: null, isTooLarge: false }

function refusal(facts: { size: number; mtimeMs: number }, { notAfterMs }: Ask): Answer | null {
  if (facts.mtimeMs > notAfterMs) return NOT_THERE
  return facts.size > MAX_FILE_BYTES ? { text: null, isTooLarge: true } : null
}

function around(lines: string[] | null, line: number): [number, string][] | null {
  if (!lines || line < 1 || line > lines.length) return null
  const first = Math.max(1, line - CONTEXT_LINES)
  return lines
    .slice(first - 1, line + CONTEXT_LINES)
    .map((text, index) => [first + index, text.replace(/\r$/, '').slice(0, MAX_LINE)])
}

/** A damaged map must not cost the report. */
function positionIn(map: TraceMap, at: { line: number; column: number }) {
  try {
    const found = originalPositionFor(map, at)
    return found.source === null ? null : { ...found, source: found.source }
  } catch {
    return null
  }
}

/** What V8 and the source say of one function: the source knows which class a method was written in. */
function agreed(ran: string | null, written: string | null): string | null {
  if (ran === null || written === null) return ran ?? written
  return lastName(ran) === lastName(written) ? written : ran
}

/** A compiler that needs a name for a default export makes one of the file's. */
function ranAs(path: string | null, fn: string | null): string | null {
  if (path === null || fn === null || !fn.endsWith('_default')) return fn
  const stem = basename(path).split('.')[0] ?? ''
  return fn === `${stem.replace(/\W+/g, '_')}_default` ? 'default' : fn
}

function lastName(fn: string): string {
  return fn.slice(Math.max(fn.lastIndexOf('.'), fn.lastIndexOf(' ')) + 1)
}

function shorten(root: string, path: string): string {
  if (!isAbsolute(path)) return path
  const below = relative(root, path)
  return below.startsWith('..') ? path : below
}
