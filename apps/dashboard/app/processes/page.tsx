import { Suspense } from 'react'
import { ProcessesScreen } from '../../src/processes/processes-screen.tsx'

export const metadata = { title: 'Processes' }

export default function Page() {
  return (
    <Suspense>
      <ProcessesScreen node={null} />
    </Suspense>
  )
}
