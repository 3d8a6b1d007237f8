'use client'
/** The table's part of the address as state. */
import { useAddressState } from '../frame/use-address-state.ts'
import { readAddress, type TableAddress, writeAddress } from './address.ts'

export type ChangeAddress = (change: Partial<TableAddress>) => void

export function useAddress(): [TableAddress, ChangeAddress] {
  return useAddressState(readAddress, writeAddress)
}
