/**
 * A stack as its sources, by maps that somebody gave. The same words as where the node itself reads the map: functions by
 * the names their author gave, the code around the topmost frame of the application. The raw text stays what it was. Pure.
 */
import { posix } from 'node:path'
import { originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping'
import type { Bundle, StackAtExit, StackFrame } from '@orrery/protocol'
import { type FunctionNames, functionNames, ownerOf } from '@orrery/protocol/source'

export interface GivenMap {
  id: string
  by: string
  /** ISO 8601. */
  at: string
  map: TraceMap
  /** Of sources that were read before. */
  names: Map<string, FunctionNames | null>
}

const CONTEXT_LINES = 3
const MAX_LINE = 200
/** As in the agent: the functions of a longer text are named by the map alone. */
const MAX_NAMED = 65_536

/** Files of a stack that may have a map here: the application's, not mapped yet. */
export function unmapped(stack: StackAtExit): { file: string; bundle: Bundle | null }[] {
  const files = new Set<string>()
  for (const { file, line, owner } of stack.frames) {
    if (owner === 'app' && file !== null && line !== null) files.add(file)
  }
  return [...files].slice(0, 16).flatMap((file) => {
    const bundle = stack.bundles?.find((one) => one.file === file) ?? null
    return bundle === null || bundle.map === null ? [{ file, bundle }] : []
  })
}

/** The stack with every frame mapped that lies in one of `maps`, by file. */
export function mapStack(stack: StackAtExit, maps: ReadonlyMap<string, GivenMap>): StackAtExit {
  let hasContext = false
  const mapped = new Set<string>()
  const frames = stack.frames.map((frame) => {
    const given = frame.file === null || frame.owner !== 'app' ? undefined : maps.get(frame.file)
    const found = given && mapFrame(frame, given)
    const { context, ...read } = found ?? frame
    if (found && frame.file !== null) mapped.add(frame.file)
    if (read.owner !== 'app' || hasContext || context === undefined) return read
    hasContext = true
    return { ...read, context }
  })
  if (mapped.size === 0) return stack
  const bundles = [...mapped].map((file): Bundle => {
    const { id, by, at } = maps.get(file) as GivenMap
    const { why: _, ...told } = stack.bundles?.find((one) => one.file === file) ?? UNTOLD
    return { ...told, file, map: { from: 'hub', id, by, at } }
  })
  const others = (stack.bundles ?? []).filter(({ file }) => !mapped.has(file))
  return { ...stack, frames, bundles: [...bundles, ...others] }
}

const UNTOLD: Omit<Bundle, 'file'> = { sha256: null, debugId: null, map: null }

function mapFrame(frame: StackFrame, given: GivenMap): StackFrame | null {
  const { map } = given
  const at = { line: frame.line ?? 1, column: Math.max(0, (frame.column ?? 1) - 1) }
  const found = at.line < 1 ? null : originalPositionFor(map, at)
  if (!found || found.source === null) return null
  const { source, line } = found
  const column = found.column + 1
  const file = pathOf(frame.file ?? '', source)
  const owner = ownerOf(file)
  const content = sourceContentFor(map, source)
  const names = owner === 'app' ? namesOf(given, source, content) : null
  const fn = names === null ? (frame.fn ?? found.name) : names.at(line, column)
  const context = owner === 'app' ? around(content, line) : null
  return { fn, file, line, column, owner, ...(context ? { context } : {}) }
}

/** Where a source is, as seen from where the bundle is. */
function pathOf(bundle: string, source: string): string {
  if (source.startsWith('file://')) return new URL(source).pathname
  // `webpack://application/./src/x.ts`
  const named = /^[a-z-]+:\/\/[^/]*\/(.*)$/i.exec(source)?.[1]
  const path = named === undefined ? posix.join(posix.dirname(bundle), source) : posix.normalize(named)
  return path.slice(0, 4_096)
}

function namesOf(given: GivenMap, source: string, content: string | null): FunctionNames | null {
  const known = given.names.get(source)
  if (known !== undefined) return known
  const names = content === null || content.length > MAX_NAMED ? null : functionNames(content)
  given.names.set(source, names)
  return names
}

function around(content: string | null, line: number): [number, string][] | null {
  const lines = content?.split('\n')
  if (!lines || line > lines.length) return null
  const first = Math.max(1, line - CONTEXT_LINES)
  return lines
    .slice(first - 1, line + CONTEXT_LINES)
    .map((text, index) => [first + index, text.replace(/\r$/, '').slice(0, MAX_LINE)])
}
