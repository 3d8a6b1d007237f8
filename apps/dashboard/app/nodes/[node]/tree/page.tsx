import type { Metadata } from 'next'
import { Suspense } from 'react'
import { TreeScreen } from '../../../../src/tree/tree-screen.tsx'

interface Props {
  params: Promise<{ node: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Tree of ${decodeURIComponent((await params).node)}` }
}

export default async function Page({ params }: Props) {
  const { node } = await params
  return (
    <Suspense>
      <TreeScreen node={decodeURIComponent(node)} key={node} />
    </Suspense>
  )
}
