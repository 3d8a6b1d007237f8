'use client'
/** Crash on the next message: a lease, so it says for how long before it is asked for. */
import { FlaskConical } from 'lucide-react'
import { useState } from 'react'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

const DURATIONS = [
  { ms: 10_000, words: '10 s' },
  { ms: 60_000, words: '1 min' },
  { ms: 300_000, words: '5 min' },
  { ms: 900_000, words: '15 min' },
] as const

export function CrashDialog({
  name,
  pid,
  onCrash,
  onClose,
}: {
  name: string
  pid: string
  onCrash: (reason: string, durationMs: number) => void
  onClose: () => void
}) {
  const [reason, setReason] = useState('injected')
  const [durationMs, setDurationMs] = useState<number>(60_000)
  const isReady = reason.trim() !== ''
  const act = () => {
    if (!isReady) return
    onCrash(reason.trim(), durationMs)
    onClose()
  }
  return (
    <Dialog label={`Crash ${visible(name)} on its next message`} onClose={onClose} className="insp-dialog">
      <header className="ph">
        <h2>Crash {visible(name)} on its next message</h2>
        <span className="m i3">{visible(pid)}</span>
      </header>
      <div className="insp-dialog-body">
        <label className="insp-field">
          <span className="lbl">Throws</span>
          <input
            className="field mono"
            maxLength={255}
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && act()}
          />
        </label>
        <fieldset>
          <legend className="lbl">Armed for</legend>
          <div className="insp-durations">
            {DURATIONS.map(({ ms, words }) => (
              <label key={ms}>
                <input
                  type="radio"
                  name="duration"
                  checked={durationMs === ms}
                  onChange={() => setDurationMs(ms)}
                />
                <span>{words}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <p className="i2">
          It throws once, inside its handler, at the next message. If none comes in time nothing happens. Halt
          all takes it back at once, and the node takes it back 5 s after losing the hub.
        </p>
      </div>
      <footer className="insp-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="fault" disabled={!isReady} onClick={act}>
          <FlaskConical className="ic" aria-hidden />
          Throw in {visible(name)}, within {DURATIONS.find(({ ms }) => ms === durationMs)?.words}
        </Button>
      </footer>
    </Dialog>
  )
}
