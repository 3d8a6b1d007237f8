'use client'
/** The node's own restarts, each with how it ended; and the letters nobody took. */
import type { Incarnation, NodeView } from '@orrery/live/views'
import Link from 'next/link'
import { crashPath } from '../frame/addresses.ts'
import { count, duration } from '../live/format.ts'
import { hubNow, useNow } from '../live/now.ts'
import { Glyph, GlyphMark } from '../ui/glyphs.tsx'
import { useSize } from '../ui/use-size.ts'
import { total } from './chart-model.ts'
import { lifeBlocks, lifeWords } from './node-model.ts'

const LISTED = 4

export function Incarnations({ view }: { view: NodeView | null }) {
  useNow(30_000)
  const lives = view?.incarnations ?? []
  if (lives.length === 0) return null
  const nowMs = hubNow()
  return (
    <section className="sec" aria-label="Incarnations">
      <h2>
        Incarnations <span className="lbl">this node’s own restarts, 30 d</span>
      </h2>
      <LivesBar lives={lives} nowMs={nowMs} />
      <ul>
        {lives.slice(0, LISTED).map((life, i) => {
          const { glyph, text } = lifeWords(life)
          const span = duration((life.endedAtMs ?? (i === 0 ? nowMs : life.startedAtMs)) - life.startedAtMs)
          return (
            <li key={life.incarnation} className="life">
              <Glyph name={glyph} size={10} isStill />
              <span className={`m ${i === 0 ? 'now' : 'i3'}`}>{lives.length - i}</span>
              {life.crashId ? (
                <Link className="u i2 el" href={crashPath(life.crashId)} title={text}>
                  {text}
                </Link>
              ) : (
                <span className={`${i === 0 ? '' : 'i2'} el`} title={text}>
                  {text}
                </span>
              )}
              <span className="m i3">{span}</span>
            </li>
          )
        })}
      </ul>
      {lives.length > LISTED ? (
        <p className="i3 why">{count(lives.length - LISTED)} earlier, not listed.</p>
      ) : null}
    </section>
  )
}

/** One block a life, as long as it was; the mark between two is how the earlier one ended. */
function LivesBar({ lives, nowMs }: { lives: Incarnation[]; nowMs: number }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const blocks = lifeBlocks(lives, nowMs)
  return (
    <div ref={ref} style={{ height: 22, marginBottom: 5 }}>
      <svg className="gl" width={width} height="22" aria-hidden>
        {blocks.map(({ life, from, to }) => (
          <rect
            key={life.incarnation}
            x={from * width}
            y="4"
            width={Math.max(1, (to - from) * width - 2.5)}
            height="12"
            fill={
              life.end === null
                ? 'color-mix(in oklab, var(--color-signal) 55%, var(--color-surface-1))'
                : 'var(--color-cell)'
            }
          />
        ))}
        {blocks.map(({ life, to }) =>
          life.end === null ? null : (
            <GlyphMark
              key={life.incarnation}
              name={lifeWords(life).glyph}
              x={Math.min(width - 6, to * width - 1)}
              y={10}
              scale={1}
              ground="var(--color-surface-1)"
            />
          ),
        )}
      </svg>
    </div>
  )
}

export function DeadLetters({ view }: { view: NodeView | null }) {
  if (!view?.totals) return null
  return (
    <section className="sec" aria-label="Dead letters">
      <h2>
        Dead letters <span className="sp" />
        <span className="lbl">
          {count(total(view.deadLetterBuckets))} in 5 min, {count(view.totals.deadLetters)} in all
        </span>
      </h2>
      {view.letters.length === 0 ? (
        <p className="i2">None since the node started.</p>
      ) : (
        <table className="drops letters">
          <thead className="sr-only">
            <tr>
              <th scope="col">message type</th>
              <th scope="col">to</th>
              <th scope="col">since the node started</th>
              <th scope="col">why</th>
            </tr>
          </thead>
          <tbody>
            {view.letters.map(({ type, to, why, total: sum }) => (
              <tr key={`${type} ${to} ${why}`}>
                <td className="m el" title={type}>
                  {type}
                </td>
                <td className="i2 el" title={to}>
                  {to}
                </td>
                <td className="m r">{count(sum)}</td>
                <td className="i3 r">{why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
