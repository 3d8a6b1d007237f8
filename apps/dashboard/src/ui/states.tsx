'use client'
/** The states a view has besides being live: empty, loading, stale, disconnected, in error. */
import { type ReactNode, useEffect, useState } from 'react'
import { age } from '../live/format.ts'
import type { ViewStatus } from '../live/use-view.ts'

/** Says what would fill the place, and the way there. */
export function EmptyState({
  title,
  children,
  query,
}: {
  title: string
  children?: ReactNode
  query?: string
}) {
  return (
    <div className="empty">
      {query ? <span className="m empty-query">{query}</span> : null}
      <b>{title}</b>
      {children ? <div>{children}</div> : null}
    </div>
  )
}

/** A part that failed: what, why, and what can be done. */
export function ErrorState({
  title,
  children,
  onRetry,
}: {
  title: string
  children?: ReactNode
  onRetry?: () => void
}) {
  return (
    <div className="empty" role="alert">
      <b>{title}</b>
      {children ? <div>{children}</div> : null}
      {onRetry ? (
        <button type="button" className="btn sm" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  )
}

/** An outline at final size. Nothing shimmers. */
export function Outline({
  width,
  height = 9,
  isRound = false,
}: {
  width: number | string
  height?: number
  isRound?: boolean
}) {
  return (
    <span className="outline-box" style={{ width, height, ...(isRound ? { borderRadius: '50%' } : {}) }} />
  )
}

/** Shows its children after 200 ms: what is quicker than that needs no outline. */
export function AfterAWhile({ children, label = 'Loading' }: { children: ReactNode; label?: string }) {
  const [isDue, setIsDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div aria-busy aria-label={label} role="status" className="contents">
      {isDue ? children : null}
    </div>
  )
}

/** Rows as outlines, for lists and tables. */
export function OutlineRows({ count, height = 26 }: { count: number; height?: number }) {
  const widths = [78, 52, 60, 88, 70, 64]
  return (
    <AfterAWhile>
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: outlines have no identity
        <div key={i} className="outline-row" style={{ height }}>
          <Outline width={11} height={11} isRound />
          <Outline width={widths[i % widths.length] ?? 60} />
          <span className="sp" />
          <Outline width={34} />
          <Outline width={38} />
        </div>
      ))}
    </AfterAWhile>
  )
}

/** `Live`, `4 s old`, `gone 12 s`: the lamp of a part. */
export function SmallLamp({ status, ageMs }: { status: ViewStatus; ageMs: number }) {
  const isLive = status === 'live'
  return (
    <span className={`lamp2 ${isLive ? 'on' : ''}`}>
      {status === 'disconnected' ? (
        <svg width="9" height="9" viewBox="0 0 12 12" aria-hidden>
          <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="1.8" />
        </svg>
      ) : (
        <i />
      )}
      {isLive
        ? 'Live'
        : status === 'stale'
          ? `${age(ageMs)} old`
          : status === 'disconnected'
            ? `gone ${age(ageMs)}`
            : status}
    </span>
  )
}
