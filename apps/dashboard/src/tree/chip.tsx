'use client'
/** A process at near zoom: 206 × 42, glyph and name above, the last minute and the mailbox below. */
import type { TreeRow } from '@orrery/live/views'
import { memo, type ReactNode, useState } from 'react'
import { rate } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph, StrategyGlyph } from '../ui/glyphs.tsx'
import { Reticle } from '../ui/parts.tsx'
import { Bar, MailboxBar, Sparkline } from '../ui/sparkline.tsx'
import { chipModel, isCounting, mailboxShare, thinned } from './chip-model.ts'
import { hollowDelayMs, type Incident, isDown } from './incident.ts'
import type { Fold } from './model.ts'
import { useRecovered } from './use-echoes.ts'

export interface ChipProps {
  row: TreeRow
  isSelected: boolean
  isHovered: boolean
  hasFocus: boolean
  isLit: boolean
  /** In a storm nothing moves. */
  isStill: boolean
  incident: Incident | null
  fold: Fold | null
}

export const Chip = memo(function Chip({ row, incident, fold, ...marks }: ChipProps) {
  // Only a chip whose words count needs the time; an echo says a figure that stands.
  const nowMs = useHubNow(isCounting(row) ? 50 : row.restarts > 0 ? 5_000 : null)
  const model = chipModel(row, nowMs, incident)
  const isRecovered = useRecovered(isDown(row))
  const at = incident?.affected.indexOf(row.key) ?? -1
  const delayMs = incident && at >= 0 && model.isGhost ? hollowDelayMs(at, incident.affected.length) : 0
  const classes = [
    'chip',
    row.strategy ? 'sup' : '',
    model.isGhost ? 'ghost' : '',
    row.status,
    isRecovered ? 'recovered' : '',
    marks.isHovered ? 'hov' : '',
    marks.hasFocus ? 'foc' : '',
    marks.isLit ? '' : 'dim',
  ]
  return (
    <div
      className={classes.filter(Boolean).join(' ')}
      data-key={row.key}
      data-pid={row.pid}
      data-status={row.status}
      data-exit={row.exit?.atMs}
      style={{
        ...(model.edge ? { '--e': `var(--color-${model.edge})` } : {}),
        ...(delayMs > 0 ? { transitionDelay: `${delayMs}ms` } : {}),
      }}
    >
      {row.fault === null ? null : <div className="hatch chip-hatch" />}
      <div className="a">
        <Glyph name={row.status} />
        <b>{visible(row.name)}</b>
        {row.fault === null ? null : <Glyph name="fault" size={11} />}
        {row.strategy ? (
          <span className="i2" title={row.strategy}>
            <StrategyGlyph strategy={row.strategy} width={17} />
          </span>
        ) : null}
        <Pid row={row} hasAfterglow={model.hasAfterglow} isStill={marks.isStill} />
      </div>
      <div className="b">
        {fold ? (
          <FoldWords fold={fold} />
        ) : model.note?.tone === 'crashed' ? (
          <span className="note el c-crashed">{visible(model.note.text)}</span>
        ) : (
          <>
            <Sparkline values={thinned(row.spark)} width={58} height={12} slots={30} tone={model.spark} />
            {model.note ? (
              <span className="note el c-restarting">{model.note.text}</span>
            ) : (
              <>
                <span className="m">{rate(row.receivedPerS)}/s</span>
                <span className="mb">
                  {row.status === 'backlog' ? (
                    <Bar share={mailboxShare(row.mailboxLength)} width={34} height={5} tone="backlog-mark" />
                  ) : (
                    <MailboxBar length={row.mailboxLength} />
                  )}
                  <span className={`m ${model.mailbox.isAbnormal ? 'full' : ''}`}>{model.mailbox.text}</span>
                </span>
              </>
            )}
          </>
        )}
      </div>
      {marks.isSelected ? <Reticle /> : null}
    </div>
  )
})

/** The pid; a new one types in over the old, which is struck out. */
function Pid({
  row,
  hasAfterglow,
  isStill,
}: {
  row: TreeRow
  hasAfterglow: boolean
  isStill: boolean
}): ReactNode {
  return (
    <span className="m pid">
      {hasAfterglow ? (
        <i
          className="afterglow"
          title={`restarted ${row.restarts === 1 ? 'once' : `${row.restarts} times`}`}
        />
      ) : null}
      <NewPid key={row.pid} pid={row.pid} previous={row.previousPid} isStill={isStill} />
    </span>
  )
}

function NewPid({ pid, previous, isStill }: { pid: string; previous: string | null; isStill: boolean }) {
  // Decided when it comes: the end of a storm is no reason to type them all.
  const [isTyped] = useState(previous !== null && !isStill)
  return isTyped ? (
    <span className="typed" data-old={previous}>
      {visible(pid)}
    </span>
  ) : (
    <span>{visible(pid)}</span>
  )
}

/** `15 processes`, and what is wrong among them. */
function FoldWords({ fold }: { fold: Fold }) {
  return (
    <>
      <span className="note i2">{fold.processes.toLocaleString('en-US')} processes</span>
      <span className="mb">
        {fold.exceptions.slice(0, 4).map(({ glyph, count }) => (
          <span key={glyph} className="row m" style={{ gap: 3 }}>
            <Glyph name={glyph} size={9} />
            {count.toLocaleString('en-US')}
          </span>
        ))}
      </span>
    </>
  )
}
