import type { Metadata } from 'next'
import { Suspense } from 'react'
import { MessagesScreen } from '../../../../src/messages/messages-screen.tsx'

type Props = { params: Promise<{ node: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Messages of ${decodeURIComponent((await params).node)}` }
}

export default async function Page({ params }: Props) {
  return (
    <Suspense>
      <MessagesScreen node={decodeURIComponent((await params).node)} />
    </Suspense>
  )
}
