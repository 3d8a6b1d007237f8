/**
 * Our own runtime as a source. The hooks run in the dying and spawning paths of the node, so they only note what
 * happened; `drain` makes records of it in a later slice.
 */
import type { Capability, ProcessStarted, Term, WireRecord } from '@orrery/protocol'
import { CAPABILITIES } from '@orrery/protocol'
import type { CrashNotice, ExitFacts, Node, NodeHooks, Process, RawCrash, RawDecision } from '@orrery/runtime'
import { capture, messageType } from '@orrery/runtime'
import { createLetters } from './letters.ts'
import { termLine } from './reason-text.ts'
import { cut, renderCrash, renderDecision, renderOutcome, tagOf } from './render-crash.ts'
import { Roster } from './roster.ts'
import { controlsOf, ProcessTarget } from './runtime-control.ts'
import { runtimeFaults } from './runtime-faults.ts'
import type {
  Clean,
  CrashProof,
  SampleSink,
  Source,
  SourceCrash,
  SourceEvents,
  SourceIdentity,
  Target,
} from './source.ts'
import { parseStack, stackText } from './stack.ts'
import { createStormKeys } from './storm-key.ts'
import { Timings } from './timings.ts'
import { RUNTIME_VERSION } from './version.ts'

/** Events kept for draining; above it they are given up and the hub gets a new snapshot. */
const BACKLOG = 32_768
/** Rows between two places where a sweep may be paused. */
const SWEEP_STEP = 512
const FULLEST = 5

type Note =
  | { what: 'started' | 'initialised' | 'changed'; process: Process; atUs: number }
  | { what: 'exited'; process: Process; exit: ExitFacts; reason: Term | null }
  | { what: 'decided'; decision: RawDecision }

/** Watches a node of our runtime. */
export function runtimeSource(node: Node): Source {
  const identity: SourceIdentity = {
    node: node.name,
    incarnation: node.incarnation,
    release: node.release ?? null,
    startedAt: node.startedAt,
    runtime: { kind: 'orrery', name: 'Orrery runtime', version: RUNTIME_VERSION },
  }
  const roster = new Roster<Process>()
  /** Refs the hub was told of since the last welcome. */
  const known = new Set<number>()
  let notes: Note[] = []
  let next = 0
  let lost = 0
  let isTakingCensus = false
  let isKept = false
  let events: SourceEvents | null = null
  const timings = new Timings()
  const faults = runtimeFaults(node, (where, error) => events?.failed(where, error))
  const stormKeys = createStormKeys()
  const letters = createLetters()
  /** Of the crash that is being told. */
  let stormKey = ''
  let lastCrash: { id: string; reason: Term } | null = null
  let mailboxTotal = 0
  let sweptMailbox = 0
  let fullest: Process[] = []
  let sweptFullest: Process[] = []

  const note = (entry: Note, isUrgent: boolean): void => {
    if (!isKept) return
    if (notes.length - next >= BACKLOG) {
      lost++
      return
    }
    notes.push(entry)
    events?.happened(isUrgent)
  }

  const hooks: NodeHooks = {
    processStarted(process) {
      if (process.isHidden) return
      faults.lives?.started(process)
      roster.add(process)
      note({ what: 'started', process, atUs: process.startedAtUs }, false)
    },
    processInitialised(process) {
      faults.lives?.initialised(process)
      if (!process.isHidden)
        note({ what: 'initialised', process, atUs: node.clock.nowUs() }, process.replaces > 0)
    },
    processChanged(process) {
      if (!process.isHidden) note({ what: 'changed', process, atUs: node.clock.nowUs() }, true)
    },
    processExited(process, exit) {
      if (process.isHidden) return
      roster.remove(process.id)
      faults.lives?.ended(process)
      // Copied once already, in the same breath; only the reason is kept of it here.
      const reason = lastCrash !== null && lastCrash.id === exit.crashId ? lastCrash.reason : null
      lastCrash = null
      note({ what: 'exited', process, exit, reason }, exit.crashId !== null)
    },
    wantsCrash(notice: CrashNotice) {
      const { process, kind, reasonTag, messageType } = notice
      const { module, initialCall } = process
      events?.dying(proofOf(notice, notice.via, () => notice.firings()))
      stormKey = stormKeys.keyOf(module || initialCall, kind, reasonTag, messageType)
      return events?.crashing(stormKey, process.id) ?? false
    },
    processCrashed(raw) {
      lastCrash = { id: raw.id, reason: raw.reasonTerm }
      events?.crashed(runtimeCrash(raw, identity, stormKey))
    },
    handlerCrashed(raw) {
      events?.crashed(runtimeCrash(raw, identity, stormKey))
      const removed = {
        crashId: raw.id,
        kind: 'not_restarted',
        newProcess: null,
        backAfterUs: null,
        escalatedTo: null,
      } as const
      events?.outcome(raw.id, () => renderOutcome(removed), null)
    },
    messageTimed(process, waitedUs, tookUs, ranUs, weight) {
      if (isKept && !process.isHidden) timings.add(process, waitedUs, tookUs, ranUs, weight)
    },
    supervisorDecided(decision) {
      note({ what: 'decided', decision }, decision.crashId !== null)
      if (decision.crashId !== null) events?.decided(decision.crashId, () => renderDecision(decision))
    },
    deadLetter({ message, to, why }) {
      letters.add(() => messageType(message), to, why)
    },
    crashOutcome(outcome) {
      const replacement = outcome.newProcess === null ? null : new ProcessTarget(outcome.newProcess)
      events?.outcome(outcome.crashId, () => renderOutcome(outcome), replacement)
    },
  }

  const recordOf = (entry: Note, clean: Clean): WireRecord | null => {
    switch (entry.what) {
      case 'started':
        if (isTakingCensus || known.has(entry.process.id)) return null
        known.add(entry.process.id)
        return startedRecord(entry.process, clean)
      case 'initialised':
        if (!known.has(entry.process.id)) return null
        return { type: 'process.initialised', atUs: entry.atUs, ref: entry.process.id }
      case 'changed':
        if (!known.has(entry.process.id)) return null
        return {
          type: 'process.changed',
          atUs: entry.atUs,
          ref: entry.process.id,
          name: clean.text(cut(entry.process.name ?? '')),
          label: clean.text(cut(entry.process.label ?? '')),
          isSuspended: entry.process.status === 'suspended',
        }
      case 'exited':
        if (!known.delete(entry.process.id)) return null
        return exitedRecord(entry.process, entry.exit, entry.reason, clean)
      case 'decided':
        return decidedRecord(entry.decision)
      default: {
        const never: never = entry
        return never
      }
    }
  }

  return {
    identity,
    capabilities: CAPABILITIES,
    absent: {},
    nowUs: () => node.clock.nowUs(),
    // Observers go by the host's clock, whatever a fault makes the node believe.
    wallMs: () => node.clock.hostWallMs(),

    watch(listener) {
      events = listener
      // By age: a parent is older than its children.
      const living = [...node.processes()].sort((a, b) => a.id - b.id)
      for (const process of living) if (!process.isHidden) roster.add(process)
      node.hooks = hooks
      return () => {
        if (node.hooks === hooks) node.hooks = null
        events = null
      }
    },

    begin() {
      isKept = true
      known.clear()
      notes = []
      next = 0
      lost = 0
      roster.forget()
    },
    end() {
      isKept = false
      isTakingCensus = false
      known.clear()
      notes = []
      next = 0
      timings.forget()
    },

    *census(clean) {
      isTakingCensus = true
      for (const process of roster.living()) {
        if (known.has(process.id)) continue
        known.add(process.id)
        yield startedRecord(process, clean)
        if (process.status !== 'suspended') continue
        yield { type: 'process.changed', atUs: node.clock.nowUs(), ref: process.id, isSuspended: true }
      }
    },
    censusDone() {
      isTakingCensus = false
    },

    drain(sink, clean, until) {
      while (next < notes.length) {
        const entry = notes[next++]
        const record = entry ? recordOf(entry, clean) : null
        if (record) sink(record)
        if (next % 32 === 0 && until()) break
      }
      if (next < notes.length) return true
      notes = []
      next = 0
      return false
    },
    takeLost() {
      const count = lost
      lost = 0
      return count
    },

    get counters() {
      const { sent, handled, crashes, restarts, deadLetters } = node.counters
      return { processes: roster.size, sent, handled, crashes, restarts, deadLetters }
    },

    takeTimings: () => timings.take(node.clock.nowUs()),
    get extent() {
      return { spawned: node.counters.spawned, exited: node.counters.exited, timers: node.activeTimers }
    },
    takeLetters: () => letters.take(),

    *sweep(part, parts, sink) {
      const { processes } = roster
      if (part === 0) {
        sweptMailbox = 0
        sweptFullest = []
      }
      const from = Math.floor((processes.length * part) / parts)
      const to = Math.floor((processes.length * (part + 1)) / parts)
      for (let start = from; start < to; start += SWEEP_STEP) {
        sweptMailbox += sweepRows(roster, start, Math.min(to, start + SWEEP_STEP), sink, sweptFullest)
        yield
      }
      if (part === parts - 1) {
        mailboxTotal = sweptMailbox
        fullest = sweptFullest
      }
    },
    get mailboxTotal() {
      return mailboxTotal
    },
    get fullestMailboxes() {
      return fullest.map((process) => new ProcessTarget(process))
    },

    ...controlsOf(node),
    faults: faults.host,
  } satisfies Source & { capabilities: readonly Capability[] }
}

/** One pass over rows; returns the sum of their mailboxes. */
function sweepRows(
  roster: Roster<Process>,
  from: number,
  to: number,
  sink: SampleSink,
  fullest: Process[],
): number {
  const { processes, mailbox, received, handled } = roster
  let sum = 0
  for (let row = from; row < to; row++) {
    const process = processes[row]
    if (!process) continue
    const now = process.handled
    const got = process.received
    const waiting = process.mailboxLength
    sum += waiting
    if (waiting > 0) noteFullest(fullest, process, waiting)
    if (now === handled[row] && got === received[row] && waiting === mailbox[row]) continue
    handled[row] = now
    received[row] = got
    mailbox[row] = waiting
    sink(process.id, waiting, got, now)
  }
  return sum
}

/** Keeps the few fullest mailboxes, fullest first. */
function noteFullest(fullest: Process[], process: Process, length: number): void {
  const last = fullest[FULLEST - 1]
  if (last !== undefined && last.mailboxLength >= length) return
  let at = fullest.length
  while (at > 0 && (fullest[at - 1]?.mailboxLength ?? 0) < length) at--
  fullest.splice(at, 0, process)
  if (fullest.length > FULLEST) fullest.length = FULLEST
}

function startedRecord(process: Process, clean: Clean): ProcessStarted {
  const { supervisor, childSpec } = process
  return {
    type: 'process.started',
    atUs: process.startedAtUs,
    ref: process.id,
    pid: String(process.pid),
    parentRef: process.parent?.id ?? 0,
    childId: cut(process.childId),
    slot: process.slot,
    replaces: process.replaces,
    name: process.name === null ? '' : clean.text(cut(process.name)),
    label: process.label === null ? '' : clean.text(cut(process.label)),
    behaviour: process.behaviour,
    module: cut(process.module),
    kind: process.kind,
    isInitialised: process.isInitialised,
    supervisor:
      supervisor === null
        ? null
        : { strategy: supervisor.strategy, intensity: supervisor.intensity, periodMs: supervisor.periodMs },
    restart: childSpec?.restart ?? 'temporary',
    shutdown: childSpec?.shutdown ?? 'brutal_kill',
    restarts: process.restarts,
  }
}

function exitedRecord(process: Process, exit: ExitFacts, copied: Term | null, clean: Clean): WireRecord {
  const { reason } = exit
  // `normal` and `shutdown` are nearly all of them, and need no look inside.
  const isPlain = reason === 'normal' || reason === 'shutdown' || reason === 'killed'
  const term = isPlain ? reason : (copied ?? capture(reason, { depth: 3, breadth: 8, text: 255, nodes: 32 }))
  return {
    type: 'process.exited',
    atUs: exit.atUs,
    ref: process.id,
    kind: exit.kind,
    tag: isPlain ? reason : clean.text(tagOf(term)),
    text: isPlain ? reason : clean.text(termLine(clean.term(term))),
    crashId: exit.crashId ?? '',
    willRestart: exit.willRestart,
  }
}

function decidedRecord(decision: RawDecision): WireRecord {
  return {
    type: 'supervisor.decided',
    atUs: decision.atUs,
    ref: decision.child.id,
    crashId: decision.crashId ?? '',
    action: decision.action,
    stops: decision.stops.slice(0, 10_000).map((process) => process.id),
    restartsUsed: decision.restartsUsed,
  }
}

function runtimeCrash(raw: RawCrash, identity: SourceIdentity, stormKey: string): SourceCrash {
  return {
    id: raw.id,
    atUs: raw.atUs,
    stormKey,
    target: new ProcessTarget(raw.process),
    proof: proofOf(raw, raw.killer?.via ?? null, () => raw.firings),
    stack() {
      if (raw.error === null) return { why: 'nothing was thrown: it ended by an exit signal' }
      const read = stackText(raw.error)
      if (!read.ok) return { why: read.why }
      const { reasonTerm } = raw
      const message =
        reasonTerm !== null && typeof reasonTerm === 'object' && reasonTerm.$ === 'error'
          ? reasonTerm.message
          : undefined
      return {
        text: read.text,
        frames: parseStack(read.text, typeof message === 'string' ? message : undefined),
      }
    },
    report: (stack, clean) => renderCrash(raw, identity, stack, clean),
  }
}

function proofOf(
  { id, process, cascade, error }: Pick<RawCrash, 'id' | 'process' | 'cascade' | 'error'>,
  via: string | null,
  firings: () => readonly string[],
): CrashProof {
  return {
    id,
    rootCrash: cascade.rootCrash,
    parentCrash: cascade.parentCrash,
    ref: process.id,
    pid: String(process.pid),
    thrown: error,
    isByCommand: via === 'command',
    firings,
  }
}

export type { Target }
