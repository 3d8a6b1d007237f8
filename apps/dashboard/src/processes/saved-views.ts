'use client'
/** Views of the table that somebody named, kept by this browser. */
import { preference } from '../frame/preference.ts'
import type { TableAddress } from './address.ts'

export interface SavedView extends Pick<TableAddress, 'q' | 'sort' | 'order' | 'group'> {
  name: string
}

const MAX_VIEWS = 12
const kept = preference<string>('processes.views', '[]')

export function useSavedViews(): {
  views: SavedView[]
  save: (view: SavedView) => void
  remove: (name: string) => void
} {
  const views = parsed(kept.use())
  const put = (next: SavedView[]) => kept.set(JSON.stringify(next.slice(-MAX_VIEWS)))
  return {
    views,
    save: (view) => put([...views.filter(({ name }) => name !== view.name), view]),
    remove: (name) => put(views.filter((view) => view.name !== name)),
  }
}

export function isView(view: SavedView, address: TableAddress): boolean {
  return (
    view.q === address.q &&
    view.sort === address.sort &&
    view.order === address.order &&
    view.group === address.group
  )
}

const pinned = preference<string>('processes.pins', '[]')
const MAX_PINS = 20

/** Ids of pinned rows, newest last. */
export function usePins(): { pins: string[]; toggle: (id: string) => void } {
  const pins = parsed<string>(pinned.use())
  const toggle = (id: string) => {
    const next = pins.includes(id) ? pins.filter((other) => other !== id) : [...pins, id].slice(-MAX_PINS)
    pinned.set(JSON.stringify(next))
  }
  return { pins, toggle }
}

/** Whatever else stands there was not written by us. */
function parsed<T = SavedView>(text: string): T[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? (value as T[]) : []
  } catch {
    return []
  }
}
