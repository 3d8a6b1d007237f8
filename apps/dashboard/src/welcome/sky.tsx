'use client'
/** The brand mark at full size, its seats still free. When a node says hello the first seat fills. */
import { useEffect, useState } from 'react'

const R = [84, 152, 224] as const
const FIRST_DEG = -38

function seat(radius: number, degrees: number): [number, number] {
  const at = (degrees * Math.PI) / 180
  return [radius * Math.cos(at), radius * Math.sin(at)]
}

export function Sky({ arrived, isHubGone }: { arrived: string | null; isHubGone: boolean }) {
  const first = seat(R[0], FIRST_DEG)
  const second = seat(R[1], 128)
  const third = seat(R[2], 206)
  const name = useTyped(arrived)
  return (
    <div className="sky-mark" aria-hidden>
      <svg
        width="520"
        height="520"
        viewBox="-260 -260 520 520"
        fill="none"
        aria-hidden
        style={{ overflow: 'visible' }}
      >
        <circle r={R[0]} stroke="var(--color-ink-3)" strokeWidth="1.2" strokeDasharray="2 5" />
        <circle r={R[1]} stroke="var(--color-line-3)" strokeWidth="1.2" strokeDasharray="1.6 6" />
        <circle r={R[2]} stroke="var(--color-line-2)" strokeWidth="1.2" strokeDasharray="1.6 8" />
        <circle cx={first[0]} cy={first[1]} r="13" fill="var(--color-bg)" />
        {arrived === null ? (
          <circle
            className="sl"
            cx={first[0]}
            cy={first[1]}
            r="10"
            stroke="var(--color-restarting)"
            strokeWidth="2.2"
            strokeDasharray="4.4 4"
          />
        ) : (
          <circle cx={first[0]} cy={first[1]} r="10" fill="var(--color-signal)" />
        )}
        <g className="o2">
          <circle
            cx={second[0]}
            cy={second[1]}
            r="8"
            stroke="var(--color-line-3)"
            strokeWidth="1.4"
            strokeDasharray="3 3"
            fill="var(--color-bg)"
          />
        </g>
        <g className="o3">
          <circle
            cx={third[0]}
            cy={third[1]}
            r="6"
            stroke="var(--color-line-2)"
            strokeWidth="1.3"
            strokeDasharray="2.4 2.6"
            fill="var(--color-bg)"
          />
        </g>
        <circle r="30" fill="var(--color-surface-2)" stroke="var(--color-line-2)" />
        <circle r="13" fill="var(--color-ink)" />
        <circle cx="-4.4" cy="-1.5" r="1.9" fill="var(--color-bg)" />
        <circle cx="4.4" cy="-1.5" r="1.9" fill="var(--color-bg)" />
        <path
          d={isHubGone ? 'M-3.6 5h7.2' : 'M-3.6 4.2q3.6 2.6 7.2 0'}
          stroke="var(--color-bg)"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
        <text
          className="axl"
          y="50"
          textAnchor="middle"
          style={{ fill: 'var(--color-ink-2)', paintOrder: 'stroke' }}
          stroke="var(--color-bg)"
          strokeWidth="5"
        >
          hub
        </text>
        <path
          d={`M${first[0] + 11} ${first[1] - 9}L${first[0] + 46} ${first[1] - 38}H${first[0] + 58}`}
          stroke="var(--color-ink-3)"
        />
      </svg>
      <div className="sky-seat" style={{ left: 260 + first[0] + 64, top: 260 + first[1] - 56 }}>
        <b style={{ fontSize: 13 }}>
          {arrived === null ? (
            <>
              waiting for a node<span className="bl">…</span>
            </>
          ) : (
            name
          )}
        </b>
        <div className="lbl" style={{ marginTop: 1 }}>
          {arrived === null ? 'this seat is free' : 'says hello'}
        </div>
      </div>
    </div>
  )
}

/** A name, typed in over half a second. */
function useTyped(text: string | null): string {
  const [length, setLength] = useState(0)
  useEffect(() => {
    if (text === null) return setLength(0)
    const timer = setInterval(() => setLength((n) => Math.min(text.length, n + 1)), 500 / text.length)
    return () => clearInterval(timer)
  }, [text])
  return text?.slice(0, length) ?? ''
}
