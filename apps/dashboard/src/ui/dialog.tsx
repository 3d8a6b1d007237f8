'use client'
/** A dialog on the browser's own: focus stays inside, Esc closes, the rest is inert. */
import { type ReactNode, useEffect, useRef } from 'react'

export function Dialog({
  label,
  onClose,
  children,
  className = '',
}: {
  label: string
  onClose: () => void
  children: ReactNode
  className?: string
}) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) dialog.showModal()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the dialog's own key
    <dialog
      ref={ref}
      aria-label={label}
      className={`dlg ${className}`}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close()
      }}
    >
      {children}
    </dialog>
  )
}
