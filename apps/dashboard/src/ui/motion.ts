'use client'
/** Whether motion is not wanted, by the system or by the person. Asked once a frame, so the query is kept. */

let query: MediaQueryList | null = null

export function isMotionReduced(): boolean {
  query ??= window.matchMedia('(prefers-reduced-motion: reduce)')
  return query.matches || document.documentElement.dataset.motion === 'reduced'
}
