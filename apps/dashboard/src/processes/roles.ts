/** Roles of a grid that is drawn of elements that scroll and float, which those of a table cannot. */
import type { AriaAttributes } from 'react'

type Role = { role: string } & AriaAttributes

export const CELL: Role = { role: 'gridcell' }

export function rowRole(rowIndex: number, isSelected?: boolean): Role {
  return {
    role: 'row',
    'aria-rowindex': rowIndex,
    ...(isSelected === undefined ? {} : { 'aria-selected': isSelected }),
  }
}

export function rowsRole(label: string): Role {
  return { role: 'rowgroup', 'aria-label': label }
}

export function headRole(sorted: 'ascending' | 'descending' | null): Role {
  return { role: 'columnheader', ...(sorted === null ? {} : { 'aria-sort': sorted }) }
}

/** Focus stays on the grid, whose current row is `activeId`. */
export function gridRole(rowCount: number, isMulti: boolean, activeId: string | undefined): Role {
  return {
    role: 'grid',
    'aria-label': 'Processes',
    'aria-rowcount': rowCount,
    'aria-multiselectable': isMulti,
    ...(activeId === undefined ? {} : { 'aria-activedescendant': activeId }),
  }
}
