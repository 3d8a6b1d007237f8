import type { Metadata } from 'next'
import { Suspense } from 'react'
import { MessagesScreen } from '../../src/messages/messages-screen.tsx'

export const metadata: Metadata = { title: 'Messages' }

export default function Page() {
  return (
    <Suspense>
      <MessagesScreen node={null} />
    </Suspense>
  )
}
