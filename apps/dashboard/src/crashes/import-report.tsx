'use client'
/** Takes exported reports in: chosen, or dropped anywhere on the page. One that came in is opened. */
import './import-report.css'
import { Upload } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { crashPath } from '../frame/addresses.ts'
import { useKeys } from '../frame/keys.ts'
import { importCrash } from '../live/api.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/parts.tsx'
import { readReportFile } from './import-read.ts'
import { useDrop } from './use-drop.ts'

/** At once; more are a backup, which is another way. */
const MOST_FILES = 50

interface Told {
  tone: 'signal' | 'crashed'
  title: string
  lines: string[]
}

export function ImportReport() {
  const router = useRouter()
  const field = useRef<HTMLInputElement>(null)
  const [isBusy, setIsBusy] = useState(false)
  const [told, setTold] = useState<Told | null>(null)

  const take = async (files: File[]) => {
    if (files.length === 0 || isBusy) return
    setIsBusy(true)
    setTold(null)
    const taken: string[] = []
    const refused: string[] = []
    for (const file of files.slice(0, MOST_FILES)) {
      const answer = await importFile(file)
      if (answer.ok) taken.push(answer.id)
      else refused.push(`${visible(file.name)}: ${answer.message}`)
    }
    if (files.length > MOST_FILES)
      refused.push(`${files.length - MOST_FILES} more: at most ${MOST_FILES} at once`)
    setIsBusy(false)
    const [only] = taken
    if (only !== undefined && taken.length === 1 && refused.length === 0) router.push(crashPath(only))
    else if (refused.length > 0) {
      setTold({
        tone: 'crashed',
        title: taken.length === 0 ? 'Not imported' : `${taken.length} imported, ${refused.length} not`,
        lines: refused.slice(0, 6),
      })
    } else setTold({ tone: 'signal', title: `${taken.length} imported`, lines: [] })
  }
  const isOver = useDrop(take)
  useKeys('Crashes', [
    { keys: 'I', label: 'Import a report', run: () => field.current?.click() },
    { keys: 'Escape', run: () => (told ? setTold(null) : false) },
  ])

  return (
    <>
      <input
        ref={field}
        type="file"
        accept="application/json,.json"
        multiple
        hidden
        aria-label="Report files"
        onChange={(event) => {
          void take([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      <button type="button" className="imp-open" disabled={isBusy} onClick={() => field.current?.click()}>
        <Upload className="ic" aria-hidden />
        {isBusy ? 'Importing' : 'Import report'} <Kbd>⇧I</Kbd>
      </button>
      {told ? (
        <section className="imp-told" role="alert" aria-label={told.title}>
          <div className="row">
            <h2 className={`c-${told.tone}`}>{told.title}</h2>
            <span className="sp" />
            <Button isSmall kind="quiet" onClick={() => setTold(null)}>
              Close
            </Button>
          </div>
          {told.lines.map((line) => (
            <p key={line} className="i2">
              {line}
            </p>
          ))}
        </section>
      ) : null}
      {isOver ? (
        <div className="imp-drop">
          <p>
            <Upload className="ic" aria-hidden />
            Drop to import
          </p>
        </div>
      ) : null}
    </>
  )
}

async function importFile(file: File): Promise<{ ok: true; id: string } | { ok: false; message: string }> {
  const read = await readReportFile(file)
  if (!read.ok) return read
  const answer = await importCrash(read.report)
  return answer.ok ? { ok: true, id: answer.value.id } : { ok: false, message: answer.message }
}
