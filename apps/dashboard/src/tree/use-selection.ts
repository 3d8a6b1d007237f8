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

/** Browsers refuse an address that changes more often: a held key would run into that. */
const WRITE_MS = 150

export function useSelection(): Selection {
  const pathname = usePathname()
  const params = useSearchParams()
  const [state, setState] = useState({ key: params.get('key'), tab: params.get('tab') })
  const written = useRef(params.toString())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  // Somebody else changed the address: back, forward, a link, the palette.
  useEffect(() => {
    const now = params.toString()
    if (now === written.current) return
    written.current = now
    setState({ key: params.get('key'), tab: params.get('tab') })
  }, [params])

  const write = useCallback(
    (next: { key: string | null; tab: string | null }) => {
      setState(next)
      if (timer.current) clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        const query = new URLSearchParams(window.location.search)
        for (const name of ['key', 'tab'] as const) {
          const value = next[name]
          if (value === null) query.delete(name)
          else query.set(name, value)
        }
        const text = query.toString()
        written.current = text
        window.history.replaceState(null, '', text ? `${pathname}?${text}` : pathname)
      }, WRITE_MS)
    },
    [pathname],
  )
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )
  const select = useCallback(
    (key: string | null) => write({ key, tab: key === null ? null : state.tab }),
    [write, state.tab],
  )
  const setTab = useCallback((tab: string) => write({ key: state.key, tab }), [write, state.key])
  return { ...state, select, setTab }
}
