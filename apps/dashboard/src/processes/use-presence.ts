'use client'
/** Whether pointer or focus is in the table: its order is held for as long. */
import { useCallback, useState } from 'react'

export function usePresence(): {
  isIn: boolean
  tell: (kind: 'pointer' | 'focus', isIn: boolean) => void
} {
  const [state, setState] = useState({ pointer: false, focus: false })
  const tell = useCallback(
    (kind: 'pointer' | 'focus', isIn: boolean) =>
      setState((before) => (before[kind] === isIn ? before : { ...before, [kind]: isIn })),
    [],
  )
  return { isIn: state.pointer || state.focus, tell }
}
