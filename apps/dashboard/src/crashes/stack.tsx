'use client'
/** The stack: the first frame of the application with its source, the runtime's frames folded away. */
import { type CrashReport, fieldValue, type StackFrame } from '@orrery/protocol'
import { useMemo, useState } from 'react'
import { dateClock, plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Segments } from '../ui/tabs.tsx'
import { tokens } from './highlight.ts'
import { MapNotes } from './map-notes.tsx'
import { isTopUnmapped, mapNotes } from './map-notes-model.ts'

type Mode = 'source' | 'raw'

export function Stack({ report }: { report: CrashReport }) {
  const [chosen, setChosen] = useState<Mode | null>(null)
  const notes = useMemo(() => mapNotes(report, dateClock), [report])
  const mode = chosen ?? (isTopUnmapped(report, notes) ? 'raw' : 'source')
  const { stack } = report.cause
  const value = fieldValue(stack)
  return (
    <section aria-label="Stack">
      <header className="h3">
        <h2>Stack</h2>
        <span className="lbl">
          {value ? plural(value.frames.length, 'frame') : ''}
          {stack.status === 'truncated' ? `, ${stack.why}` : ''}
        </span>
        <span className="sp" />
        {value ? (
          <Segments
            label="Stack as"
            value={mode}
            onChange={setChosen}
            choices={[
              { id: 'source', label: 'Source' },
              { id: 'raw', label: 'Raw' },
            ]}
          />
        ) : null}
      </header>
      <MapNotes notes={notes} />
      {value === undefined ? (
        <p className="none">No stack: {'why' in stack ? stack.why : 'not captured'}.</p>
      ) : mode === 'raw' ? (
        <pre className="cf raw">{value.raw.split('\n').map(visible).join('\n')}</pre>
      ) : (
        <Frames frames={value.frames} />
      )}
      {report.cause.chain.map((link, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the chain never changes
        <div className="frm" key={i}>
          <span className="lbl">caused by</span>
          <span className="m strong">{visible(link.name)}</span>
          <span className="m i2 el">{visible(link.message)}</span>
        </div>
      ))}
    </section>
  )
}

function Frames({ frames }: { frames: StackFrame[] }) {
  const [isOpen, setIsOpen] = useState(false)
  const own = frames.filter((frame) => frame.owner === 'app' || frame.owner === 'vendor')
  const folded = frames.length - own.length
  const shown = isOpen ? frames : own.length > 0 ? own : frames
  const withSource = shown.findIndex((frame) => frame.context)
  return (
    <>
      {shown.map((frame, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: frames are places in a stack
        <div key={i}>
          <div className={`frm${i === withSource ? ' on' : ''}`}>
            <span className="m i3">{i + 1}</span>
            <span className={`m el${i === withSource ? ' strong' : ''}`}>
              {visible(frame.fn ?? 'anonymous')}
            </span>
            <span className="sp" />
            <span className="m i2 el">{placeOf(frame)}</span>
          </div>
          {frame.context ? <Source lines={frame.context} at={frame.line} /> : null}
        </div>
      ))}
      {own.length > 0 && folded > 0 ? (
        <button type="button" className="frm fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <span aria-hidden>{isOpen ? '▾' : '▸'}</span>
          {isOpen ? 'Fold' : ''} {folded} runtime {folded === 1 ? 'frame' : 'frames'} {isOpen ? '' : 'folded'}
        </button>
      ) : null}
    </>
  )
}

export function Source({ lines, at }: { lines: [number, string][]; at: number | null }) {
  const indent = Math.min(...lines.filter(([, text]) => text.trim()).map(([, text]) => text.search(/\S/)))
  return (
    <section
      className="cf"
      aria-label="Code"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keys
      tabIndex={0}
    >
      {lines.map(([number, text]) => (
        <div key={number} className={number === at ? 'x' : ''}>
          <i>{number}</i>
          {tokens(text.slice(Number.isFinite(indent) ? indent : 0)).map((part, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens are places in a line
            <span key={i} className={part.kind === 'plain' ? undefined : `syn-${part.kind}`}>
              {visible(part.text)}
            </span>
          ))}
        </div>
      ))}
    </section>
  )
}

export function placeOf(frame: StackFrame): string {
  if (frame.file === null) return frame.owner
  const line = frame.line === null ? '' : `:${frame.line}${frame.column === null ? '' : `:${frame.column}`}`
  return `${visible(frame.file)}${line}`
}
