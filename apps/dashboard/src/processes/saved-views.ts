'use client'
/** Views of the table that somebody named, kept by this browser. */
import { type Named, namedList } from '../frame/named-list.ts'
import { preference } from '../frame/preference.ts'
import type { TableAddress } from './address.ts'

export interface SavedView extends Named, Pick<TableAddress, 'q' | 'sort' | 'order' | 'group'> {}

export const useSavedViews = namedList<SavedView>('processes.views', ({ sort, order, group }) =>
  [sort, order, group].every((word) => typeof word === 'string'),
)

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
  const pins = ids(pinned.use())
  const toggle = (id: string) => {
    const next = pins.includes(id) ? pins.filter((other) => other !== id) : [...pins, id].slice(-MAX_PINS)
    pinned.set(JSON.stringify(next))
  }
  return { pins, toggle }
}

/** Whatever else stands there was not written by us. */
function ids(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
