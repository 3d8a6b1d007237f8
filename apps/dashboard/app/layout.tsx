import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Frame } from '../src/frame/frame.tsx'
import { THEME_SCRIPT } from '../src/frame/theme-script.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Orrery', template: '%s · Orrery' },
  description: 'Live supervision trees, message rates and crash reports of actor nodes',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme="dark" suppressHydrationWarning>
      <head>
        {/* Before the first paint, so that a light page never flashes dark. */}
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours */}
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <Frame>{children}</Frame>
      </body>
    </html>
  )
}
