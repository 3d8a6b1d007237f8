import type { FaultTouch } from '@orrery/protocol'
import { readExperiment } from '../faults/lab-api.ts'
import { useAnswer } from '../faults/use-answer.ts'
import { FaultLink } from '../frame/fault-links.tsx'
import { isExperiment } from '../live/fault-spans.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Tag } from '../ui/parts.tsx'

/** A fault that touched the process: what it did, and how that is known. */
export function Injected({ fault, isImported }: { fault: FaultTouch; isImported: boolean }) {
  const { failure } = useAnswer(
    (signal) => readExperiment(fault.fault, signal),
    isExperiment(fault.fault) ? fault.fault : null,
  )
  const isHeld = failure?.code !== 'experiment.unknown'
  const kind = fault.kind.replaceAll('_', ' ')
  // A single command has an id that says nothing, and no page.
  const label = isExperiment(fault.fault) ? `${fault.fault} ${kind}` : `a command, ${kind}`
  return (
    <div className="hatch injected">
      <div>
        <div className="row c-fault strong">
          <Glyph name="fault" />
          {fault.role === 'direct' ? 'Injected by' : 'Downstream of'}{' '}
          {isHeld ? <FaultLink id={fault.fault} label={label} /> : <span>{visible(label)}</span>}
          <span className="sp" />
          <Tag tone="fault">{fault.role}</Tag>
        </div>
        <p className="i2 decided">
          {fault.role === 'direct' ? (
            <>
              Proven{fault.firing ? ' by firing ' : ': '}
              {fault.firing ? (
                <span className="m">{visible(fault.firing)}</span>
              ) : (
                `the ${isExperiment(fault.fault) ? 'fault' : 'command'} ended it itself.`
              )}
            </>
          ) : (
            'It was at work here or before here; that it caused this crash is not proven.'
          )}
        </p>
        {isHeld ? null : (
          <p className="i2 decided">
            {isImported
              ? 'Its record is not held here.'
              : 'Its record is held no more: it is older than what the hub keeps.'}
          </p>
        )}
      </div>
    </div>
  )
}
