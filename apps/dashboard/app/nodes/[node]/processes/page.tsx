import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ProcessesScreen } from '../../../../src/processes/processes-screen.tsx'

interface Props {
  params: Promise<{ node: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Processes of ${decodeURIComponent((await params).node)}` }
}

export default async function Page({ params }: Props) {
  const { node } = await params
  return (
    <Suspense>
      <ProcessesScreen node={decodeURIComponent(node)} key={node} />
    </Suspense>
  )
}
