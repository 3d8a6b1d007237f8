/** Roles of a grid that is drawn of elements that scroll and float, which those of a table cannot. */
export const CELL = { role: 'gridcell' } as const
export const HEAD = { role: 'columnheader' } as const
export const ROW = { role: 'row' } as const
export const ROWS = { role: 'rowgroup' } as const
