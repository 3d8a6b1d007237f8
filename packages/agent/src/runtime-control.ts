/** Looking into a process of our runtime, and acting on it. */
import type { Inspection } from '@orrery/protocol'
import { captured, unavailable } from '@orrery/protocol'
import type { Node, Process } from '@orrery/runtime'
import { cut } from './render-crash.ts'
import type { Obeyed, Source, Target } from './source.ts'

/** How much of a process an inspection shows. */
const INSPECT = { depth: 10, breadth: 100, text: 4_000, nodes: 5_000 }
/** A pool's children are in the tree; an inspection names the first of them. */
const MAX_CHILDREN = 500

export class ProcessTarget implements Target {
  readonly process: Process

  constructor(process: Process) {
    this.process = process
  }

  get ref(): number {
    return this.process.id
  }
  get pid(): string {
    return String(this.process.pid)
  }
  get key(): string {
    return this.process.key
  }
  get name(): string | null {
    return this.process.name
  }
  get isAlive(): boolean {
    return this.process.status !== 'exited'
  }
  get isImmune(): boolean {
    return (
      this.process.isImmune ||
      this.process.isHidden ||
      (this.process.parent === null && this.process.kind === 'supervisor')
    )
  }
  get handled(): number {
    return this.process.handled
  }
  get mailbox(): number {
    return this.process.mailboxLength
  }
}

type Controls = Pick<Source, 'find' | 'inspect' | 'kill' | 'send' | 'resume' | 'isSuspended'>

export function controlsOf(node: Node): Controls {
  const find = (pidOrKey: string): Target | null => {
    const process = node.process(pidOrKey)
    return process === null || process.isHidden || process.status === 'exited'
      ? null
      : new ProcessTarget(process)
  }
  const onProcess =
    <A extends unknown[]>(act: (process: Process, ...args: A) => Obeyed) =>
    (target: Target, ...args: A): Obeyed => {
      const process = processOf(target)
      return process === null || process.status === 'exited' ? GONE : act(process, ...args)
    }

  return {
    find,
    inspect(target) {
      const process = processOf(target)
      return process === null || process.status === 'exited' ? null : inspection(node, process)
    },
    kill: onProcess((process, reason: string) => {
      node.exit(process.pid, reason, { by: 'command' })
      return DONE
    }),
    send: onProcess((process, message: unknown) => {
      node.send(process.pid, message)
      return DONE
    }),
    resume: onProcess((process) => {
      node.resume(process)
      return DONE
    }),
    isSuspended: (target) => processOf(target)?.status === 'suspended',
  }
}

const DONE: Obeyed = { ok: true, value: null }
const GONE: Obeyed = { ok: false, code: 'process.unknown', message: 'the process has ended' }

export function processOf(target: unknown): Process | null {
  return target instanceof ProcessTarget ? target.process : null
}

function inspection(node: Node, process: Process): Inspection {
  const seen = node.inspect(process, INSPECT)
  const { state, mailbox, recorder } = seen
  const nowUs = node.clock.nowUs()
  return {
    pid: String(process.pid),
    key: process.key,
    status: process.status,
    label: process.label,
    state:
      state !== null && typeof state === 'object' && state.$ === 'undefined'
        ? unavailable('it has none')
        : captured(state),
    stateSizeBytes: null,
    mailbox: {
      length: mailbox.length,
      oldestMs: mailbox.oldestUs === null ? null : ms(mailbox.oldestUs),
      byType: mailbox.byType.map(({ type, count }) => ({ type: cut(type), count })),
      first: mailbox.first.map((queued) => ({
        type: cut(queued.type),
        kind: queued.kind,
        value: queued.value,
        sender: queued.sender === null ? null : cut(queued.sender),
        ageMs: ms(queued.ageUs),
      })),
    },
    links: seen.links.map(peer),
    monitors: seen.monitors.filter((monitored) => monitored !== null).map(peer),
    monitoredBy: seen.monitoredBy.map(peer),
    messages: {
      entries: recorder.entries.map((entry) => ({
        seq: entry.seq,
        kind: entry.kind,
        type: cut(entry.type),
        value: entry.value,
        sender: entry.sender === null ? null : cut(entry.sender),
        beforeMs: ms(nowUs - entry.atUs),
        waitMs: ms(entry.waitUs),
        tookMs: entry.tookUs === null ? null : ms(entry.tookUs),
        isFatal: entry.isFatal,
      })),
      overwritten: recorder.overwritten,
    },
    children:
      seen.children?.slice(0, MAX_CHILDREN).map((child) => ({
        id: child.id,
        pid: child.process === null ? null : String(child.process.pid),
        key: child.process?.key ?? `${process.key}/${child.id}`,
        restart: child.restart,
      })) ?? null,
    restartsInWindow: process.supervisor?.restartsInWindow.map((atUs) => ms(nowUs - atUs)) ?? null,
    initialCall: process.initialCall,
    ancestors: seen.ancestors.map(({ pid, name }) => ({ pid, name })),
    startedAt: new Date(node.startedAt.getTime() + process.startedAtUs / 1_000).toISOString(),
    trapsExit: process.trapsExit,
    version: process.version === null ? null : cut(process.version),
    isolation: process.isolation,
  }
}

function peer(process: Process): { pid: string; key: string; name: string | null } {
  return { pid: String(process.pid), key: process.key, name: process.name }
}

function ms(us: number): number {
  return Math.max(0, Math.round(us)) / 1_000
}
