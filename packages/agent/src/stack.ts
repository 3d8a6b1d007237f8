/** V8's stack text, read: frames. Pure; what needs files is in `sources.ts`. */
import { types } from 'node:util'

/** A frame as V8 printed it: a path on this machine, not yet mapped or shortened. */
export interface RawFrame {
  fn: string | null
  /** Absolute path, `node:` name, or `null` for code without a file. */
  path: string | null
  line: number | null
  column: number | null
}

export const MAX_FRAMES = 50
const MAX_STACK_TEXT = 32_768

const ownStack = Object.getOwnPropertyDescriptor(new Error('probe'), 'stack')
/** Newer V8 keeps `stack` as an accessor of its own; any other accessor is the application's and is not called. */
const nativeGetter = ownStack?.get

/** The stack text of an error, or why there is none. Never calls a getter of the application's. */
export function stackText(error: unknown): { ok: true; text: string } | { ok: false; why: string } {
  if (typeof error !== 'object' || error === null) return { ok: false, why: 'what was thrown was no error' }
  try {
    if (types.isProxy(error)) return { ok: false, why: 'what was thrown was a proxy' }
    const own = Object.getOwnPropertyDescriptor(error, 'stack')
    if (!own) return { ok: false, why: 'what was thrown has no stack' }
    const value: unknown = own.get && own.get === nativeGetter ? Reflect.apply(own.get, error, []) : own.value
    if (typeof value !== 'string') return { ok: false, why: 'its stack is not text' }
    return { ok: true, text: value.toWellFormed().slice(0, MAX_STACK_TEXT) }
  } catch {
    return { ok: false, why: 'its stack could not be read' }
  }
}

/**
 * The frames of a stack text. The message comes first in it and may itself look like frames, so it is skipped where it
 * is known.
 */
export function parseStack(text: string, message?: string): RawFrame[] {
  const head = message ? text.indexOf(message) : -1
  const lines = text.slice(head >= 0 && head < 512 && message ? head + message.length : 0).split('\n')
  const frames: RawFrame[] = []
  for (const line of lines) {
    const frame = parseFrame(line)
    if (frame) frames.push(frame)
    if (frames.length === MAX_FRAMES) break
  }
  return frames
}

function parseFrame(line: string): RawFrame | null {
  const at = /^\s+at (.{1,2000})$/.exec(line)?.[1]
  if (at === undefined) return null
  const called = /^(?:async )?(.*?) ?\(([^()]*(?:\([^()]*\))?[^()]*)\)$/.exec(at)
  const place = called ? (called[2] ?? '') : at.replace(/^async /, '')
  const fn = called ? cleanFunction(called[1] ?? '') : null
  const spot = /^(.*?):(\d+)(?::(\d+))?$/.exec(place)
  if (!spot) return called ? { fn, path: null, line: null, column: null } : null
  return {
    fn,
    path: pathOf(spot[1] ?? ''),
    line: Number(spot[2]),
    column: spot[3] === undefined ? null : Number(spot[3]),
  }
}

function cleanFunction(name: string): string | null {
  const plain = name.replace(/ \[as [^\]]*\]$/, '')
  return plain === '' || plain === '<anonymous>' || plain === 'Object.<anonymous>' ? null : plain
}

function pathOf(text: string): string | null {
  if (text.startsWith('file://')) {
    try {
      return decodeURIComponent(new URL(text).pathname)
    } catch {
      return text
    }
  }
  return text === '' || text === '<anonymous>' || text === 'native' ? null : text
}
