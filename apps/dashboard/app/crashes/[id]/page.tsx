import { Suspense } from 'react'
import { CrashScreen } from '../../../src/crashes/crash-screen.tsx'

export const metadata = { title: 'Crash report' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <Suspense>
      <CrashScreen id={decodeURIComponent(id)} />
    </Suspense>
  )
}
