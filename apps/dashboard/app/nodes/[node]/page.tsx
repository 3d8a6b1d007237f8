import type { Metadata } from 'next'
import { NodeScreen } from '../../../src/node/node-screen.tsx'

type Props = { params: Promise<{ node: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).node) }
}

export default async function Page({ params }: Props) {
  return <NodeScreen node={decodeURIComponent((await params).node)} />
}
