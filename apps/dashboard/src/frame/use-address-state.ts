'use client'
/** A screen's part of the address as state: changed at once, written at most a few times a second. */
import { type ReadonlyURLSearchParams, usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'

/** Browsers refuse an address that changes more often: a held key would run into that. */
const WRITE_MS = 150

/**
 * `read` and `write` are each other's inverse and stay the same for as long as the screen is shown. Keys that come faster
 * than the address is written keep what they did.
 */
export function useAddressState<A extends object>(
  read: (params: ReadonlyURLSearchParams) => A,
  write: (address: A) => string,
): [A, (change: Partial<A>) => void] {
  const pathname = usePathname()
  const params = useSearchParams()
  const [state, setState] = useState(() => read(params))
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
    latest.current = read(params)
    setState(latest.current)
  }, [params, read])

  const flush = useCallback(() => {
    if (!isDue.current) return
    isDue.current = false
    const text = write(latest.current)
    passing.current.add(written.current)
    written.current = text
    window.history.replaceState(null, '', text ? `${pathname}?${text}` : pathname)
  }, [pathname, write])

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

  const change = useCallback(
    (next: Partial<A>) => {
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
