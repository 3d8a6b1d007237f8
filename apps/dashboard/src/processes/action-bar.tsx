'use client'
/** Floats above the foot while something is selected: what can be done to all of it. */
import type { SelectionView } from '@orrery/live/views'
import { Copy, FlaskConical, Pause, Zap } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { labPath } from '../faults/lab-address.ts'
import { announce } from '../frame/announcer.tsx'
import { useKeys } from '../frame/keys.ts'
import { SUSPEND_MS } from '../inspector/actions.tsx'
import { KillDialog } from '../inspector/kill-dialog.tsx'
import type { ProcessCommand } from '../live/api.ts'
import { count, plural } from '../live/format.ts'
import { useMoment } from '../live/moment.ts'
import { useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Button, HoldButton } from '../ui/button.tsx'
import { copyText } from '../ui/copy-button.tsx'
import { type Item, injectOff, itemsQuery, killable, type Progress, runAll, suspendable } from './bulk.ts'

export function ActionBar({
  selection,
  isOld,
  onClear,
}: {
  selection: SelectionView
  isOld: boolean
  onClear: () => void
}) {
  const { data: cluster } = useView('cluster', {}, { followsTime: false })
  const router = useRouter()
  const { heldAtMs } = useMoment()
  const [isKilling, setIsKilling] = useState(false)
  const [progress, setProgress] = useState<Progress | null>(null)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const nodes = cluster?.nodes ?? {}
  const suspend = suspendable(selection, nodes)
  const kill = killable(selection, nodes)
  const isRunning = progress !== null && !progress.isOver
  const off =
    heldAtMs !== null
      ? 'Time is held. Return to live first.'
      : isOld
        ? 'The hub is not heard.'
        : selection.total > selection.items.length
          ? `More than ${count(selection.items.length)}: narrow the query first.`
          : isRunning
            ? 'Still at work on the last.'
            : null

  const run = (what: string, items: readonly Item[], command: ProcessCommand) => {
    stop.current = new AbortController()
    void runAll(what, items, command, setProgress, stop.current.signal).then(() => announce(`${what}: done`))
  }
  const copy = async () => {
    const pids = selection.items.map(({ pid }) => pid).join('\n')
    announce(
      (await copyText(pids)) ? `Copied ${plural(selection.items.length, 'pid')}` : 'The pids were not copied',
    )
  }
  useKeys('Selected rows', [
    { keys: 'y', label: 'Copy pids', run: () => void copy() },
    { keys: 'K', label: 'Kill, asks with the blast radius', run: () => off === null && setIsKilling(true) },
    {
      keys: 'F',
      label: 'Inject a fault into them',
      run: () =>
        (off ?? injectOff(selection.items, nodes)) === null &&
        router.push(labPath({ q: itemsQuery(selection.items) })),
    },
  ])
  const onNodes = [...new Set(selection.items.map(({ node }) => node))]
  const one = kill.items.length === 1 ? kill.items[0] : undefined
  return (
    <section className="pt-act" aria-label="Selected rows">
      <b>{count(selection.total)} selected</b>
      <span className="m i3 el">{onNodes.length === 1 ? onNodes[0] : plural(onNodes.length, 'node')}</span>
      <span className="dv" />
      {progress ? (
        <Done progress={progress} onStop={() => stop.current?.abort()} onClose={() => setProgress(null)} />
      ) : (
        <>
          <Act
            why={off ?? (suspend.items.length === 0 ? (suspend.why[0] ?? 'Nothing to suspend.') : null)}
            said={suspend.why}
            isHeld={suspend.items.length > 1 || suspend.items.some(({ kind }) => kind === 'supervisor')}
            onAct={() =>
              run(`Suspend ${count(suspend.items.length)} for 5 min`, suspend.items, {
                command: 'suspend',
                durationMs: SUSPEND_MS,
              })
            }
          >
            <Pause className="ic" aria-hidden />
            Suspend {count(suspend.items.length)}
          </Act>
          <Act
            kind="danger"
            why={off ?? (kill.items.length === 0 ? (kill.why[0] ?? 'Nobody of them runs.') : null)}
            said={kill.why}
            isHeld={false}
            onAct={() => setIsKilling(true)}
          >
            <Zap className="ic" aria-hidden />
            Kill {count(kill.items.length)}…
          </Act>
          <Act
            kind="fault"
            why={off ?? injectOff(selection.items, nodes)}
            said={[]}
            isHeld={false}
            onAct={() => router.push(labPath({ q: itemsQuery(selection.items) }))}
          >
            <FlaskConical className="ic" aria-hidden />
            Inject…
          </Act>
          <span className="dv" />
          <Button isSmall onClick={() => void copy()}>
            <Copy className="ic" aria-hidden />
            Copy pids <kbd>Y</kbd>
          </Button>
        </>
      )}
      <Button isSmall kind="quiet" onClick={onClear}>
        Clear <kbd>Esc</kbd>
      </Button>
      {isKilling && kill.items.length > 0 ? (
        <KillDialog
          name={one ? one.name : plural(kill.items.length, 'process', 'processes')}
          pid={one?.pid ?? ''}
          count={kill.items.length}
          isSupervisor={kill.items.length > 1 || one?.kind === 'supervisor'}
          blast={{
            below: 0,
            siblings: 0,
            total: Math.max(kill.items.length, selection.down),
            next: kill.why.join(' ') || null,
          }}
          onKill={(reason) =>
            run(`Kill ${count(kill.items.length)} with ${reason}`, kill.items, { command: 'kill', reason })
          }
          onClose={() => setIsKilling(false)}
        />
      ) : null}
    </section>
  )
}

/** A button that is off says why, and one that does not touch all says so; two or more are held. */
function Act({
  kind = 'plain',
  why,
  said,
  isHeld,
  onAct,
  children,
}: {
  kind?: 'plain' | 'danger' | 'fault'
  why: string | null
  said: readonly string[]
  isHeld: boolean
  onAct: () => void
  children: ReactNode
}) {
  const tip = why === null ? said : [why]
  const button =
    why === null && isHeld ? (
      <HoldButton isSmall kind={kind} onHeld={onAct} title="Hold for 600 ms">
        {children}
      </HoldButton>
    ) : (
      <Button isSmall kind={kind} aria-disabled={why !== null} onClick={why === null ? onAct : undefined}>
        {children}
      </Button>
    )
  return (
    <span className="pt-tipped">
      {button}
      {tip.length > 0 ? (
        <span className="tip" role="note">
          {tip.map((line) => (
            <span key={line}>{visible(line)}</span>
          ))}
        </span>
      ) : null}
    </span>
  )
}

function Done({
  progress,
  onStop,
  onClose,
}: {
  progress: Progress
  onStop: () => void
  onClose: () => void
}) {
  const { what, total, applied, refused, why, isOver } = progress
  return (
    <>
      <span role="status" data-state={isOver ? (refused === 0 ? 'applied' : 'refused') : 'sent'}>
        {what}: {isOver ? 'applied to' : 'sent,'} {count(applied)}
        {isOver && refused === 0 ? '' : ` of ${count(total)}`}
        {refused > 0 ? `, ${count(refused)} refused` : ''}
      </span>
      {why ? (
        <span className="i2 el pt-why" title={why}>
          {visible(why)}
        </span>
      ) : null}
      <Button isSmall onClick={isOver ? onClose : onStop}>
        {isOver ? 'Done' : 'Stop'}
      </Button>
    </>
  )
}
