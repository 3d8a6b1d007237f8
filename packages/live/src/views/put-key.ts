/** Sets an own property whatever its name: plain assignment of `__proto__` would change the prototype instead. */
export function putKey<T>(record: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    record[key] = value
  }
}
