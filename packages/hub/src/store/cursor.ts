/** Cursors: where a page ended, opaque to whoever holds them. Lists run newest first by time, then by id. */
import { StoreError } from './store.ts'

export function encodeCursor(at: Date, id: string): string {
  return Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url')
}

/** Throws `StoreError` `cursor.malformed` for what no list ever gave out. */
export function decodeCursor(cursor: string | null): { at: Date; id: string } | null {
  if (cursor === null) return null
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && typeof parsed[0] === 'number' && typeof parsed[1] === 'string') {
      const at = new Date(parsed[0])
      if (!Number.isNaN(at.getTime())) return { at, id: parsed[1] }
    }
  } catch {
    // Falls through: the reason a cursor does not parse is of no use to anybody.
  }
  throw new StoreError('cursor.malformed', 'This cursor was not given out by any list.')
}
