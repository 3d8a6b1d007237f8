/**
 * Messages are values. In development they are frozen deeply, so that sharing one by mistake is an error where it
 * happens. Byte arrays cannot be frozen: they are copied, and so is what leads to them.
 */
import { Pid } from './pid.ts'

const DEEPEST = 64

/** The message itself, frozen; or a copy where it holds byte arrays. Class instances are left alone. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  return freeze(value, 0) as T
}

/** A revoked or trapping Proxy throws at any look into it: it stays as it is, and harms neither its sender nor the node. */
function freeze(value: object, depth: number): object {
  try {
    return freezeReadable(value, depth)
  } catch {
    return value
  }
}

function freezeReadable(value: object, depth: number): object {
  if (ArrayBuffer.isView(value)) return copyOf(value)
  if (value instanceof Pid || depth > DEEPEST || Object.isFrozen(value)) return value
  if (Array.isArray(value)) return freezeParts(value, Object.keys(value), depth, () => [...value])
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return freezeParts(value, Object.keys(value), depth, () => Object.assign(Object.create(prototype), value))
}

function freezeParts(value: object, keys: string[], depth: number, copy: () => object): object {
  // Frozen first, so that a cycle ends; a part that had to be copied makes the whole a copy.
  Object.freeze(value)
  let result = value as Record<string, unknown>
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    const part: unknown = property?.value
    if (typeof part !== 'object' || part === null) continue
    const kept = freeze(part, depth + 1)
    if (kept === part) continue
    if (result === value) result = copy() as Record<string, unknown>
    result[key] = kept
  }
  return result === value ? value : Object.freeze(result)
}

function copyOf(view: ArrayBufferView): ArrayBufferView {
  if (typeof Buffer !== 'undefined' && Buffer.isBuffer(view)) return Buffer.from(view)
  if (view instanceof DataView)
    return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
  return (view as Uint8Array).slice()
}
