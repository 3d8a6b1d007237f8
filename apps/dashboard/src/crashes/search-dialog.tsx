'use client'
/** Names the search that is looked at, so that one click leads back to it. */
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { useSearches } from './searches.ts'

export function SearchDialog({
  query,
  saved,
  onClose,
}: {
  query: string
  saved: ReturnType<typeof useSearches>
  onClose: () => void
}) {
  const [name, setName] = useState(query || 'All')
  const save = () => {
    if (name.trim() === '') return
    saved.save({ name: name.trim().slice(0, 40), q: query })
    onClose()
  }
  return (
    <Dialog label="Save search" onClose={onClose} className="gm">
      <header className="ph">
        <h2>Save search</h2>
      </header>
      <form
        className="gm-body"
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
        <p className="m i2 el">{query || 'Everything of the last 24 h'}</p>
        <p className="i3">It is kept in this browser.</p>
        {saved.searches.length > 0 ? (
          <ul aria-label="Saved searches">
            {saved.searches.map((search) => (
              <li key={search.name} className="row">
                <b className="el">{search.name}</b>
                <span className="m i3 el">{search.q}</span>
                <span className="sp" />
                <button
                  type="button"
                  className="btn sm q"
                  aria-label={`Remove ${search.name}`}
                  onClick={() => saved.remove(search.name)}
                >
                  <Trash2 className="ic" aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </form>
      <footer className="gm-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={name.trim() === ''} onClick={save}>
          Save
        </Button>
      </footer>
    </Dialog>
  )
}
