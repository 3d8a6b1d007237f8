'use client'
/** How long, when, and what ends it before. */
import type { Schedule, StopWhen } from '@orrery/protocol/faults'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { hubNow } from '../live/now.ts'
import { Segments } from '../ui/tabs.tsx'
import { DEFAULT_STOP, type Draft, stepOf } from './draft.ts'
import type { Kind } from './lab-api.ts'
import { NumberInput } from './number-input.tsx'
import { lastingText } from './words.ts'

const DURATIONS = [
  { ms: 10_000, label: '10 s' },
  { ms: 60_000, label: '60 s' },
  { ms: 300_000, label: '5 min' },
] as const

export function Conditions({
  draft,
  kind,
  onStep,
  onChange,
}: {
  draft: Draft
  kind: Kind
  onStep: (change: { durationMs: number | null }) => void
  onChange: (change: Partial<Draft>) => void
}) {
  const { durationMs } = stepOf(draft)
  const known = DURATIONS.some(({ ms }) => ms === durationMs) || durationMs === null
  const choices = [
    ...DURATIONS.map(({ ms, label }) => ({ id: String(ms), label })),
    ...(known ? [] : [{ id: String(durationMs), label: lastingText(durationMs ?? 0) }]),
    { id: 'halted', label: 'Until halted' },
  ]
  return (
    <div className="sec fl-conditions">
      <div>
        <div className="lbl">Duration</div>
        {kind.life === 'shot' ? (
          <p className="i2 fl-small fl-shot">One shot: over as soon as it is done.</p>
        ) : (
          <div className="row fl-wraps">
            <Segments
              label="Duration"
              choices={choices}
              value={durationMs === null ? 'halted' : String(durationMs)}
              onChange={(id) => onStep({ durationMs: id === 'halted' ? null : Number(id) })}
            />
            {durationMs === null ? null : (
              <NumberInput
                label="Duration"
                unit="s"
                value={durationMs / 1_000}
                min={0.1}
                max={3_600}
                isWhole={false}
                onChange={(s) => onStep({ durationMs: Math.round(s * 1_000) })}
              />
            )}
          </div>
        )}
        <div className="lbl fl-second">Schedule</div>
        <ScheduleField schedule={draft.schedule} onChange={(schedule) => onChange({ schedule })} />
        <div className="lbl fl-second">Limits</div>
        <p className="fl-small i2">
          Refused above{' '}
          <NumberInput
            label="Blast limit"
            unit="%"
            value={draft.blastPercent}
            min={0.1}
            max={100}
            isWhole={false}
            onChange={(blastPercent) => onChange({ blastPercent })}
          />{' '}
          of a node
        </p>
        <div className="row fl-second">
          <Segments
            label="If some are refused"
            choices={[
              { id: 'run_rest', label: 'The rest run', title: 'Where some targets are refused' },
              { id: 'stop_all', label: 'All stop', title: 'Where one target is refused' },
            ]}
            value={draft.ifRefused}
            onChange={(ifRefused) => onChange({ ifRefused })}
          />
          <span className="i3 fl-small">if some are refused</span>
        </div>
      </div>
      <div>
        <div className="lbl">Stop when</div>
        <StopConditions stop={draft.stop} onChange={(stop) => onChange({ stop })} />
      </div>
    </div>
  )
}

function ScheduleField({
  schedule,
  onChange,
}: {
  schedule: Schedule
  onChange: (schedule: Schedule) => void
}) {
  const fresh = (kind: Schedule['kind']): Schedule => {
    switch (kind) {
      case 'now':
        return { kind }
      case 'at':
        return { kind, at: new Date(Math.ceil((hubNow() + 60_000) / 60_000) * 60_000).toISOString() }
      case 'every':
        return { kind, everyMs: 120_000, times: 3 }
      case 'pattern':
        return { kind, times: 3, minGapMs: 60_000, maxGapMs: 300_000 }
      default: {
        const never: never = kind
        return never
      }
    }
  }
  return (
    <>
      <Segments
        label="Schedule"
        choices={[
          { id: 'now', label: 'Now' },
          { id: 'at', label: 'At…' },
          { id: 'every', label: 'Every…' },
          { id: 'pattern', label: 'Random…', title: 'Seeded: the same seed, the same gaps' },
        ]}
        value={schedule.kind}
        onChange={(kind) => kind !== schedule.kind && onChange(fresh(kind))}
      />
      {schedule.kind === 'at' ? (
        <input
          className="field m fl-at"
          type="datetime-local"
          step={1}
          aria-label="At, in this machine’s time"
          value={localTime(schedule.at)}
          onChange={(event) => {
            const at = new Date(event.target.value)
            if (!Number.isNaN(at.getTime())) onChange({ kind: 'at', at: at.toISOString() })
          }}
        />
      ) : null}
      {schedule.kind === 'every' ? (
        <p className="fl-small i2 fl-at">
          <Times schedule={schedule} onChange={onChange} />, every{' '}
          <Seconds
            label="Every"
            ms={schedule.everyMs}
            onChange={(everyMs) => onChange({ ...schedule, everyMs })}
          />
        </p>
      ) : null}
      {schedule.kind === 'pattern' ? (
        <p className="fl-small i2 fl-at">
          <Times schedule={schedule} onChange={onChange} />, with gaps of{' '}
          <Seconds
            label="Shortest gap"
            ms={schedule.minGapMs}
            onChange={(minGapMs) =>
              onChange({ ...schedule, minGapMs, maxGapMs: Math.max(minGapMs, schedule.maxGapMs) })
            }
          />{' '}
          to{' '}
          <Seconds
            label="Longest gap"
            ms={schedule.maxGapMs}
            onChange={(maxGapMs) =>
              onChange({ ...schedule, maxGapMs, minGapMs: Math.min(maxGapMs, schedule.minGapMs) })
            }
          />
        </p>
      ) : null}
    </>
  )
}

function Times<S extends Extract<Schedule, { times: number }>>({
  schedule,
  onChange,
}: {
  schedule: S
  onChange: (schedule: S) => void
}) {
  return (
    <NumberInput
      label="Times"
      unit="times"
      value={schedule.times}
      min={1}
      max={1_000}
      onChange={(times) => onChange({ ...schedule, times })}
    />
  )
}

function Seconds({ label, ms, onChange }: { label: string; ms: number; onChange: (ms: number) => void }) {
  return (
    <NumberInput
      label={label}
      unit="s"
      value={ms / 1_000}
      min={1}
      max={86_400}
      onChange={(s) => onChange(s * 1_000)}
    />
  )
}

/** As the browser's own field takes it: local, without a zone. */
function localTime(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

function StopConditions({ stop, onChange }: { stop: StopWhen; onChange: (stop: StopWhen) => void }) {
  return (
    <>
      <Stop name="crashes" words="Crashes caused exceed" min={1} max={100_000} {...{ stop, onChange }} />
      <Stop
        name="intensityPercent"
        words="Restart intensity of any supervisor exceeds"
        unit="%"
        min={1}
        max={100}
        {...{ stop, onChange }}
      />
      <Stop name="mailbox" words="Any mailbox exceeds" min={1} max={1_000_000} {...{ stop, onChange }} />
      <Stop
        name="lostMs"
        words="Hub loses the node for"
        unit="s"
        factor={1_000}
        min={1}
        max={60}
        {...{ stop, onChange }}
      />
      <Stop
        name="handlingP99Ms"
        words="Handling p99 exceeds"
        unit="ms"
        min={0.1}
        max={60_000}
        isWhole={false}
        {...{ stop, onChange }}
      />
    </>
  )
}

const FRESH: { [K in keyof StopWhen]: number } = {
  crashes: DEFAULT_STOP.crashes ?? 100,
  intensityPercent: DEFAULT_STOP.intensityPercent ?? 80,
  mailbox: DEFAULT_STOP.mailbox ?? 10_000,
  lostMs: DEFAULT_STOP.lostMs ?? 2_000,
  handlingP99Ms: 50,
}

function Stop({
  name,
  words,
  unit,
  factor = 1,
  min,
  max,
  isWhole = true,
  stop,
  onChange,
}: {
  name: keyof StopWhen
  words: string
  unit?: string
  /** Of what is shown, in what is asked for. */
  factor?: number
  min: number
  max: number
  isWhole?: boolean
  stop: StopWhen
  onChange: (stop: StopWhen) => void
}): ReactNode {
  const value = stop[name]
  const isOn = value !== null
  return (
    <div className={`fl-stop ${isOn ? '' : 'off'}`}>
      <label>
        <input
          type="checkbox"
          className="sr-only"
          checked={isOn}
          onChange={(event) => onChange({ ...stop, [name]: event.target.checked ? FRESH[name] : null })}
        />
        <span className={`cbx form ${isOn ? 'on' : ''}`} aria-hidden>
          {isOn ? <Check className="ic" /> : null}
        </span>
        {words}
      </label>
      <NumberInput
        label={words}
        {...(unit === undefined ? {} : { unit })}
        value={(value ?? FRESH[name]) / factor}
        min={min}
        max={max}
        isWhole={isWhole}
        isDisabled={!isOn}
        onChange={(next) => onChange({ ...stop, [name]: next * factor })}
      />
    </div>
  )
}
