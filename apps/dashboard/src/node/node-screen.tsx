'use client'
export function NodeScreen({ node }: { node: string }) {
  return <div>{node}</div>
}
