'use client'
/** Suspending a supervisor stops it restarting anything: that is asked first. */
import { Pause } from 'lucide-react'
import { plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button, HoldButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

export function ConfirmSuspend({
  name,
  below,
  onSuspend,
  onClose,
}: {
  name: string
  below: number
  onSuspend: () => void
  onClose: () => void
}) {
  const shown = visible(name)
  return (
    <Dialog label={`Suspend ${shown}`} onClose={onClose} className="insp-dialog">
      <header className="ph">
        <h2>Suspend {shown}</h2>
      </header>
      <div className="insp-dialog-body">
        <p className="i2">
          {shown} is a supervisor of {plural(below, 'process', 'processes')}. They run on, but what exits
          meanwhile is not restarted until {shown} is resumed.
        </p>
      </div>
      <footer className="insp-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <HoldButton
          title="Hold for 600 ms"
          onHeld={() => {
            onSuspend()
            onClose()
          }}
        >
          <Pause className="ic" aria-hidden />
          Suspend {shown} for 5 min
          <kbd>hold</kbd>
        </HoldButton>
      </footer>
    </Dialog>
  )
}
