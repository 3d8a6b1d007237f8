import { Suspense } from 'react'
import { ExperimentScreen } from '../../../src/faults/experiment-screen.tsx'

export const metadata = { title: 'Experiment' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <Suspense>
      <ExperimentScreen id={decodeURIComponent(id)} />
    </Suspense>
  )
}
