'use client'
/** The foot of the inspector: what can be done to the process, and what became of it. */
import type { ProcessView, TreeView } from '@orrery/live/views'
import { FlaskConical, Pause, Play, Zap } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { pidQuery } from '../faults/draft.ts'
import { labPath } from '../faults/lab-address.ts'
import { announce } from '../frame/announcer.tsx'
import { useKeys } from '../frame/keys.ts'
import { useMoment } from '../live/moment.ts'
import { copyText } from '../ui/copy-button.tsx'
import { type ActionName, blastOf, isStanding, noInjection, refusalOf } from './action-model.ts'
import { ActionsMenu } from './actions-menu.tsx'
import { CommandLog } from './command-log.tsx'
import { ConfirmSuspend } from './confirm-suspend.tsx'
import { CrashDialog } from './crash-dialog.tsx'
import { KillDialog } from './kill-dialog.tsx'
import { useCommand } from './use-command.ts'

/** A suspension is a lease: it ends by itself, in case nobody comes back to it. */
export const SUSPEND_MS = 300_000

type Open = 'kill' | 'crash' | 'suspend' | 'menu' | null

export function Actions({
  node,
  processKey,
  process,
  view,
  isOld,
}: {
  node: string
  processKey: string
  process: ProcessView
  view: TreeView
  isOld: boolean
}) {
  const { row } = process
  const { heldAtMs } = useMoment()
  const router = useRouter()
  const { sent, send } = useCommand(node, processKey)
  const [open, setOpen] = useState<Open>(null)
  const situation = {
    capabilities: process.capabilities,
    absent: process.absent,
    row,
    node,
    isOld,
    isHeld: heldAtMs !== null,
  }
  const why = (action: ActionName) => refusalOf(action, situation)
  const isSuspended = row?.status === 'suspended'
  const hold: ActionName = isSuspended ? 'resume' : 'suspend'
  const blast = blastOf(view, processKey, process.childSpec?.restart ?? null)
  const isSupervisor = row?.kind === 'supervisor'

  const suspend = () => send('Suspend for 5 min', { command: 'suspend', durationMs: SUSPEND_MS })
  const toggleHold = () => {
    if (why(hold) !== null) return
    if (isSuspended) send('Resume', { command: 'resume' })
    else if (isSupervisor) setOpen('suspend')
    else suspend()
  }
  const askKill = () => {
    if (why('kill') === null) setOpen('kill')
  }
  const askCrash = () => {
    if (why('crash_next') === null) setOpen('crash')
  }
  const noInject = noInjection(situation)
  const inject = () => {
    if (noInject === null && row) router.push(labPath({ q: pidQuery(node, row.key) }))
  }
  const copyPid = async () => {
    if (row) announce((await copyText(row.pid)) ? `Copied ${row.pid}` : 'The pid was not copied')
  }
  useKeys('Selection', [
    { keys: 's', label: 'Suspend or resume', run: toggleHold },
    { keys: 'K', label: 'Kill, asks with the blast radius', run: askKill },
    { keys: 'F', label: 'Inject a fault', run: inject },
    { keys: '.', label: 'All actions', run: () => setOpen('menu') },
    { keys: 'y', label: 'Copy the pid', run: () => void copyPid() },
  ])

  const standing = (['kill', hold, 'crash_next'] as const).filter((action) => isStanding(action, situation))
  const reasons = [...new Set(standing.map(why))]
  const items = [
    { name: isSuspended ? 'Resume' : 'Suspend', keys: 'S', why: why(hold), run: toggleHold },
    { name: 'Kill…', keys: '⇧K', why: why('kill'), run: askKill },
    { name: 'Inject a fault…', keys: '⇧F', why: noInject, run: inject },
    { name: 'Crash on next message…', keys: '', why: why('crash_next'), run: askCrash },
    { name: 'Copy pid', keys: 'Y', why: row ? null : 'The process is not there.', run: () => void copyPid() },
  ]
  return (
    <div className="sec insp-foot">
      <CommandLog sent={sent} />
      {reasons.length > 0 ? <p className="insp-why">{reasons.join(' ')}</p> : null}
      <div className="insp-actions">
        <ActionButton why={why(hold)} onClick={toggleHold}>
          {isSuspended ? <Play className="ic" aria-hidden /> : <Pause className="ic" aria-hidden />}
          {isSuspended ? 'Resume' : 'Suspend'}
        </ActionButton>
        <ActionButton kind="dan" why={why('kill')} onClick={askKill}>
          <Zap className="ic" aria-hidden />
          Kill…
        </ActionButton>
        <ActionButton kind="flt" why={noInject} onClick={inject}>
          <FlaskConical className="ic" aria-hidden />
          Inject…
        </ActionButton>
      </div>
      <div className="insp-more">
        <button type="button" disabled={!row} onClick={() => void copyPid()}>
          Copy pid <kbd>Y</kbd>
        </button>
        <span className="sp" />
        <button type="button" onClick={() => setOpen('menu')}>
          All actions <kbd>.</kbd>
        </button>
      </div>
      {open === 'kill' && row ? (
        <KillDialog
          name={row.name}
          pid={row.pid}
          isSupervisor={isSupervisor}
          blast={blast}
          onKill={(reason) => send(`Kill with ${reason}`, { command: 'kill', reason })}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'crash' && row ? (
        <CrashDialog
          name={row.name}
          pid={row.pid}
          onCrash={(reason, durationMs) =>
            send('Crash on next message', { command: 'crash_next', reason, durationMs })
          }
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'suspend' && row ? (
        <ConfirmSuspend
          name={row.name}
          below={blast.below}
          onSuspend={suspend}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'menu' ? <ActionsMenu items={items} onClose={() => setOpen(null)} /> : null}
    </div>
  )
}

/** A button that is off says why, to the pointer and to a screen reader, and still takes the focus. */
function ActionButton({
  kind = '',
  why,
  onClick,
  children,
}: {
  kind?: string
  why: string | null
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      className={`btn ${kind}`}
      aria-disabled={why !== null}
      title={why ?? undefined}
      onClick={why === null ? onClick : undefined}
    >
      {children}
    </button>
  )
}
