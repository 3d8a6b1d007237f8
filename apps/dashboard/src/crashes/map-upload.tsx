'use client'
/** Gives the hub the source map of one bundle: chosen, dropped, or by the command it shows. */
import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { announce } from '../frame/announcer.tsx'
import { uploadSourceMap } from '../live/api.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { readJsonFile } from './import-read.ts'
import { MAP_BYTES, type MapAddress, uploadCommand } from './map-notes-model.ts'
import { useDrop } from './use-drop.ts'

export function MapUpload({ address, onClose }: { address: MapAddress; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [isBusy, setIsBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const command = uploadCommand(window.location.origin, address)

  const take = async (file: File | undefined) => {
    if (file === undefined || isBusy) return
    setIsBusy(true)
    setRefusal(null)
    const read = await readJsonFile(file, {
      bytes: MAP_BYTES,
      tooLarge: 'it is larger than a map may be, 8 MiB',
      noJson: 'it is not the JSON of a source map',
    })
    const answer = read.ok ? await uploadSourceMap(address, read.value) : read
    setIsBusy(false)
    if (!answer.ok) return setRefusal(`${visible(file.name)}: ${answer.message}`)
    announce(`The map of ${address.file} is held.`)
    onClose()
  }
  const isOver = useDrop(([file]) => void take(file))

  return (
    <Dialog label={`Source map of ${address.file}`} onClose={onClose} className="map-dialog">
      <header className="ph">
        <h2 className="el">Source map of {visible(address.file)}</h2>
      </header>
      <div className="map-dialog-body">
        <input
          ref={field}
          type="file"
          accept=".map,.json,application/json"
          hidden
          aria-label="Source map file"
          onChange={(event) => {
            void take(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        <button
          type="button"
          className={`map-drop${isOver ? ' on' : ''}`}
          disabled={isBusy}
          onClick={() => field.current?.click()}
        >
          <Upload className="ic" aria-hidden />
          {isBusy ? 'Uploading' : 'Choose the .map file, or drop it here'}
        </button>
        {refusal ? (
          <p role="alert" className="c-crashed">
            {refusal}
          </p>
        ) : null}
        <dl className="kv">
          {Object.entries(WORDS).map(([key, word]) => {
            const value = address[key as keyof MapAddress]
            return value === undefined ? null : (
              <div key={key} className="contents">
                <dt className="lbl">{word}</dt>
                <dd className="m el" title={visible(value)}>
                  {visible(value)}
                </dd>
              </div>
            )
          })}
        </dl>
        <p className="i2">
          Every stack of this bundle reads by it, those that are here too. Groups stay as they are; functions
          it names group new crashes.
        </p>
        <div className="map-command">
          <pre className="m i2">{command}</pre>
          <CopyButton text={command} label="Copy command" />
        </div>
      </div>
      <footer className="map-dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </footer>
    </Dialog>
  )
}

const WORDS: Record<keyof MapAddress, string> = {
  application: 'Application',
  release: 'Release',
  file: 'File',
  debugId: 'Debug id',
  sha256: 'Sha256',
}
