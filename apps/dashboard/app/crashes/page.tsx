import { Suspense } from 'react'
import { CrashesScreen } from '../../src/crashes/crashes-screen.tsx'

export const metadata = { title: 'Crashes' }

export default function Page() {
  return (
    <Suspense>
      <CrashesScreen />
    </Suspense>
  )
}
