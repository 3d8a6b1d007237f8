'use client'
/** Whether what is shown is now: live, stale with its age, disconnected, or held. */
import type { ClusterView } from '@orrery/live/views'
import { age, clockSeconds } from '../live/format.ts'
import { useMoment } from '../live/moment.ts'
import { useNow } from '../live/now.ts'
import { useConnection } from '../live/use-view.ts'

export function Lamp({ cluster }: { cluster: ClusterView | null }) {
  const { link, isHubStopped, latencyMs, heardAtMs } = useConnection()
  const { heldAtMs } = useMoment()
  const isOld = link === 'stale' || link === 'lost'
  const nowMs = useNow(isOld ? 1_000 : null)
  const nodes = Object.values(cluster?.nodes ?? {})
  const live = nodes.filter((node) => node.status === 'live').length
  const ageText = heardAtMs === null ? null : age(nowMs - heardAtMs)
  let word: string
  let figures: string | null = null
  if (link === 'connecting') word = 'Connecting'
  else if (link === 'lost') {
    const what = isHubStopped ? 'Hub stopped' : 'No connection'
    word = heardAtMs === null ? what : `${what}${isHubStopped ? ' at' : ' since'} ${clockSeconds(heardAtMs)}`
    figures = ageText
  } else if (link === 'stale') {
    word = 'Stale'
    figures = `${ageText} old`
  } else if (nodes.length === 0) {
    word = 'Listening'
    figures = cluster?.hub.address ?? null
  } else {
    word = heldAtMs === null ? 'Live' : 'Paused'
    figures = `${latencyMs === null ? '' : `${Math.max(1, Math.round(latencyMs))} ms · `}${live}/${nodes.length} nodes`
  }
  const isHollow = link !== 'open' || nodes.length === 0 || heldAtMs !== null
  return (
    <div
      className={`lamp ${isHollow ? 'hollow' : ''}`}
      role="status"
      aria-label="Connection"
      data-link={link}
    >
      <i />
      <span>{word}</span>
      {figures ? <span className="m i3 figs">{figures}</span> : null}
    </div>
  )
}
