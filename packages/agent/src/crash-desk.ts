/**
 * Where crashes become reports: counted at once, rendered in a later slice, redacted, bounded, written to the spool
 * (*accepted*), sent, sent again until acked, and amended by what is learnt later.
 */
import type { CrashReport, Decision, FaultTouch, Outcome, StormCounts, Surroundings } from '@orrery/protocol'
import { captured, LIMITS } from '@orrery/protocol'
import { createAftermath } from './aftermath.ts'
import { boundReport } from './bound.ts'
import type { Delivery } from './delivery.ts'
import type { Guard } from './guard.ts'
import { oneLine } from './reason-text.ts'
import type { Redactor } from './redact.ts'
import type { SourceCrash, Target } from './source.ts'
import type { Sources } from './sources.ts'
import type { RawFrame } from './stack.ts'
import { createStormBook } from './storm.ts'

export interface CrashDeskOptions {
  redactor: Redactor
  sources: Sources
  delivery: Delivery
  guard: Guard
  nowUs: () => number
  nowMs?: () => number
  /** The faults that touched the crash; asked at the crash, while they are known. */
  touches: (crash: SourceCrash) => FaultTouch[]
  surroundings: () => Surroundings | null
  /** Work is waiting. */
  wake: () => void
}

export interface CrashDesk {
  /** In the dying path: counts it; whether it shall be copied. */
  crashing(stormKey: string, ref: number): boolean
  /** In the dying path, after `crashing` has said so. */
  crashed(crash: SourceCrash): void
  decided(crashId: string, read: () => Decision): void
  outcome(crashId: string, read: () => Outcome, replacement: Target | null): void
  /** Renders what waits, one crash a step. */
  work(): Iterator<void>
  /** Looks after what follows a crash; a few times a second. */
  tick(): void
  /** Gives the counts that changed; what `tell` does not take is given again the next time. */
  tellCounts(tell: (counts: StormCounts) => boolean): void
  /** The hub may have forgotten: tell every count again. */
  forgetCounts(): void
  /** No report will be made of what still waits: it is counted instead. */
  abandon(): void
  /** Crashes copied and not yet rendered. */
  readonly waiting: number
  /** Whether `work` would do something now. */
  readonly hasWork: boolean
}

interface Open {
  crash: SourceCrash
  touches: FaultTouch[]
  admittedAtMs: number
  isRendered: boolean
  decision: Decision | null
  outcome: Outcome | null
}

/** Copies held for rendering. Each keeps its bounded picture, so this bounds the agent's memory in a storm. */
const MAX_WAITING = 300
/** Crashes whose decision and outcome may still come. */
const MAX_OPEN = 4_096
const OPEN_MS = 120_000
const MAX_CLEANED = 1_000
/** Reading source files may not hold a report back for longer: it then stands as it was thrown, and may open a group of its own. */
const SOURCES_WITHIN_MS = 500

export function createCrashDesk(options: CrashDeskOptions): CrashDesk {
  const { redactor, sources, delivery, guard } = options
  const nowMs = options.nowMs ?? (() => performance.now())
  const storm = createStormBook()
  const open = new Map<string, Open>()
  const waiting: Open[] = []
  /** Storm keys as they may leave the node: what is counted, so that two that read the same are one. */
  const cleaned = new Map<string, string>()
  /** Waiting for source files. */
  let loading = 0
  const ready: { entry: Open; frames: RawFrame[]; text: string }[] = []

  const amend = (id: string, parts: { decision?: Decision; outcome?: Outcome }): void => {
    delivery.amend({ type: 'crash.amended', crashId: id, ...redactor.deep(parts) })
  }

  const cleanKey = (stormKey: string): string => {
    const known = cleaned.get(stormKey)
    if (known !== undefined) return known
    const clean = oneLine(redactor.text(stormKey))
    if (cleaned.size < MAX_CLEANED) cleaned.set(stormKey, clean)
    return clean
  }

  const aftermath = createAftermath({ nowUs: options.nowUs, amend: (id, outcome) => later(id, { outcome }) })

  /** A fact that came after the crash: into the report where it is not yet rendered, else behind it. */
  const later = (id: string, parts: { decision?: Decision; outcome?: Outcome }): void => {
    const entry = open.get(id)
    if (!entry) return
    if (parts.decision) entry.decision = parts.decision
    if (parts.outcome) entry.outcome = parts.outcome
    if (entry.isRendered) amend(id, parts)
  }

  const remember = (entry: Open): void => {
    open.set(entry.crash.id, entry)
    if (open.size <= MAX_OPEN) return
    const [oldest] = open.keys()
    if (oldest !== undefined) open.delete(oldest)
  }

  const finish = (entry: Open, stack: Parameters<SourceCrash['report']>[0]): void => {
    const { crash } = entry
    const stormKey = cleanKey(crash.stormKey)
    entry.isRendered = true
    const draft = crash.report(stack, redactor)
    const surroundings = options.surroundings()
    const report: CrashReport = {
      ...draft,
      ...(entry.decision ? { decision: captured(entry.decision) } : {}),
      ...(entry.outcome ? { outcome: captured(entry.outcome) } : {}),
      faults: captured(entry.touches),
      ...(surroundings ? { surroundings: captured(surroundings) } : {}),
      losses: { similarNotStored: storm.notStored(stormKey), stormKey },
    }
    const json = boundReport(redactor.deep(report), LIMITS.crashReportBytes)
    if (!delivery.accept(crash.id, json, () => storm.giveUp(stormKey))) {
      storm.giveUp(stormKey)
      open.delete(crash.id)
    }
    // The picture has served; only what may still be amended is kept.
    entry.crash = { ...emptied, id: crash.id, stormKey: crash.stormKey, atUs: crash.atUs }
  }

  const render = (entry: Open): void => {
    const stack = entry.crash.stack()
    if ('why' in stack) return finish(entry, stack)
    const { frames, text } = stack
    if (sources.isLoaded(frames)) return finish(entry, { raw: text, ...sources.resolve(frames) })
    loading++
    const given = new Promise<void>((done) => {
      setTimeout(done, SOURCES_WITHIN_MS).unref()
    })
    Promise.race([sources.load(frames), given])
      .catch((error: unknown) => guard.fault('sources', error))
      .finally(() => {
        loading--
        ready.push({ entry, frames, text })
        options.wake()
      })
  }

  /** What goes wrong with one report must not cost the others. */
  const attempt = (entry: Open, work: () => void): void => {
    try {
      work()
    } catch (error) {
      guard.fault('crash report', error)
      delivery.lost()
      storm.giveUp(cleanKey(entry.crash.stormKey))
      open.delete(entry.crash.id)
    }
  }

  return {
    crashing(stormKey, ref) {
      aftermath.crashed(ref)
      const key = cleanKey(stormKey)
      if (!storm.admit(key, nowMs())) return false
      if (waiting.length + loading + ready.length < MAX_WAITING) return true
      storm.giveUp(key)
      delivery.lost()
      return false
    },
    crashed(crash) {
      const entry: Open = {
        crash,
        touches: guard.run('faults of a crash', () => options.touches(crash)) ?? [],
        admittedAtMs: nowMs(),
        isRendered: false,
        decision: null,
        outcome: null,
      }
      remember(entry)
      waiting.push(entry)
      options.wake()
    },
    decided(crashId, read) {
      if (open.has(crashId)) later(crashId, { decision: read() })
    },
    outcome(crashId, read, replacement) {
      const entry = open.get(crashId)
      if (!entry) return
      const outcome = read()
      later(crashId, { outcome })
      if (replacement) aftermath.watch(crashId, outcome, replacement, entry.crash.atUs)
    },
    *work() {
      while (waiting.length > 0 || ready.length > 0) {
        const read = ready.shift()
        if (read) {
          const { entry, text, frames } = read
          attempt(entry, () => finish(entry, { raw: text, ...sources.resolve(frames) }))
        } else {
          const entry = waiting.shift()
          if (entry) attempt(entry, () => render(entry))
        }
        yield
      }
    },
    tick() {
      aftermath.tick()
      const before = nowMs() - OPEN_MS
      for (const [id, entry] of open) {
        if (entry.admittedAtMs > before) break
        open.delete(id)
      }
    },
    tellCounts(tell) {
      const counts = storm.takeChanged()
      if (counts.length > 0 && !tell({ type: 'storm.counts', counts })) storm.untold(counts)
    },
    forgetCounts: () => storm.forget(),
    abandon() {
      for (const entry of [...waiting.splice(0), ...ready.splice(0).map((read) => read.entry)]) {
        storm.giveUp(cleanKey(entry.crash.stormKey))
        delivery.lost()
      }
    },
    get waiting() {
      return waiting.length + loading + ready.length
    },
    get hasWork() {
      return waiting.length + ready.length > 0
    },
  }
}

const GONE: Target = {
  ref: 0,
  pid: '',
  key: '',
  isAlive: false,
  isImmune: false,
  handled: 0,
  mailbox: 0,
  name: null,
}

const emptied: Omit<SourceCrash, 'id' | 'stormKey' | 'atUs'> = {
  target: GONE,
  proof: {
    id: '',
    rootCrash: '',
    parentCrash: null,
    ref: 0,
    pid: '',
    thrown: null,
    isByCommand: false,
    firings: () => [],
  },
  stack: () => ({ why: 'already rendered' }),
  report: () => {
    throw new Error('a crash is rendered once')
  },
}
