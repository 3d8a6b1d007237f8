'use client'
/** Buttons say what they do; the ones with reach must be held. */
import { type ButtonHTMLAttributes, type ReactNode, useRef, useState } from 'react'

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'fault' | 'quiet'

const KIND: Record<ButtonKind, string> = {
  plain: '',
  primary: 'pri',
  danger: 'dan',
  fault: 'flt',
  quiet: 'q',
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind
  isSmall?: boolean
  children: ReactNode
}

export function Button({ kind = 'plain', isSmall = false, className = '', ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`btn ${KIND[kind]} ${isSmall ? 'sm' : ''} ${className}`} />
  )
}

const HOLD_MS = 600

/** A button that acts after being held for 600 ms, by pointer or by Space or Enter. */
export function HoldButton({
  onHeld,
  children,
  ...rest
}: Omit<ButtonProps, 'onClick'> & { onHeld: () => void }) {
  const [isHolding, setIsHolding] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const start = () => {
    if (timer.current || rest.disabled) return
    setIsHolding(true)
    timer.current = setTimeout(() => {
      stop()
      onHeld()
    }, HOLD_MS)
  }
  const stop = () => {
    if (timer.current) clearTimeout(timer.current)
    timer.current = null
    setIsHolding(false)
  }
  return (
    <Button
      {...rest}
      className={`hold ${isHolding ? 'holding' : ''} ${rest.className ?? ''}`}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerLeave={stop}
      onBlur={stop}
      onKeyDown={(event) => {
        if ((event.key === ' ' || event.key === 'Enter') && !event.repeat) start()
      }}
      onKeyUp={stop}
    >
      {children}
    </Button>
  )
}
