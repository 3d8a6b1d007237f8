'use client'
/** What happened at the door: the hub listens, the store is ready, who knocked and was refused, and the cure. */
import type { ClusterView } from '@orrery/live/views'
import { clockSeconds } from '../live/format.ts'
import { Glyph, type GlyphName } from '../ui/glyphs.tsx'

type DoorEvent = ClusterView['door'][number]

const GLYPH: Record<DoorEvent['kind'], GlyphName> = {
  listening: 'busy',
  store: 'running',
  refused: 'crashed',
  hello: 'busy',
  goodbye: 'exited',
}

export function Door({ door }: { door: DoorEvent[] }) {
  return (
    <section className="door" aria-label="At the door">
      <h2 className="lbl" style={{ marginBottom: 5, fontWeight: 400 }}>
        At the door
      </h2>
      {folded(door)
        .slice(-5)
        .map(({ event, times }) => (
          <div key={`${event.atMs} ${event.text}`}>
            <div className="r0">
              <span className="m i3">{clockSeconds(event.atMs)}</span>
              <Glyph name={GLYPH[event.kind]} size={10} />
              <span className={`m el ${event.kind === 'refused' ? '' : 'i2'}`} title={event.text}>
                {wordsOf(event)}
                {times > 1 ? <span className="i3"> × {times}</span> : null}
              </span>
            </div>
            {event.cure ? (
              <div className="r0">
                <span />
                <span />
                <span className="m el i2" title={event.cure}>
                  {event.cure}
                </span>
              </div>
            ) : null}
          </div>
        ))}
    </section>
  )
}

/** A node's hello is its name alone. */
function wordsOf({ kind, text }: DoorEvent): string {
  if (text.includes(' ')) return text
  return kind === 'hello' ? `${text} says hello` : kind === 'goodbye' ? `${text} says goodbye` : text
}

/** The same knock again and again is one line with a count, at its latest time. */
export function folded(door: DoorEvent[]): { event: DoorEvent; times: number }[] {
  const lines: { event: DoorEvent; times: number }[] = []
  for (const event of door) {
    const before = lines.find((line) => line.event.kind === event.kind && line.event.text === event.text)
    if (!before) {
      lines.push({ event, times: 1 })
      continue
    }
    before.times += 1
    before.event = event
  }
  return lines.sort((a, b) => a.event.atMs - b.event.atMs)
}
