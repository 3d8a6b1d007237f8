'use client'
/** Crash searches that somebody named, kept by this browser like views of the process table. */
import { preference } from '../frame/preference.ts'

export interface SavedSearch {
  name: string
  q: string
}

const MAX_SEARCHES = 12
const kept = preference<string>('crashes.searches', '[]')

export function useSearches(): {
  searches: SavedSearch[]
  save: (search: SavedSearch) => void
  remove: (name: string) => void
} {
  const searches = parsed(kept.use())
  const put = (next: SavedSearch[]) => kept.set(JSON.stringify(next.slice(-MAX_SEARCHES)))
  return {
    searches,
    save: (search) => put([...searches.filter(({ name }) => name !== search.name), search]),
    remove: (name) => put(searches.filter((search) => search.name !== name)),
  }
}

/** Whatever else stands there was not written by us. */
export function parsed(text: string): SavedSearch[] {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return []
    return value.filter(
      (one): one is SavedSearch => typeof one?.name === 'string' && typeof one?.q === 'string',
    )
  } catch {
    return []
  }
}
