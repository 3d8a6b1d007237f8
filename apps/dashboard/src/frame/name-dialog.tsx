'use client'
/** Names what is looked at, so that one click leads back to it. */
import { Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import './name-dialog.css'
import type { Named, NamedList } from './named-list.ts'

const MAX_NAME = 40

export function NameDialog<T extends Named>({
  what,
  suggested,
  children,
  saved,
  make,
  onClose,
}: {
  /** `view`, `search`. */
  what: string
  suggested: string
  /** What is kept, in words. */
  children: ReactNode
  saved: NamedList<T>
  /** What is looked at, under this name. */
  make: (name: string) => T
  onClose: () => void
}) {
  const [name, setName] = useState(suggested)
  const save = () => {
    if (name.trim() === '') return
    saved.save(make(name.trim().slice(0, MAX_NAME)))
    onClose()
  }
  return (
    <Dialog label={`Save ${what}`} onClose={onClose} className="name-dialog">
      <header className="ph">
        <h2>Save {what}</h2>
      </header>
      <form
        className="name-dialog-body"
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
            maxLength={MAX_NAME}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        {children}
        {saved.items.length > 0 ? (
          <ul aria-label={`Saved ${what}s`}>
            {saved.items.map((item) => (
              <li key={item.name} className="row">
                <b className="el">{item.name}</b>
                <span className="m i3 el">{item.q}</span>
                <span className="sp" />
                <button
                  type="button"
                  className="btn sm q"
                  aria-label={`Remove ${item.name}`}
                  onClick={() => saved.remove(item.name)}
                >
                  <Trash2 className="ic" aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </form>
      <footer className="name-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={name.trim() === ''} onClick={save}>
          Save
        </Button>
      </footer>
    </Dialog>
  )
}
