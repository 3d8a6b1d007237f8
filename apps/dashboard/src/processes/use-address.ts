'use client'
/** The table's part of the address as state: changed at once, written at most a few times a second. */
import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'
import { readAddress, type TableAddress, writeAddress } from './address.ts'

/** Browsers refuse an address that changes more often: a held key would run into that. */
const WRITE_MS = 150

export type ChangeAddress = (change: Partial<TableAddress>) => void

export function useAddress(): [TableAddress, ChangeAddress] {
  const pathname = usePathname()
  const params = useSearchParams()
  const [state, setState] = useState(() => readAddress(params))
  const latest = useRef(state)
  const written = useRef(params.toString())
  /** Written before it and perhaps still on the way back to us: nobody else's change. */
  const passing = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const isDue = useRef(false)

  // Somebody else changed the address: back, forward, a link, the palette.
  useEffect(() => {
    const now = params.toString()
    if (now === written.current) passing.current.clear()
    if (now === written.current || passing.current.has(now)) return
    passing.current.clear()
    written.current = now
    latest.current = readAddress(params)
    setState(latest.current)
  }, [params])

  const flush = useCallback(() => {
    if (!isDue.current) return
    isDue.current = false
    const text = writeAddress(latest.current)
    passing.current.add(written.current)
    written.current = text
    window.history.replaceState(null, '', text ? `${pathname}?${text}` : pathname)
  }, [pathname])

  // A write that is still due is made before anything is pressed: after a link was followed it would take the page back.
  useEffect(() => {
    const onPress = (event: Event) => {
      if (!(event instanceof KeyboardEvent && event.repeat)) flush()
    }
    window.addEventListener('pointerdown', onPress, true)
    window.addEventListener('keydown', onPress, true)
    return () => {
      window.removeEventListener('pointerdown', onPress, true)
      window.removeEventListener('keydown', onPress, true)
      if (timer.current) clearTimeout(timer.current)
      timer.current = null
      isDue.current = false
    }
  }, [flush])

  const change = useCallback<ChangeAddress>(
    (next) => {
      latest.current = { ...latest.current, ...next }
      setState(latest.current)
      isDue.current = true
      if (timer.current) return
      flush()
      timer.current = setTimeout(() => {
        timer.current = null
        flush()
      }, WRITE_MS)
    },
    [flush],
  )
  return [state, change]
}
