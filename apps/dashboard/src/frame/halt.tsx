'use client'
/** Halt all: ends every lease everywhere, from anywhere, without asking. Never off. */
import { OctagonX } from 'lucide-react'
import { useEffect, useState } from 'react'
import { activeFaults } from '../faults/experiment-model.ts'
import { haltAll, releaseHalt } from '../live/api.ts'
import { plural } from '../live/format.ts'
import { useConnection, useView } from '../live/use-view.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { announce } from './announcer.tsx'

export interface Halt {
  active: number
  isHalted: boolean
  isSending: boolean
  /** Why the last press did not arrive. */
  failure: string | null
  press: () => Promise<void>
}

const UNSENT = 'Not sent. Agents remove all faults 5 s after losing the hub.'

/** The state of Halt all, and the press; `press` releases the latch when it holds. */
export function useHalt(): Halt {
  const { data } = useView('faults', {}, { followsTime: false })
  const [isSending, setIsSending] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const { link } = useConnection()
  // What could not be sent is over when the hub is there again.
  useEffect(() => {
    if (link === 'open') setFailure(null)
  }, [link])
  const active = activeFaults(data)
  const isHalted = data?.isHalted ?? false
  const press = async () => {
    setIsSending(true)
    const answer = isHalted ? await releaseHalt() : await haltAll()
    setIsSending(false)
    const words = answer.ok
      ? isHalted
        ? 'Faults are allowed again.'
        : `Halted. ${plural(active, 'fault')} removed.`
      : answer.status === 0
        ? UNSENT
        : answer.code === 'role.insufficient'
          ? 'Not sent. Halt all needs the operator’s token.'
          : answer.message
    setFailure(answer.ok ? null : words)
    announce(words, { isAssertive: true })
  }
  return { active, isHalted, isSending, failure, press }
}

export function HaltAll({ halt }: { halt: Halt }) {
  const { active, isHalted, isSending, failure, press } = halt
  return (
    <div className={`armed ${active > 0 || isHalted ? 'on' : ''}`} style={{ position: 'relative' }}>
      <span>
        {active > 0 ? <Glyph name="fault" /> : null}
        {isHalted ? 'halted' : active === 0 ? 'no faults' : `${plural(active, 'fault')} active`}
      </span>
      <button type="button" onClick={() => void press()} aria-busy={isSending} title={failure ?? undefined}>
        {isHalted ? 'Release' : 'Halt all'} <kbd>⌃.</kbd>
      </button>
    </div>
  )
}

/** One line for the moment Halt all could not be sent. */
export function HaltFailure({ halt }: { halt: Halt }) {
  if (!halt.failure) return null
  return (
    <div className="halt-failure" role="alert">
      <Glyph name="crashed" size={11} />
      {halt.failure}
    </div>
  )
}

export function PhoneHalt({ halt }: { halt: Halt }) {
  const { active, isHalted, press, failure } = halt
  return (
    <>
      {failure ? <div className="phone-failure c-crashed">{failure}</div> : null}
      <button
        type="button"
        className={`halt ${active > 0 || isHalted ? 'on' : ''}`}
        onClick={() => void press()}
      >
        <OctagonX width={20} height={20} aria-hidden />
        <span>
          {isHalted ? 'Release' : 'Halt all'}
          <small>
            {isHalted
              ? 'no fault is taken until then'
              : active === 0
                ? 'no faults'
                : `removes ${plural(active, 'fault')} in under 1 s`}
          </small>
        </span>
      </button>
    </>
  )
}
