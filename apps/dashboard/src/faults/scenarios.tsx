'use client'
/** Saved scenarios: one click puts one into the composer; a name saves what is there. */
import type { Scenario, ScenarioBody } from '@orrery/protocol/faults'
import { Layers, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { announce } from '../frame/announcer.tsx'
import type { Answer } from '../live/api.ts'
import { plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { removeScenario, saveScenario } from './lab-api.ts'

export function ScenarioList({
  scenarios,
  off,
  onLoad,
  onChanged,
}: {
  scenarios: readonly Scenario[]
  off: string | null
  onLoad: (scenario: Scenario) => void
  onChanged: () => void
}) {
  const [failure, setFailure] = useState<string | null>(null)
  const [removed, setRemoved] = useState<Scenario | null>(null)
  if (scenarios.length === 0 && removed === null) return null
  const told = (answer: Answer<unknown>, done: string, not: string) => {
    setFailure(answer.ok ? null : `${not}: ${answer.message}`)
    announce(answer.ok ? done : `${not}: ${answer.message}`)
    onChanged()
  }
  const remove = async (scenario: Scenario) => {
    const answer = await removeScenario(scenario.id)
    setRemoved(answer.ok ? scenario : null)
    told(answer, `Removed ${scenario.name}`, `${scenario.name} was not removed`)
  }
  const putBack = async ({ name, body }: Scenario) => {
    const answer = await saveScenario(null, name, body)
    if (answer.ok) setRemoved(null)
    told(answer, `${name} is back`, `${name} could not be put back`)
  }
  return (
    <section aria-label="Saved scenarios">
      <h3 className="lbl fl-group fl-apart">Saved scenarios</h3>
      {scenarios.map((scenario) => (
        <div key={scenario.id} className="fl-saved">
          <button type="button" className="fl-kind" onClick={() => onLoad(scenario)}>
            <Layers className="ic" aria-hidden />
            <span className="el" title={visible(scenario.name)}>
              {visible(scenario.name)}
            </span>
            <span className="sp" />
            <span className="lbl nw">{plural(scenario.body.steps.length, 'fault')}</span>
          </button>
          {off === null ? (
            <button
              type="button"
              className="fl-drop"
              aria-label={`Remove scenario ${scenario.name}`}
              onClick={() => void remove(scenario)}
            >
              <Trash2 className="ic" aria-hidden />
            </button>
          ) : null}
        </div>
      ))}
      {removed ? (
        <p className="fl-note row">
          <span className="el" title={visible(removed.name)}>
            Removed {visible(removed.name)}.
          </span>
          <Button isSmall onClick={() => void putBack(removed)}>
            Undo
          </Button>
        </p>
      ) : null}
      {failure ? (
        <p className="fl-note c-crashed" role="alert">
          {visible(failure)}
        </p>
      ) : null}
    </section>
  )
}

export function ScenarioDialog({
  body,
  scenarios,
  suggested,
  onSaved,
  onClose,
}: {
  body: ScenarioBody
  scenarios: readonly Scenario[]
  suggested: string
  onSaved: (name: string) => void
  onClose: () => void
}) {
  const [name, setName] = useState(suggested)
  const [failure, setFailure] = useState<string | null>(null)
  const same = scenarios.find((one) => one.name === name.trim())
  const save = async () => {
    const asked = name.trim()
    if (asked === '') return
    const answer = await saveScenario(same?.id ?? null, asked, body)
    if (!answer.ok) {
      setFailure(answer.message)
      return
    }
    announce(`Saved ${asked}`)
    onSaved(asked)
    onClose()
  }
  return (
    <Dialog label="Save scenario" onClose={onClose} className="name-dialog">
      <header className="ph">
        <h2>Save scenario</h2>
      </header>
      <form
        className="name-dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <label className="lbl">
          Name
          <input
            className="field"
            value={name}
            maxLength={120}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="i2">
          {plural(body.steps.length, 'fault')} with targets, times and conditions. The hub keeps it for
          everybody; a routine and CI can run it.
        </p>
        {failure ? (
          <p className="c-crashed" role="alert">
            Not saved: {failure}
          </p>
        ) : null}
      </form>
      <footer className="name-dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={name.trim() === ''} onClick={() => void save()}>
          {same ? 'Replace' : 'Save'}
        </Button>
      </footer>
    </Dialog>
  )
}
