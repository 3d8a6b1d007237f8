/** A bounded picture of one process, on demand. */

import { messageType } from './call.ts'
import { type Bounds, capture, type Snapshot } from './capture.ts'
import { ancestorsOf, guarded, type ProcessName, processName } from './crash.ts'
import type { Process } from './hooks.ts'
import type { Proc } from './process.ts'
import { type MailboxFacts, type RecordedMessage, readMailbox, readRecorder } from './recorder.ts'
import { each } from './relations.ts'

export type InspectBounds = Partial<Bounds>

export interface ChildView {
  readonly id: string
  readonly process: Process | null
  readonly restart: string
}

export interface Inspected {
  readonly process: Process
  readonly state: Snapshot
  readonly mailbox: MailboxFacts
  readonly links: readonly Process[]
  /** What it monitors; `null` where the target was not there. */
  readonly monitors: readonly (Process | null)[]
  readonly monitoredBy: readonly Process[]
  readonly recorder: { readonly entries: readonly RecordedMessage[]; readonly overwritten: number }
  /** Only for supervisors. */
  readonly children: readonly ChildView[] | null
  readonly trapsExit: boolean
  /** Calls it waits for. */
  readonly pendingCalls: readonly {
    readonly to: ProcessName
    readonly type: string
    readonly waitingUs: number
  }[]
  /** Calls that wait for it. */
  readonly callers: readonly {
    readonly from: ProcessName
    readonly type: string
    readonly waitingUs: number
  }[]
  readonly ancestors: readonly ProcessName[]
}

const PEERS = 100
const RECORD: InspectBounds = { depth: 4, breadth: 32, text: 500, nodes: 200 }

export function inspect(process: Proc, bounds: InspectBounds): Inspected {
  const { node } = process
  node.clock.read()
  const links: Process[] = []
  each(process.links, (peer) => {
    if (links.length < PEERS) links.push(peer)
  })
  const small = { ...RECORD, ...bounds }
  return {
    process,
    state: capture(
      guarded(() => process.driver.formatState(process)),
      bounds,
    ),
    mailbox: readMailbox(process, small),
    links,
    monitors: [...(process.monitors ?? [])].slice(0, PEERS).map((ref) => ref.target),
    monitoredBy: [...(process.monitoredBy ?? [])].slice(0, PEERS).map((ref) => ref.watcher),
    recorder: readRecorder(process, small, false),
    children: process.driver.children?.(process) ?? null,
    trapsExit: process.trapsExit,
    pendingCalls: pendingCalls(process),
    callers: callers(process),
    ancestors: ancestorsOf(process),
  }
}

function pendingCalls(process: Proc): Inspected['pendingCalls'] {
  const calls: Inspected['pendingCalls'][number][] = []
  for (let call = process.calling; call !== null && calls.length < PEERS; call = call.afterOut) {
    calls.push({
      to: processName(call.target),
      type: messageType(call.message),
      waitingUs: call.waitingUs(),
    })
  }
  return calls
}

function callers(process: Proc): Inspected['callers'] {
  const calls: Inspected['callers'][number][] = []
  for (let call = process.callers; call !== null && calls.length < PEERS; call = call.afterIn) {
    calls.push({
      from: processName(call.caller),
      type: messageType(call.message),
      waitingUs: call.waitingUs(),
    })
  }
  return calls
}
