'use client'
/** Dark unless chosen otherwise; both themes come from the same tokens. */
import { preference } from './preference.ts'

export type Theme = 'dark' | 'light'

export const theme = preference<Theme>('theme', 'dark', (value) => {
  document.documentElement.dataset.theme = value
})

export function toggleTheme(): void {
  theme.set(theme.get() === 'dark' ? 'light' : 'dark')
}

/** `reduced` stops loops and easing for people whose system does not say so. */
export const motion = preference<'system' | 'reduced'>('motion', 'system', (value) => {
  if (value === 'reduced') document.documentElement.dataset.motion = 'reduced'
  else delete document.documentElement.dataset.motion
})
