'use client'
/** Kill, with a chosen exit reason. What has reach says how far, and is held rather than clicked. */
import { Zap } from 'lucide-react'
import { useState } from 'react'
import { plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button, HoldButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { Blast } from './action-model.ts'

const REASONS = [
  { id: 'kill', label: 'kill', about: 'Cannot be trapped. It exits with killed, terminate does not run.' },
  {
    id: 'shutdown',
    label: 'shutdown',
    about: 'Asks it to end. A process that traps exits may tidy up, or go on.',
  },
  {
    id: 'custom',
    label: 'Another reason',
    about: 'An exit signal with this reason, as from a linked process.',
  },
] as const
type ReasonId = (typeof REASONS)[number]['id']

export function KillDialog({
  name,
  pid,
  isSupervisor,
  blast,
  count = 1,
  onKill,
  onClose,
}: {
  name: string
  pid: string
  /** How many are killed themselves. */
  count?: number
  isSupervisor: boolean
  blast: Blast
  onKill: (reason: string) => void
  onClose: () => void
}) {
  const [choice, setChoice] = useState<ReasonId>('kill')
  const [custom, setCustom] = useState('')
  const reason = choice === 'custom' ? custom.trim() : choice
  const isReady = reason !== '' && reason.length <= 255
  const act = () => {
    if (!isReady) return
    onKill(reason)
    onClose()
  }
  const label = `Kill ${visible(name)}${blast.total > count ? ` and ${plural(blast.total - count, 'process', 'processes')}` : ''}`
  const hasReach = isSupervisor || blast.total > 1
  return (
    <Dialog label={label} onClose={onClose} className="insp-dialog">
      <header className="ph">
        <h2>Kill {visible(name)}</h2>
        <span className="m i3">{visible(pid)}</span>
      </header>
      <div className="insp-dialog-body">
        <fieldset>
          <legend className="lbl">Exit reason</legend>
          {REASONS.map((item) => (
            <label key={item.id} className="insp-choice">
              <input
                type="radio"
                name="reason"
                checked={choice === item.id}
                onChange={() => setChoice(item.id)}
              />
              <span>
                <span className={item.id === 'custom' ? '' : 'mono'}>{item.label}</span>
                <small>{item.about}</small>
              </span>
            </label>
          ))}
          {choice === 'custom' ? (
            <input
              className="field mono"
              aria-label="Exit reason"
              placeholder="frame_overrun"
              maxLength={255}
              autoFocus
              value={custom}
              onChange={(event) => setCustom(event.target.value)}
              onKeyDown={(event) => event.key === 'Enter' && !hasReach && act()}
            />
          ) : null}
        </fieldset>
        <BlastWords name={count > 1 ? 'them' : name} blast={blast} />
      </div>
      <footer className="insp-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        {hasReach ? (
          <HoldButton kind="danger" disabled={!isReady} onHeld={act} title="Hold for 600 ms">
            <Zap className="ic" aria-hidden />
            {label}
            <kbd>hold</kbd>
          </HoldButton>
        ) : (
          <Button kind="danger" disabled={!isReady} onClick={act}>
            <Zap className="ic" aria-hidden />
            {label}
          </Button>
        )}
      </footer>
    </Dialog>
  )
}

function BlastWords({ name, blast }: { name: string; blast: Blast }) {
  return (
    <section className="insp-blast" aria-label="Blast radius">
      <div className="row">
        <span className="lbl">Blast radius</span>
        <span className="sp" />
        <span className="m">{plural(blast.total, 'process', 'processes')}</span>
      </div>
      {blast.below > 0 ? (
        <p>
          {plural(blast.below, 'process lives', 'processes live')} below {visible(name)} and end with it.
        </p>
      ) : null}
      {blast.next ? <p>{visible(blast.next)}</p> : null}
    </section>
  )
}
