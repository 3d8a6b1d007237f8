'use client'
/** `/` is the cluster once a node was heard; until the first one says hello, welcome. */
import { Suspense, useEffect, useState } from 'react'
import { useView } from '../live/use-view.ts'
import { AfterAWhile, ErrorState, Outline } from '../ui/states.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { Welcome } from '../welcome/welcome.tsx'
import { ClusterPhone } from './cluster-phone.tsx'
import { ClusterScreen } from './cluster-screen.tsx'

/** How long the seat that filled is looked at. */
const HELLO_MS = 1_200

export function Home() {
  const { data, status, error } = useView('cluster', {})
  const isPhone = useIsPhone()
  const first = Object.values(data?.nodes ?? {})[0]?.node ?? null
  const isWelcome = useWelcome(data !== null, first)
  if (data === null) {
    if (error) return <ErrorState title="The cluster cannot be shown.">{error.message}</ErrorState>
    return <ClusterOutline />
  }
  if (isWelcome) return <Welcome hub={data.hub} door={data.door} arrived={first} status={status} />
  if (isPhone) return <ClusterPhone cluster={data} />
  return (
    <Suspense>
      <ClusterScreen cluster={data} status={status} />
    </Suspense>
  )
}

/** True until the first node, and a moment longer where somebody watched it arrive. */
function useWelcome(isKnown: boolean, first: string | null): boolean {
  const [isWelcome, setIsWelcome] = useState<boolean | null>(null)
  const isEmpty = isKnown && first === null
  useEffect(() => {
    if (!isKnown) return
    if (isEmpty) {
      setIsWelcome(true)
      return
    }
    const isCalm =
      matchMedia('(prefers-reduced-motion: reduce)').matches ||
      document.documentElement.dataset.motion === 'reduced'
    const timer = setTimeout(() => setIsWelcome(false), isCalm ? 0 : HELLO_MS)
    return () => clearTimeout(timer)
  }, [isKnown, isEmpty])
  return isEmpty || isWelcome === true
}

function ClusterOutline() {
  return (
    <AfterAWhile label="Loading the cluster">
      <div className="cluster">
        <div className="panel flex-none">
          {[0, 1, 2].map((i) => (
            <div
              key={i}
              className="outline-row"
              style={{ height: 76, alignItems: 'flex-start', paddingTop: 12 }}
            >
              <Outline width={12} height={12} isRound />
              <Outline width={150} height={11} />
              <span className="sp" />
              {Array.from({ length: 7 }, (_, k) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: outlines have no identity
                <Outline key={k} width="9%" height={44} />
              ))}
            </div>
          ))}
        </div>
      </div>
    </AfterAWhile>
  )
}
