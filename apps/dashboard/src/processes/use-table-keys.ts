'use client'
/** The keys of the table. Those of an open process belong to the inspector, those of the selection to its bar. */
import type { KeyboardEvent, RefObject } from 'react'
import { announce } from '../frame/announcer.tsx'
import { useKeys } from '../frame/keys.ts'
import { copyText } from '../ui/copy-button.tsx'
import { GROUPS, type TableAddress } from './address.ts'
import type { Rows } from './use-rows.ts'

export interface TableKeysInput {
  rows: Rows
  address: TableAddress
  shown: number
  lines: number
  field: RefObject<HTMLInputElement | null>
  change: (change: Partial<TableAddress>) => void
  open: (id: string | null) => void
  openInTree: () => unknown
  pin: (id: string | null) => void
  sortNow: () => void
  save: () => void
}

export function useTableKeys(input: TableKeysInput): (event: KeyboardEvent) => void {
  const { rows, address, change } = input
  const { cursor } = rows
  const copyPid = async () => {
    if (rows.line?.line !== 'process') return
    const { pid } = rows.line
    announce((await copyText(pid)) ? `Copied ${pid}` : 'The pid was not copied')
  }
  useKeys('Processes', [
    { keys: 'j', label: 'Next row', run: () => rows.step(1) },
    { keys: 'k', label: 'Previous row', run: () => rows.step(-1) },
    {
      keys: 'Enter',
      label: 'Inspect, or unfold a group',
      run: () => input.open(cursor ?? rows.first),
    },
    { keys: 'o', label: 'Open in the tree', run: input.openInTree },
    { keys: 'x', label: 'Select', run: () => rows.select() },
    { keys: 'X', label: 'Select up to here', run: () => rows.range() },
    { keys: 'P', label: 'Pin, or not', run: () => input.pin(cursor) },
    {
      keys: 'b',
      label: 'Group by the next',
      run: () => {
        const next = GROUPS[(GROUPS.indexOf(address.group) + 1) % GROUPS.length]
        change({ group: next ?? 'none' })
      },
    },
    { keys: 'r', label: 'Sort now', run: input.sortNow },
    { keys: 's', label: 'Save view', run: input.save },
    { keys: 'y', label: 'Copy the pid', run: () => void copyPid() },
    { keys: '/', label: 'Search in this table', run: () => input.field.current?.focus() },
    {
      keys: 'Escape',
      label: 'Clear, close, leave the row',
      run: () => {
        if (address.selected === 'all' || address.selected.size > 0) rows.clear()
        else if (address.tab !== null) change({ tab: null })
        else if (cursor !== null) change({ row: null })
        else return false
      },
    },
  ])

  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return
    const steps: Record<string, () => void> = {
      ArrowDown: () => rows.step(1),
      ArrowUp: () => rows.step(-1),
      PageDown: () => rows.step(input.shown),
      PageUp: () => rows.step(-input.shown),
      Home: () => rows.goTo(0),
      End: () => rows.goTo(input.lines - 1),
    }
    const run = steps[event.key]
    if (run === undefined) return
    run()
    if (event.shiftKey) rows.range()
    event.preventDefault()
  }
}
