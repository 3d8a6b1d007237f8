/** What became of the last commands. A press is never only a press. */
import { Check } from 'lucide-react'
import { Glyph } from '../ui/glyphs.tsx'
import type { Sent } from './use-command.ts'

export function CommandLog({ sent }: { sent: readonly Sent[] }) {
  return (
    <ul className="insp-log" aria-label="Commands">
      {sent.map((entry) => (
        <li key={entry.id} className={entry.state} data-state={entry.state}>
          {entry.state === 'sent' ? (
            <Glyph name="waiting" size={11} />
          ) : entry.state === 'applied' ? (
            <Check className="ic c-signal" aria-hidden />
          ) : (
            <Glyph name="crashed" size={11} />
          )}
          <span>
            {entry.state === 'sent' ? (
              <>{entry.what}: sent, not yet applied</>
            ) : entry.state === 'applied' ? (
              <>{entry.what}: applied</>
            ) : (
              <>
                {entry.what}: <span className="c-crashed">refused: {entry.detail}</span>
              </>
            )}
          </span>
          {entry.auditId ? (
            <span className="m i3 el" title={`Audit ${entry.auditId}`}>
              audit {entry.auditId.slice(0, 8)}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  )
}
