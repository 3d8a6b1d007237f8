import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ProcessScreen } from '../../../../src/process/process-screen.tsx'

type Props = { params: Promise<{ node: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Process of ${decodeURIComponent((await params).node)}` }
}

export default async function Page({ params }: Props) {
  return (
    <Suspense>
      <ProcessScreen node={decodeURIComponent((await params).node)} />
    </Suspense>
  )
}
