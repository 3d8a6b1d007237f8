'use client'
/** Queries that somebody named, with what else belongs to them, kept by this browser: searches, views of a table. */
import { preference } from './preference.ts'

export interface Named {
  name: string
  q: string
}

export interface NamedList<T extends Named> {
  items: T[]
  /** In the place of the one with that name. */
  save: (item: T) => void
  remove: (name: string) => void
}

const MAX_ITEMS = 12

/** `isOne`: what an item must hold beside name and query. */
export function namedList<T extends Named>(
  key: string,
  isOne: (item: T) => boolean = () => true,
): () => NamedList<T> {
  const kept = preference<string>(key, '[]')
  return () => {
    const items = parsed<T>(kept.use()).filter(isOne)
    const put = (next: T[]) => kept.set(JSON.stringify(next.slice(-MAX_ITEMS)))
    return {
      items,
      save: (item) => put([...items.filter(({ name }) => name !== item.name), item]),
      remove: (name) => put(items.filter((item) => item.name !== name)),
    }
  }
}

/** Whatever else stands there was not written by us. */
export function parsed<T extends Named>(text: string): T[] {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return []
    return value.filter((one): one is T => typeof one?.name === 'string' && typeof one?.q === 'string')
  } catch {
    return []
  }
}
