'use client'
/** A routine: which scenario, how often, on which days and hours, by what chance, and when it stops itself. */
import type { Routine, RoutineBody, Scenario } from '@orrery/protocol/faults'
import Link from 'next/link'
import { useState } from 'react'
import { experimentPath } from '../frame/addresses.ts'
import { announce } from '../frame/announcer.tsx'
import { count, plural } from '../live/format.ts'
import { visible } from '../term/term-text.ts'
import { Button, HoldButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Segments } from '../ui/tabs.tsx'
import { removeRoutine, saveRoutine } from './lab-api.ts'
import { NumberInput } from './number-input.tsx'
import { isStopped } from './routine-model.ts'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

export function RoutineDialog({
  routine,
  scenarios,
  off,
  onSaved,
  onClose,
}: {
  /** `null`: a new one. */
  routine: Routine | null
  scenarios: readonly Scenario[]
  /** Why nothing can be changed; `null` where it can. */
  off: string | null
  onSaved: () => void
  onClose: () => void
}) {
  const [body, setBody] = useState<RoutineBody>(routine?.body ?? freshBody(scenarios[0]))
  const [holidays, setHolidays] = useState(body.holidays.join(' '))
  const [failure, setFailure] = useState<string | null>(null)
  const set = (change: Partial<RoutineBody>) => {
    setFailure(null)
    setBody({ ...body, ...change })
  }
  const days = holidays.split(/[\s,]+/).filter(Boolean)
  const wrongDay = days.find((day) => !/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
  const lack =
    body.name.trim() === ''
      ? 'It needs a name.'
      : body.scenario === ''
        ? 'Choose a scenario.'
        : body.weekdays.length === 0
          ? 'Choose a day.'
          : body.toHour <= body.fromHour
            ? 'The hours end before they begin.'
            : wrongDay === undefined
              ? null
              : `${wrongDay} is no date like 2026-12-24.`
  const why = off ?? lack
  const done = async (what: string, answer: { ok: true } | { ok: false; message: string }) => {
    if (!answer.ok) {
      setFailure(answer.message)
      return
    }
    announce(`${what} ${body.name}`)
    onSaved()
    onClose()
  }
  const save = async (change: Partial<RoutineBody> = {}) => {
    if (why !== null) return
    await done('Saved', await saveRoutine(routine?.id ?? null, { ...body, holidays: days, ...change }))
  }
  return (
    <Dialog
      label={routine ? `Routine ${routine.body.name}` : 'New routine'}
      onClose={onClose}
      className="fl-routine"
    >
      <header className="ph">
        <h2>{routine ? visible(routine.body.name) : 'New routine'}</h2>
        <span className="sp" />
        {routine ? (
          <span className="lbl">
            {plural(routine.runsToday, 'run')} and {plural(routine.crashesToday, 'crash', 'crashes')} today
          </span>
        ) : null}
      </header>
      <div className="fl-routine-body">
        {routine && routine.stoppedWhy !== '' ? (
          <p className="c-backlog" role="status">
            {isStopped(routine) ? 'It stopped itself: ' : ''}
            {visible(routine.stoppedWhy)}
          </p>
        ) : null}
        <label className="lbl">
          Name
          <input
            className="field"
            value={body.name}
            maxLength={120}
            onChange={(event) => set({ name: event.target.value })}
          />
        </label>
        <label className="lbl">
          Scenario
          <select
            className="field"
            value={body.scenario}
            onChange={(event) => set({ scenario: event.target.value })}
          >
            {scenarios.map(({ id, name }) => (
              <option key={id} value={id}>
                {visible(name)}
              </option>
            ))}
          </select>
        </label>
        <p className="i2 fl-small">
          Every{' '}
          <NumberInput
            label="Every"
            unit="min"
            value={body.everyMs / 60_000}
            min={1}
            max={1_440}
            onChange={(minutes) => set({ everyMs: minutes * 60_000 })}
          />
          , between{' '}
          <NumberInput
            label="From hour"
            value={body.fromHour}
            min={0}
            max={23}
            onChange={(fromHour) => set({ fromHour })}
          />{' '}
          and{' '}
          <NumberInput
            label="To hour"
            value={body.toHour}
            min={1}
            max={24}
            onChange={(toHour) => set({ toHour })}
          />{' '}
          o’clock, with a chance of{' '}
          <NumberInput
            label="Chance"
            unit="%"
            value={Math.round(body.probability * 1_000) / 10}
            min={0.1}
            max={100}
            isWhole={false}
            onChange={(percent) => set({ probability: percent / 100 })}
          />
        </p>
        <fieldset className="fl-days">
          <legend className="lbl">On</legend>
          {DAYS.map((day, i) => {
            const isOn = body.weekdays.includes(i + 1)
            return (
              <button
                key={day}
                type="button"
                className={`fl-pick ${isOn ? 'on' : ''}`}
                aria-pressed={isOn}
                onClick={() =>
                  set({
                    weekdays: isOn
                      ? body.weekdays.filter((one) => one !== i + 1)
                      : [...body.weekdays, i + 1].sort((a, b) => a - b),
                  })
                }
              >
                {day}
              </button>
            )
          })}
        </fieldset>
        <div className="fl-two">
          <label className="lbl">
            Time zone
            <input
              className="field m"
              value={body.zone}
              maxLength={64}
              onChange={(event) => set({ zone: event.target.value })}
            />
          </label>
          <label className="lbl">
            Not on
            <input
              className="field m"
              value={holidays}
              placeholder="2026-12-24 2026-12-25"
              aria-invalid={wrongDay !== undefined}
              onChange={(event) => {
                setFailure(null)
                setHolidays(event.target.value)
              }}
            />
          </label>
        </div>
        <p className="i2 fl-small">
          It stops itself beyond{' '}
          <NumberInput
            label="Runs a day"
            unit="runs"
            value={body.budget.runsPerDay}
            min={1}
            max={1_000}
            onChange={(runsPerDay) => set({ budget: { ...body.budget, runsPerDay } })}
          />{' '}
          or{' '}
          <NumberInput
            label="Crashes a day"
            unit="crashes"
            value={body.budget.crashesPerDay}
            min={1}
            max={100_000}
            onChange={(crashesPerDay) => set({ budget: { ...body.budget, crashesPerDay } })}
          />{' '}
          a day, and after an experiment that was
        </p>
        <Segments
          label="Stops itself after"
          choices={[
            { id: 'degraded', label: 'degraded or worse' },
            { id: 'escalated', label: 'escalated' },
          ]}
          value={body.stopAfter}
          onChange={(stopAfter) => set({ stopAfter })}
        />
        {routine?.lastExperiment ? (
          <p className="fl-small i2">
            The last was{' '}
            <Link href={experimentPath(routine.lastExperiment)} className="m u">
              {routine.lastExperiment}
            </Link>
            . Seed {count(body.seed)}.
          </p>
        ) : null}
        {failure ? (
          <p className="c-crashed" role="alert">
            Not saved: {failure}
          </p>
        ) : null}
      </div>
      <footer className="name-dialog-foot">
        {routine ? (
          <HoldButton
            kind="danger"
            disabled={off !== null}
            title="Hold for 600 ms"
            onHeld={() => void removeRoutine(routine.id).then((answer) => done('Removed', answer))}
          >
            Remove <kbd>hold</kbd>
          </HoldButton>
        ) : null}
        <span className="sp" />
        <span className="fl-why" role="status">
          {why}
        </span>
        <Button onClick={onClose}>Cancel</Button>
        {routine ? (
          <Button onClick={() => void save({ isOn: !isOnNow(routine) })} disabled={why !== null}>
            {isOnNow(routine) ? 'Turn off' : 'Turn on'}
          </Button>
        ) : null}
        <Button kind="primary" disabled={why !== null} onClick={() => void save()}>
          {routine ? 'Save' : 'Save and turn on'}
        </Button>
      </footer>
    </Dialog>
  )
}

/** One that stopped itself is as good as off: it waits for somebody to turn it on. */
function isOnNow(routine: Routine): boolean {
  return routine.body.isOn && !isStopped(routine)
}

function freshBody(scenario: Scenario | undefined): RoutineBody {
  return {
    name: scenario?.name ?? '',
    scenario: scenario?.id ?? '',
    isOn: true,
    everyMs: 600_000,
    weekdays: [1, 2, 3, 4, 5],
    fromHour: 9,
    toHour: 17,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    holidays: [],
    probability: 1,
    seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
    budget: { runsPerDay: 48, crashesPerDay: 200 },
    stopAfter: 'escalated',
  }
}
