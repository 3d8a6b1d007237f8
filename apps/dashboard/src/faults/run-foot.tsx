'use client'
/** Under the composer: what stands against it, what a person should know, and the button that must be held. */
import type { DryRun } from '@orrery/protocol/faults'
import { type RefObject, useState } from 'react'
import { plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button, HoldButton } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { Kbd } from '../ui/parts.tsx'

export function RunFoot({
  effect,
  off,
  run,
  mustType,
  json,
  mayNot,
  isRunning,
  ifRefused,
  holder,
  onRun,
  onSave,
}: {
  /** What the button will do, in words. */
  effect: string
  /** Why it cannot be run; `null` where it can. */
  off: string | null
  run: DryRun | null
  /** What has to be typed before; `null` where nothing. */
  mustType: string | null
  json: string
  /** Why this page can neither run nor save anything. */
  mayNot: string | null
  isRunning: boolean
  ifRefused: 'run_rest' | 'stop_all'
  holder: RefObject<HTMLDivElement | null>
  onRun: () => void
  onSave: () => void
}) {
  const [typed, setTyped] = useState('')
  const isTyped = mustType === null || typed.trim() === mustType
  const why = off ?? (isTyped ? null : `Type ${mustType} first.`)
  return (
    <>
      {run && (run.warnings.length > 0 || run.refused.length > 0) ? (
        <ul className="sec fl-warnings" aria-label="Before you run it">
          {run.warnings.map((warning) => (
            <li key={warning}>
              <Glyph name="backlog" size={10} />
              {visible(warning)}
            </li>
          ))}
          {refusals(run).map((line) => (
            <li key={line}>
              <Glyph name="crashed" size={10} />
              {visible(line)}{' '}
              {ifRefused === 'run_rest' && run.targets.length > 0 ? 'The rest run.' : 'So none runs.'}
            </li>
          ))}
        </ul>
      ) : null}
      {mustType !== null ? (
        <label className="sec fl-typing">
          <span>
            This reaches far. Type <b className="m">{visible(mustType)}</b> to run it.
          </span>
          <input
            className="field m"
            value={typed}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={typed !== '' && !isTyped}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      ) : null}
      <div className="fl-foot" ref={holder}>
        <Button
          kind="quiet"
          aria-disabled={json === '' || mayNot !== null}
          title={mayNot ?? undefined}
          onClick={onSave}
        >
          Save as scenario
        </Button>
        {json === '' ? null : <CopyButton kind="quiet" label="Copy as JSON" text={json} />}
        <span className="sp" />
        <span className={why === null ? 'lbl' : 'fl-why'} role={why === null ? undefined : 'status'}>
          {why ?? (isRunning ? 'sent' : 'hold to run')}
        </span>
        {why === null && !isRunning ? (
          <HoldButton className="fl-run" data-run onHeld={onRun} title="Hold for 600 ms">
            <span className="el">{visible(effect)}</span> <Kbd>⏎</Kbd>
          </HoldButton>
        ) : (
          <Button className="fl-run" aria-disabled title={why ?? undefined} data-run>
            <span className="el">{visible(effect)}</span> <Kbd>⏎</Kbd>
          </Button>
        )}
      </div>
    </>
  )
}

/** `2 of 51 refused: agent is not armed.`, one line for each reason. */
function refusals({ refused, targets }: DryRun): string[] {
  const by = new Map<string, number>()
  for (const { message } of refused) by.set(message, (by.get(message) ?? 0) + 1)
  const all = refused.length + targets.length
  return [...by].map(
    ([message, n]) => `${n} of ${plural(all, 'target')} refused: ${message.replace(/\.$/, '')}.`,
  )
}
