import { Suspense } from 'react'
import { LabScreen } from '../../src/faults/lab-screen.tsx'

export const metadata = { title: 'Fault lab' }

export default function Page() {
  return (
    <Suspense>
      <LabScreen />
    </Suspense>
  )
}
