'use client'
/** What the fault would do to others, as the hub and the nodes foresee it: by links, monitors, strategies and headroom. */
import type { BlastRadius, DryRun } from '@orrery/protocol/faults'
import { Mail } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { count, plural } from '../live/format.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { GLYPHS, Glyph, type GlyphName } from '../ui/glyphs.tsx'
import { Hatch } from '../ui/hatch.tsx'
import { Segments } from '../ui/tabs.tsx'
import { type BlastBox, BOX_HEIGHT, type Bystander, blastPicture, figuresOf } from './blast-model.ts'

/** Begins with the fault that is edited, its step being `at`. */
export function Blast({ run, isOld, at }: { run: DryRun | null; isOld: boolean; at: number }) {
  const parts = (run?.blast ?? []).flatMap(({ step, node, radius }) =>
    isRadius(radius) ? [{ id: `${step} ${node}`, step, node, radius }] : [],
  )
  const [chosen, setChosen] = useState('')
  const part = parts.find(({ id }) => id === chosen) ?? parts.find(({ step }) => step === at) ?? parts[0]
  const figures = figuresOf(parts.map(({ radius }) => radius))
  const isMany = new Set(parts.map(({ step }) => step)).size > 1
  return (
    <section className={`sec fl-blast ${isOld ? 'fl-counting' : ''}`} aria-label="Blast radius">
      <div className="row fl-blast-head">
        <h3 className="lbl">Blast radius</h3>
        <span className="sp" />
        {run === null ? null : (
          <>
            <Figure glyph="fault">{count(figures.targeted)} targeted</Figure>
            {figures.mayExit > 0 || figures.restarted === 0 ? (
              <Figure glyph="crashed">{count(figures.mayExit)} may exit too</Figure>
            ) : null}
            {figures.restarted > 0 ? (
              <Figure glyph="restarting">{count(figures.restarted)} restarted with it</Figure>
            ) : null}
            {figures.signalled > 0 || figures.restarted === 0 ? (
              <span className="row fl-figure">
                <Mail className="ic c-backlog" aria-hidden />
                {count(figures.signalled)} get a signal
              </span>
            ) : null}
            <span className={figures.atRisk > 0 ? 'c-crashed' : ''}>
              {plural(figures.atRisk, 'supervisor')} at risk
            </span>
          </>
        )}
      </div>
      {parts.length > 1 ? (
        <Segments
          label="Blast radius of"
          choices={parts.slice(0, 4).map(({ id, step, node }) => ({
            id,
            label: isMany ? `${step + 1} on ${node}` : node,
          }))}
          value={part?.id ?? ''}
          onChange={setChosen}
        />
      ) : null}
      {part ? <Picture node={part.node} radius={part.radius} /> : null}
      {run !== null && parts.length === 0 ? (
        <p className="i2 fl-small">Nothing to draw: no process is touched directly.</p>
      ) : null}
    </section>
  )
}

/** The hub passes on what a node answered; a page draws only what it knows the shape of. */
function isRadius(value: unknown): value is BlastRadius {
  const radius = value as Partial<BlastRadius> | null
  return (
    typeof radius === 'object' &&
    radius !== null &&
    Array.isArray(radius.groups) &&
    Array.isArray(radius.supervisors)
  )
}

function Figure({ glyph, children }: { glyph: GlyphName; children: ReactNode }) {
  return (
    <span className="row fl-figure">
      <Glyph name={glyph} size={10} isStill />
      <span>{children}</span>
    </span>
  )
}

const TONE = {
  plain: 'var(--color-line-2)',
  exit: 'var(--color-crashed)',
  signal: 'var(--color-backlog-mark)',
  restart: 'var(--color-restarting)',
} as const

function Picture({ node, radius }: { node: string; radius: BlastRadius }) {
  const hatch = useId()
  const { data: tree } = useView('tree', { node }, { followsTime: false })
  const bystanders: Bystander[] = Object.values(tree?.rows ?? {})
    .filter(({ kind }) => kind === 'supervisor')
    .toSorted((a, b) => a.order - b.order)
    .map(({ key, name, parent }) => ({ key, name, parent: parent ?? '' }))
  const { width, height, boxes, edges } = blastPicture(radius, bystanders)
  return (
    <svg
      className="fl-blast-picture"
      viewBox={`-1 -1 ${width + 2} ${height + 2}`}
      width={width + 2}
      height={height + 2}
      fill="none"
      role="img"
      aria-label={boxes.map(({ words }) => visible(words)).join('. ')}
    >
      <defs>
        <Hatch id={hatch} of="fault" />
      </defs>
      {edges.map(({ d, tone }) => (
        <path
          key={d}
          d={d}
          stroke={TONE[tone]}
          strokeDasharray={tone === 'plain' ? undefined : '3 2'}
          opacity={tone === 'plain' ? undefined : 0.9}
        />
      ))}
      {boxes.map((box) => (
        <Box key={box.id} box={box} hatch={hatch} />
      ))}
    </svg>
  )
}

const GLYPH_OF: Record<BlastBox['tone'], GlyphName | null> = {
  plain: 'running',
  fault: 'fault',
  exit: 'crashed',
  restart: 'restarting',
  risk: 'crashed',
  signal: null,
}

function Box({ box, hatch }: { box: BlastBox; hatch: string }) {
  const { x, y, width, tone } = box
  const glyph = GLYPH_OF[tone]
  const isFault = tone === 'fault'
  const stroke =
    tone === 'exit' || tone === 'risk'
      ? 'var(--color-crashed)'
      : isFault
        ? 'var(--color-fault)'
        : 'var(--color-line-2)'
  const room = Math.floor((width - 30) / 6)
  return (
    <g transform={`translate(${x} ${y})`}>
      <title>{visible(box.words)}</title>
      <rect
        width={width}
        height={BOX_HEIGHT}
        rx="3"
        fill={
          isFault
            ? 'color-mix(in oklab, var(--color-fault) 12%, var(--color-surface-2))'
            : 'var(--color-surface-2)'
        }
        stroke={stroke}
        strokeDasharray={tone === 'exit' ? '3 2' : undefined}
      />
      {isFault ? (
        <rect width={width} height={BOX_HEIGHT} rx="3" fill={`url(#${hatch})`} opacity=".18" />
      ) : null}
      <g transform="translate(9 6) scale(.9)" className={`still c-${glyph ?? 'backlog'}`}>
        {glyph === null ? (
          <path d="M1 3h10v7H1zM1 3l5 4 5-4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        ) : (
          GLYPHS[glyph]
        )}
      </g>
      <text x="26" y="15" className="fl-box-title">
        {shortened(box.title, room)}
      </text>
      <text x="9" y="28.5" className="axl fl-box-detail">
        {shortened(box.detail, Math.floor((width - 14) / 5.4))}
      </text>
    </g>
  )
}

/** In a box there is no wrapping; the tip says all of it. */
function shortened(text: string, room: number): string {
  const shown = visible(text)
  return shown.length <= room ? shown : `${shown.slice(0, Math.max(1, room - 1))}…`
}
