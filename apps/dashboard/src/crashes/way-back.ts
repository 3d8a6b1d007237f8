/** Where the crash list stood when it was last looked at: the way back from a report keeps the search and the group. */
import { type ListAddress, writeListAddress } from './list-address.ts'

let last = ''

export function rememberList(address: ListAddress): void {
  last = writeListAddress(address)
}

export function listPath(): string {
  return last === '' ? '/crashes' : `/crashes?${last}`
}
