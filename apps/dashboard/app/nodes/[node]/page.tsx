import { NodeScreen } from '../../../src/node/node-screen.tsx'

export default async function Page({ params }: { params: Promise<{ node: string }> }) {
  const { node } = await params
  return <NodeScreen node={decodeURIComponent(node)} />
}
