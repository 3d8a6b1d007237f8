'use client'
/** Merging groups: which one stays, and what will happen, before it happens. */
import type { CrashGroupRow } from '@orrery/live/views'
import { useState } from 'react'
import { count, plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { shortId } from './group-life.ts'
import { StatusTag } from './status.tsx'
import type { GroupActions } from './use-group-actions.ts'

export function MergeDialog({
  groups,
  actions,
  onClose,
  onMerged,
}: {
  /** Two or more, the one that stays unless another is chosen first. */
  groups: readonly CrashGroupRow[]
  actions: GroupActions
  onClose: () => void
  onMerged: (into: CrashGroupRow) => void
}) {
  const [intoId, setIntoId] = useState(groups[0]?.id)
  const into = groups.find(({ id }) => id === intoId) ?? groups[0]
  if (!into) return null
  const others = groups.filter((group) => group !== into)
  const sum = groups.reduce((total, group) => total + group.count, 0)
  const merge = async () => {
    onClose()
    await actions.merge(others, into)
    onMerged(into)
  }
  return (
    <Dialog label="Merge groups" onClose={onClose} className="gm">
      <header className="ph">
        <h2>Merge {plural(groups.length, 'group')} into</h2>
      </header>
      <fieldset className="gm-list">
        <legend className="sr-only">Which group stays</legend>
        {groups.map((group) => (
          <label key={group.id} className="row">
            <input type="radio" name="into" checked={group === into} onChange={() => setIntoId(group.id)} />
            <span className="m i3 nw">{shortId(group.fingerprint)}</span>
            <b>{visible(group.name)}</b>
            <span className="m i2 el">{visible(group.reasonText)}</span>
            <span className="sp" />
            <StatusTag status={group.status} />
            <span className="m r gm-count">{count(group.count)}</span>
          </label>
        ))}
      </fieldset>
      <ul className="gm-will">
        <li>
          {others.length === 1 ? 'One group joins' : `${count(others.length)} groups join`}{' '}
          {visible(into.name)} {shortId(into.fingerprint)}: {plural(sum, 'crash', 'crashes')} of the last 24 h
          stand in it then.
        </li>
        <li>
          Later crashes with {others.length === 1 ? 'its fingerprint' : 'their fingerprints'} join it too,
          until somebody takes {others.length === 1 ? 'it' : 'them'} out again.
        </li>
        <li>
          It stays <b>{into.status}</b>. Notes of all of them are shown on it.
        </li>
      </ul>
      <footer className="gm-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" onClick={() => void merge()}>
          Merge
        </Button>
      </footer>
    </Dialog>
  )
}
