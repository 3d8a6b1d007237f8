/**
 * Source files and source maps, for stacks a person can read. Files are read asynchronously, in bounds, and remembered;
 * what was changed on disk after the node started is not shown, because it is not what ran. Only a process that ends reads
 * them at once: it has no later slice.
 */
import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping'
import type { StackFrame } from '@orrery/protocol'
import { type FunctionNames, functionNames } from './function-names.ts'
import { ownerOf, type RawFrame } from './stack.ts'

export interface Sources {
  /** Whether everything these frames need was read, or found unreadable, before. */
  isLoaded(frames: readonly RawFrame[]): boolean
  load(frames: readonly RawFrame[]): Promise<void>
  /** The same before it returns. */
  loadNow(frames: readonly RawFrame[]): void
  /** Frames as a report shows them: mapped, owned, shortened, with the code around the topmost one of the application. */
  resolve(frames: readonly RawFrame[]): StackFrame[]
}

interface SourceFile {
  lines: string[] | null
  map: TraceMap | null
  bytes: number
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

  return {
    isLoaded: (frames) => pathsOf(frames).every((path) => files.has(path)),
    load,
    loadNow(frames) {
      for (const path of pathsOf(frames)) loadFileNow(path)
      for (const path of originalsOf(frames)) loadFileNow(path)
    },
    resolve(frames) {
      let hasContext = false
      return frames.map((raw) => {
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
    },
  }
}

/** Only files a stack can point into: not Node's own, not installed packages. */
function pathsOf(frames: readonly RawFrame[]): string[] {
  const paths = frames.map((frame) => frame.path).filter((path) => path !== null)
  return [...new Set(paths)].filter((path) => isAbsolute(path) && ownerOf(path) === 'app').slice(0, 10)
}

/** A file that is wanted, not larger than the bound and not changed after `notAfterMs`; answered with its text or `null`. */
interface Ask {
  path: string
  notAfterMs: number
}

function* readSource(path: string, startedAtMs: number): Generator<Ask, SourceFile, string | null> {
  const text = yield { path, notAfterMs: startedAtMs }
  // Not on this machine, not ours to read, or not what ran: the frame then stands without its code.
  if (text === null) return { lines: null, map: null, bytes: 256 }
  const map = yield* readMap(path, text)
  // A bundle's own lines are of no use to a reader once it is mapped.
  return map
    ? { lines: null, map: map.map, bytes: map.bytes * 4 }
    : { lines: text.split('\n'), map: null, bytes: text.length * 2 }
}

function* readMap(
  path: string,
  text: string,
): Generator<Ask, { map: TraceMap; bytes: number } | null, string | null> {
  const start = text.lastIndexOf('//# sourceMappingURL=')
  if (start < 0) return null
  const link = text.slice(start + '//# sourceMappingURL='.length).trim()
  try {
    const data = /^data:application\/json[^,]*;base64,(.*)$/.exec(link)?.[1]
    const json =
      data === undefined
        ? yield {
            path: resolve(dirname(path), decodeURIComponent(link)),
            notAfterMs: Number.POSITIVE_INFINITY,
          }
        : Buffer.from(data, 'base64').toString('utf8')
    return json === null ? null : { map: new TraceMap(json), bytes: json.length }
  } catch {
    // A map that cannot be read is as good as none.
    return null
  }
}

async function answerLater<T>(reading: Generator<Ask, T, string | null>): Promise<T> {
  let step = reading.next()
  while (!step.done) {
    const ask = step.value
    const text = await stat(ask.path)
      .then((facts) => (isWanted(facts, ask) ? readFile(ask.path, 'utf8') : null))
      .catch(() => null)
    step = reading.next(text)
  }
  return step.value
}

function answerNow<T>(reading: Generator<Ask, T, string | null>): T {
  let step = reading.next()
  while (!step.done) step = reading.next(readNow(step.value))
  return step.value
}

function readNow(ask: Ask): string | null {
  try {
    return isWanted(statSync(ask.path), ask) ? readFileSync(ask.path, 'utf8') : null
  } catch {
    // As in `answerLater`: a file that cannot be had is one more frame without code.
    return null
  }
}

function isWanted(facts: { size: number; mtimeMs: number }, { notAfterMs }: Ask): boolean {
  return facts.size <= MAX_FILE_BYTES && facts.mtimeMs <= notAfterMs
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
