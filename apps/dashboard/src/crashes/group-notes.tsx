'use client'
/** What people wrote on a group and did to it, who and when; and what was merged into it. */
import type { CrashGroupDetail } from '@orrery/live/views'
import { useState } from 'react'
import { count, dateClock } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { changeText, shortId } from './group-life.ts'
import type { GroupActions } from './use-group-actions.ts'

const FIRST = 3

export function GroupNotes({ group, actions }: { group: CrashGroupDetail; actions: GroupActions }) {
  const [text, setText] = useState('')
  const [isWhole, setIsWhole] = useState(false)
  const notes = isWhole ? group.notes : group.notes.slice(0, FIRST)
  const write = async () => {
    const said = text.trim()
    if (said !== '' && (await actions.note(group, said))) setText('')
  }
  return (
    <section className="sec gn" aria-label="Notes">
      <div className="row">
        <b>Notes</b>
        <span className="sp" />
        {group.notes.length > FIRST ? (
          <button type="button" className="u" onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? `Newest ${FIRST}` : `All ${count(group.notes.length)}`}
          </button>
        ) : null}
      </div>
      {notes.map((note) => (
        <div key={note.id} className="gn-note">
          <div className="row i3">
            <span className="el">
              {visible(note.who)} {note.change === null ? '' : <span className="i2">{changeText(note)}</span>}
            </span>
            <span className="sp" />
            <time className="m" dateTime={new Date(note.atMs).toISOString()}>
              {dateClock(note.atMs).replace(/\.\d+$/, '')}
            </time>
          </div>
          {note.text !== '' && note.change !== 'merged' && note.change !== 'unmerged' ? (
            <p>{visible(note.text)}</p>
          ) : null}
        </div>
      ))}
      <form
        className="gn-form"
        onSubmit={(event) => {
          event.preventDefault()
          void write()
        }}
      >
        <input
          className="field"
          aria-label="Write a note"
          placeholder={actions.off ?? 'Write a note'}
          value={text}
          maxLength={4_000}
          disabled={actions.off !== null}
          onChange={(event) => setText(event.target.value)}
        />
        {text.trim() !== '' ? (
          <Button type="submit" isSmall disabled={actions.isBusy}>
            Add
          </Button>
        ) : null}
      </form>
    </section>
  )
}

export function MergedGroups({ group, actions }: { group: CrashGroupDetail; actions: GroupActions }) {
  if (group.merged.length === 0) return null
  return (
    <section className="sec" aria-label="Merged into it">
      <b>Merged into it</b>
      {group.merged.map((part) => (
        <div key={part.fingerprint} className="gn-part">
          <span className="m i3 nw">{shortId(part.fingerprint)}</span>
          <b className="nw">{visible(part.name)}</b>
          <span className="m i2 el">{visible(part.reasonText)}</span>
          <span className="sp" />
          <span className="m">{count(part.count)}</span>
          <Button
            isSmall
            disabled={actions.off !== null || actions.isBusy}
            title={actions.off ?? 'Its reports and later crashes become a group of their own again'}
            onClick={() => void actions.unmerge({ id: part.fingerprint, name: part.name }, group)}
          >
            Take out
          </Button>
        </div>
      ))}
    </section>
  )
}
