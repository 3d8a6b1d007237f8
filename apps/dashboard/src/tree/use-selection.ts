'use client'
/** What is selected lives in the address: `?key=` the logical key, `?tab=` the inspector's tab. */
import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'

export interface Selection {
  key: string | null
  tab: string | null
  select: (key: string | null) => void
  setTab: (tab: string) => void
}

interface Selected {
  key: string | null
  tab: string | null
}

/** Browsers refuse an address that changes more often: a held key would run into that. */
const WRITE_MS = 150

export function useSelection(): Selection {
  const pathname = usePathname()
  const params = useSearchParams()
  const [state, setState] = useState<Selected>({ key: params.get('key'), tab: params.get('tab') })
  const written = useRef(params.toString())
  const writer = useAddressWriter(pathname, written)

  // Somebody else changed the address: back, forward, a link, the palette.
  useEffect(() => {
    const now = params.toString()
    if (now === written.current) return
    written.current = now
    setState({ key: params.get('key'), tab: params.get('tab') })
  }, [params])

  const change = useCallback(
    (next: Selected) => {
      setState(next)
      writer(next)
    },
    [writer],
  )
  const select = useCallback(
    (key: string | null) => change({ key, tab: key === null ? null : state.tab }),
    [change, state.tab],
  )
  const setTab = useCallback((tab: string) => change({ key: state.key, tab }), [change, state.key])
  return { ...state, select, setTab }
}

/**
 * Writes at once, and while changes come faster than that the last of them. A write that is still due is made before
 * anything is pressed: after a link was followed it would take the page back.
 */
function useAddressWriter(pathname: string, written: { current: string }): (next: Selected) => void {
  const due = useRef<Selected | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const put = useCallback(
    (next: Selected) => {
      const query = new URLSearchParams(window.location.search)
      for (const name of ['key', 'tab'] as const) {
        const value = next[name]
        if (value === null) query.delete(name)
        else query.set(name, value)
      }
      const text = query.toString()
      written.current = text
      window.history.replaceState(null, '', text ? `${pathname}?${text}` : pathname)
    },
    [pathname, written],
  )
  const flush = useCallback(() => {
    const next = due.current
    due.current = null
    if (next) put(next)
  }, [put])

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
      due.current = null
    }
  }, [flush])

  return useCallback(
    (next: Selected) => {
      if (timer.current) {
        due.current = next
        return
      }
      put(next)
      timer.current = setTimeout(() => {
        timer.current = null
        flush()
      }, WRITE_MS)
    },
    [put, flush],
  )
}
