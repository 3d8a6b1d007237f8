'use client'
/** By which source maps a stack was read, and where none was found, the way to give one. */
import './map-notes.css'
import { Upload } from 'lucide-react'
import { useState } from 'react'
import { useConnection } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import type { MapAddress, MapNote } from './map-notes-model.ts'
import { MapUpload } from './map-upload.tsx'

export function MapNotes({ notes }: { notes: readonly MapNote[] }) {
  const { role } = useConnection()
  const [asked, setAsked] = useState<MapAddress | null>(null)
  if (notes.length === 0) return null
  return (
    <ul className="maps" aria-label="Source maps">
      {notes.map((note) =>
        note.kind === 'read' ? (
          <li key={note.file} className="i3 el" title={visible(note.file)}>
            <span className="m">{visible(note.file)}</span> read {visible(note.text)}
          </li>
        ) : (
          <li key={note.file} className="row maps-missing">
            <p>
              No source map for <span className="m">{visible(note.file)}</span>. Raw stack shown.
              {note.why === null ? null : <span className="i3"> {capital(visible(note.why))}.</span>}
              {note.address === null ? (
                <span className="i3">
                  {' '}
                  The node tells no release and did not read the file: no map can be found for it.
                </span>
              ) : null}
            </p>
            {note.address === null || role === 'viewer' ? null : (
              <Button isSmall onClick={() => setAsked(note.address)}>
                <Upload className="ic" aria-hidden />
                Give its map
              </Button>
            )}
          </li>
        ),
      )}
      {asked ? <MapUpload address={asked} onClose={() => setAsked(null)} /> : null}
    </ul>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
