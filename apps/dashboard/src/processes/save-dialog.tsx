'use client'
/** Names what is looked at, so that one click leads back to it. */
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { TableAddress } from './address.ts'
import type { useSavedViews } from './saved-views.ts'

export function SaveDialog({
  address,
  saved,
  onClose,
}: {
  address: TableAddress
  saved: ReturnType<typeof useSavedViews>
  onClose: () => void
}) {
  const { q, sort, order, group } = address
  const [name, setName] = useState(q || 'All')
  const save = () => {
    if (name.trim() === '') return
    saved.save({ name: name.trim().slice(0, 40), q, sort, order, group })
    onClose()
  }
  return (
    <Dialog label="Save view" onClose={onClose} className="pt-dialog">
      <header className="ph">
        <h2>Save view</h2>
      </header>
      <form
        className="pt-dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <label className="lbl">
          Name
          <input
            className="field"
            value={name}
            maxLength={40}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="i2">Query, sort and group are kept in this browser.</p>
        {saved.views.length > 0 ? (
          <ul aria-label="Saved views">
            {saved.views.map((view) => (
              <li key={view.name} className="row">
                <b className="el">{view.name}</b>
                <span className="m i3 el">{view.q}</span>
                <span className="sp" />
                <button
                  type="button"
                  className="btn sm q"
                  aria-label={`Remove ${view.name}`}
                  onClick={() => saved.remove(view.name)}
                >
                  <Trash2 className="ic" aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </form>
      <footer className="pt-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={name.trim() === ''} onClick={save}>
          Save
        </Button>
      </footer>
    </Dialog>
  )
}
