'use client'
/** No node yet: one promise, the ways that work, and what happens at the door. */
import type { ClusterView } from '@orrery/live/views'
import { type ReactNode, useSyncExternalStore } from 'react'
import { clockSeconds } from '../live/format.ts'
import type { ViewStatus } from '../live/use-view.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { GLYPH_WORDS, Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { Door } from './door.tsx'
import { Sky } from './sky.tsx'
import { coloured, EXAMPLE_FILE, exampleFor, RUN_EXAMPLE, runFor } from './snippet.ts'

const SHAPES: GlyphName[] = [
  'running',
  'busy',
  'backlog',
  'suspended',
  'crashed',
  'restarting',
  'waiting',
  'fault',
]

export function Welcome({
  hub,
  door,
  arrived,
  status,
}: {
  hub: ClusterView['hub']
  door: ClusterView['door']
  /** The node that just said hello. */
  arrived: string | null
  status: ViewStatus
}) {
  const isHubGone = status === 'disconnected'
  return (
    <div className="welcome">
      <div className="sky">
        <header>
          <h1>
            Let it connect.
            <br />
            Then let it crash.
          </h1>
          <p className="i2" role="status">
            {isHubGone
              ? 'The hub is gone. This page asks again every 2 s.'
              : arrived
                ? `${arrived} says hello.`
                : 'The hub is up and has nothing to worry about yet.'}
          </p>
        </header>
        <Sky arrived={arrived} isHubGone={isHubGone} />
        <div className="ground">
          <Door door={door} />
          <section className="shapes" aria-label="The shapes of the states">
            <div className="lbl" style={{ marginBottom: 9 }}>
              While you wait: seven shapes and a diamond, and you can read every screen
            </div>
            <div className="shape-row">
              {SHAPES.map((name) => (
                <span key={name} className="row" style={{ gap: 7, fontSize: 12 }}>
                  <Glyph name={name} size={14} isStill={name === 'waiting'} />
                  {GLYPH_WORDS[name]}
                </span>
              ))}
            </div>
          </section>
        </div>
      </div>
      <Ways hub={hub} arrived={arrived} />
    </div>
  )
}

function Ways({ hub, arrived }: { hub: ClusterView['hub']; arrived: string | null }) {
  const origin = useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => 'http://127.0.0.1:4040',
  )
  const code = exampleFor(origin)
  return (
    <div className="how">
      <Way number={1} title="Put the agent in your node">
        <p>A few lines. It finds the hub on this machine by itself; on any other, give it a token.</p>
        <div className="cb">
          <div className="t">
            <span className="m i2">{EXAMPLE_FILE}</span>
            <span className="sp" />
            <CopyButton text={code} kind="primary" />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
          <pre tabIndex={0}>
            {code
              .trimEnd()
              .split('\n')
              .map((line, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines in their order
                <div key={i}>
                  <i>{i + 1}</i>
                  {coloured(line).map((part, k) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: parts in their order
                    <span key={k} className={part.kind === 'plain' ? undefined : part.kind}>
                      {part.text}
                    </span>
                  ))}
                </div>
              ))}
          </pre>
        </div>
        <Command
          text={runFor(origin)}
          {...(runFor(origin) === RUN_EXAMPLE ? { note: 'from this repository' } : {})}
        />
        <div className="row i3 notes">
          <span className="row" style={{ gap: 6 }}>
            <Glyph name="running" size={10} />
            at most 3 % of the loop, fixed memory
          </span>
          <span className="row" style={{ gap: 6 }}>
            <Glyph name="fault" size={10} />
            faults stay off until <span className="m i2">ORRERY_FAULTS=allow</span>
          </span>
        </div>
      </Way>
      <Way number={2} title="Or borrow a telephone exchange">
        <p>
          Three TypeScript nodes with real traffic: two exchanges that put calls through to each other, and an
          SMTP front-end whose mail is not all well formed. They crash honestly and mend themselves.
        </p>
        <Command text="npm run demo" />
      </Way>
      <section className="st">
        <h2 style={{ marginBottom: 6 }}>Nothing appears?</h2>
        <p style={{ padding: 0 }}>
          A node says on its own output why the hub refuses it, and the knock is listed here at the door, with
          the cure.
        </p>
      </section>
      <FirstMinute upSinceMs={hub.startedAtMs} arrived={arrived} />
    </div>
  )
}

function Way({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className="st">
      <h2>
        <span className="n">{number}</span>
        {title}
      </h2>
      {children}
    </section>
  )
}

function Command({ text, note }: { text: string; note?: string }) {
  return (
    <div className="cb one">
      <span className="c-signal mono" aria-hidden>
        $
      </span>
      <span className="mono el">{text}</span>
      <span className="sp" />
      {note ? <span className="lbl nw">{note}</span> : null}
      <CopyButton text={text} />
    </div>
  )
}

function FirstMinute({ upSinceMs, arrived }: { upSinceMs: number; arrived: string | null }) {
  const steps: [title: string, detail: string, glyph: GlyphName | null][] = [
    ['hub is up', clockSeconds(upSinceMs), 'busy'],
    ['a node says hello', arrived ?? 'waiting…', arrived ? 'busy' : 'waiting'],
    ['its tree appears', '', arrived ? 'waiting' : null],
    ['something crashes', '', null],
    ['it is back', 'and you saw why', null],
  ]
  return (
    <section className="st" style={{ flex: 1 }}>
      <h2 style={{ marginBottom: 12 }}>Your first minute</h2>
      <ol className="minute">
        {steps.map(([title, detail, glyph]) => (
          <li key={title}>
            <span className="at">
              {glyph ? (
                <Glyph name={glyph} size={16} isStill />
              ) : (
                <svg width="16" height="16" viewBox="0 0 12 12" aria-hidden>
                  <circle
                    cx="6"
                    cy="6"
                    r="3.6"
                    fill="none"
                    stroke="var(--color-line-3)"
                    strokeWidth="1.3"
                    strokeDasharray="1.8 2.2"
                  />
                </svg>
              )}
            </span>
            <div className={glyph ? '' : 'i2'} style={glyph ? { fontWeight: 500 } : {}}>
              {title}
            </div>
            <div className="m i3 el">{detail}</div>
          </li>
        ))}
      </ol>
    </section>
  )
}
