/**
 * Ends of nodes that nobody told of: a node that is not heard any more gets a provisional report, and whoever says hello
 * under its name again tells, or lets infer, what became of it (SPEC, WIRE-70 to 76). Which lives are open is kept in the
 * store, so that a node which died while the hub was away is missed, too.
 */
import {
  type CrashReport,
  captured,
  type EarlierLife,
  type EndingFault,
  type FaultTouch,
  type Hello,
  type NodeEnd,
  type NodeSample,
  nodeEndId,
  nodeEndReport,
  type Outcome,
  truncated,
  unavailable,
  type WireRecord,
} from '@orrery/protocol'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

export interface NodeEndsOptions {
  store: Pick<Store, 'readSetting' | 'writeSetting'>
  clock: Clock
  /** Whether the report was taken; one that was not is offered again. */
  report(report: CrashReport): boolean
  /** Somebody made it stand still: its silence is no sign. */
  isPaused(node: string): boolean
  /** It was not known before that this node had gone down. */
  ended(report: CrashReport): void
  /** These ends need no report: the agent need not tell of them again. */
  settled(node: string, ids: string[]): void
  failed(error: unknown): void
}

export interface NodeEnds {
  hello(hello: Hello): void
  /** Anything was heard of the node. */
  heard(node: string, frame: { atUs: number; records: readonly WireRecord[] }): void
  goodbye(node: string): void
  /** Due every second. */
  tick(): void
  /** Writes when each was heard last. */
  close(): Promise<void>
}

/** Silence after which a node is taken for dead. */
export const SILENT_MS = 10_000
/** How long after its own start a hub waits for the nodes it knew. */
export const RETURN_MS = 45_000
const TICK_MS = 1_000
const SAVE_MS = 15_000
/** A node that went down and never came back is let go of. */
const FORGET_MS = 30 * 86_400_000
const MAX_OPEN = 10_000
const MAX_WAITING = 1_000
const SETTING = 'open_lives'

const openLife = z.object({
  node: z.string(),
  incarnation: z.string(),
  pid: z.number(),
  runtime: z.object({ name: z.string(), version: z.string() }),
  release: z.string().nullable(),
  agentVersion: z.string(),
  startedAt: z.string(),
  heardAtMs: z.number(),
  atUs: z.number(),
  handled: z.number(),
  /** A provisional report was made. */
  isTold: z.boolean(),
})
type OpenLife = z.infer<typeof openLife>

interface Watched extends OpenLife {
  /** From when its silence counts. */
  countFromMs: number
  sample: NodeSample | null
}

/** Reads which lives were open when the hub ended. */
export async function createNodeEnds(options: NodeEndsOptions): Promise<NodeEnds> {
  const { store, clock } = options
  const open = new Map<string, Watched>()
  const untaken = new Map<string, CrashReport>()
  let tickedAtMs = clock.nowMs()
  let savedAtMs = clock.nowMs()
  let isDirty = false
  let saving: Promise<void> | null = null

  const found = z.array(openLife).safeParse(await store.readSetting(SETTING))
  for (const life of found.success ? found.data : []) {
    open.set(life.node, { ...life, countFromMs: clock.nowMs() + RETURN_MS - SILENT_MS, sample: null })
  }

  /** One writing at a time; what changes meanwhile is written after it. */
  const save = (): Promise<void> => {
    isDirty = true
    saving ??= writeAll()
      .catch(options.failed)
      .finally(() => {
        saving = null
      })
    return saving
  }

  const writeAll = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false
      savedAtMs = clock.nowMs()
      const lives = [...open.values()].map(({ countFromMs: _, sample: __, ...life }) => life)
      await store.writeSetting(SETTING, lives)
    }
  }

  const offer = (report: CrashReport): void => {
    if (options.report(report) || untaken.size >= MAX_WAITING) untaken.delete(report.id)
    else untaken.set(report.id, report)
  }

  /** Of the life that was open under this name: what the next one says of it, or lets infer. */
  const close = (life: Watched, hello: Hello): void => {
    const told = hello.lives?.find(({ incarnation }) => incarnation === life.incarnation)
    if (told?.end === 'stopped' && !life.isTold) return
    const outcome = outcomeOf(hello, life.heardAtMs, clock.nowMs())
    const tag = told ? tagOf(told.end) : 'killed_or_lost_power'
    const report = reportOf(life, tag, told?.detail ?? '', outcome, told?.fault)
    if (!life.isTold) options.ended(report)
    offer(report)
  }

  return {
    hello(hello) {
      const { node, incarnation } = hello
      const held = open.get(node)
      const isSame = held?.incarnation === incarnation
      if (held && !isSame) close(held, hello)
      if (isSame && held.isTold) {
        offer(reportOf(held, 'heard_again', '', outcomeOf(hello, held.heardAtMs, clock.nowMs())))
      }
      const settled: string[] = []
      for (const life of hello.lives ?? []) {
        const isHeld = held?.incarnation === life.incarnation
        if (life.end === 'stopped' && !(isHeld && held.isTold)) settled.push(nodeEndId(life.incarnation))
        else if (!isHeld)
          offer(reportOf(earlierOf(life, hello), tagOf(life.end), life.detail, null, life.fault))
      }
      if (settled.length > 0) options.settled(node, settled)
      if (!held && open.size >= MAX_OPEN) return
      const nowMs = clock.nowMs()
      open.set(node, {
        node,
        incarnation,
        pid: hello.pid,
        runtime: { name: hello.runtime.name, version: hello.runtime.version },
        release: hello.release,
        agentVersion: hello.agentVersion,
        startedAt: hello.startedAt,
        heardAtMs: nowMs,
        atUs: isSame ? held.atUs : 0,
        handled: isSame ? held.handled : 0,
        isTold: false,
        countFromMs: nowMs,
        sample: isSame ? held.sample : null,
      })
      void save()
    },
    heard(node, frame) {
      const life = open.get(node)
      if (!life) return
      life.heardAtMs = clock.nowMs()
      life.countFromMs = life.heardAtMs
      life.atUs = frame.atUs
      isDirty = true
      for (const record of frame.records) {
        if (record.type !== 'node.sample') continue
        life.sample = record
        life.handled = record.handled
      }
    },
    goodbye(node) {
      if (open.delete(node)) void save()
    },
    tick() {
      const nowMs = clock.nowMs()
      // While the hub stood still it heard nobody: that is its own silence.
      const stoodStillMs = Math.max(0, nowMs - tickedAtMs - TICK_MS)
      tickedAtMs = nowMs
      let isNews = false
      for (const life of open.values()) {
        if (options.isPaused(life.node)) life.countFromMs = nowMs
        if (stoodStillMs > TICK_MS) life.countFromMs += stoodStillMs
        if (life.isTold && nowMs - life.heardAtMs > FORGET_MS) {
          open.delete(life.node)
          isDirty = true
        }
        if (life.isTold || nowMs - life.countFromMs < SILENT_MS) continue
        life.isTold = true
        isNews = true
        const report = reportOf(life, 'no_heartbeat', '', null)
        options.ended(report)
        offer(report)
      }
      for (const report of [...untaken.values()]) offer(report)
      if (isNews || (isDirty && nowMs - savedAtMs >= SAVE_MS)) void save()
    },
    async close() {
      await save()
    },
  }
}

type Tag =
  | 'no_heartbeat'
  | 'heard_again'
  | 'killed'
  | 'machine_restarted'
  | 'killed_or_lost_power'
  | 'exited'
  | 'uncaught'
  | 'stopped'

function tagOf(end: NodeEnd): Tag {
  switch (end) {
    case 'crashed':
      return 'uncaught'
    case 'unknown':
      return 'killed_or_lost_power'
    default:
      return end
  }
}

function wordsOf(tag: Tag, detail: string): string {
  switch (tag) {
    case 'no_heartbeat':
      return 'not heard any more, and no goodbye; what became of it is told when it says hello again'
    case 'heard_again':
      return 'it was not dead: it was heard again'
    case 'killed':
      return 'killed without a word; the machine ran on'
    case 'machine_restarted':
      return 'ended without a word; the machine was restarted since'
    case 'killed_or_lost_power':
      return 'killed, or power was lost: it left no word'
    case 'exited':
      return detail === '' ? 'the program ended' : `the program ended, ${detail}`
    case 'uncaught':
      return detail === '' ? 'an exception outside of every process' : detail
    case 'stopped':
      return 'stopped in order; its goodbye was lost'
    default:
      return tag satisfies never
  }
}

function reportOf(
  life: Watched,
  tag: Tag,
  detail: string,
  outcome: Outcome | null,
  fault: EndingFault | null = null,
): CrashReport {
  const { sample } = life
  const report = nodeEndReport(
    {
      ...life,
      uptimeMs: life.heardAtMs - Date.parse(life.startedAt),
      messagesHandled: life.handled,
      atMs: life.heardAtMs,
    },
    {
      kind: 'node-down',
      reason: { kind: 'node-down', tag, text: wordsOf(tag, detail), term: tag },
      stack: unavailable('the node itself said nothing'),
      chain: [],
      killer: unavailable(fault === null ? 'nobody saw who' : 'its runner, told to by a fault'),
    },
  )
  return {
    ...report,
    ...(outcome ? { outcome: captured(outcome) } : {}),
    ...(fault ? { faults: captured([touchOf(fault)]) } : {}),
    ...(sample ? lastSeen(sample) : {}),
  }
}

function touchOf({ experiment, kind, firing }: EndingFault): FaultTouch {
  return { fault: experiment, kind, role: 'direct', firing }
}

/** What the last sample says of the node as it was heard last. */
function lastSeen(sample: NodeSample): Pick<CrashReport, 'mailbox' | 'surroundings'> {
  return {
    mailbox: truncated(
      { length: sample.mailbox, oldestMs: null, byType: [], first: [], last: [], fate: 'lost' },
      'of all processes together, as they were last counted',
    ),
    surroundings: captured({
      processes: sample.processes,
      eventLoopDelayMs: sample.eventLoopDelayP99Ms,
      heapUsedBytes: sample.heapUsedBytes,
      heapTotalBytes: null,
      rssBytes: sample.rssBytes,
      fullestMailboxes: [],
    }),
  }
}

function outcomeOf(hello: Hello, heardAtMs: number, nowMs: number): Outcome {
  return {
    kind: 'restarted',
    newPid: String(hello.pid),
    backAfterMs: Math.max(0, nowMs - heardAtMs),
    firstHandledAfterMs: null,
    crashedAgain: false,
    escalatedTo: null,
  }
}

/** A life this hub never saw, as its marks and the next one tell. */
function earlierOf(life: EarlierLife, hello: Hello): Watched {
  const { incarnation, pid, startedAt } = life
  const heardAtMs = Date.parse(life.lastSignAt)
  return {
    node: hello.node,
    incarnation,
    pid,
    runtime: { name: hello.runtime.name, version: hello.runtime.version },
    release: hello.release,
    agentVersion: hello.agentVersion,
    startedAt,
    heardAtMs,
    atUs: Math.max(0, heardAtMs - Date.parse(startedAt)) * 1_000,
    handled: 0,
    isTold: true,
    countFromMs: heardAtMs,
    sample: null,
  }
}
