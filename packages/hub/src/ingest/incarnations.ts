/**
 * The lives of each node: when each began, when and how it ended, and the report of that end. Kept in the store for thirty
 * days, so that a node's page can tell of lives that an earlier hub saw.
 */
import type { Incarnation } from '@orrery/live/views'
import { type CrashReport, type Hello, isNodeEnd } from '@orrery/protocol'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

export interface IncarnationsOptions {
  store: Pick<Store, 'readSetting' | 'writeSetting'>
  clock: Clock
  failed(error: unknown): void
}

export interface Incarnations {
  hello(hello: Hello): void
  goodbye(node: string, reason: string): void
  /** Any report; only that of a node's own end is looked at. */
  reported(report: CrashReport): void
  /** Newest first. */
  of(node: string): Incarnation[]
  /** Writes what is not written yet. */
  close(): Promise<void>
}

const SETTING = 'incarnations'
const MAX_NODES = 1_000
const MAX_LIVES = 16
const KEPT_MS = 30 * 86_400_000
/** A node in a restart loop is not written down at each of its starts. */
const SAVE_AFTER_MS = 2_000

const life = z.object({
  incarnation: z.string(),
  release: z.string().nullable(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  end: z.string().nullable(),
  text: z.string(),
  crashId: z.string().nullable(),
})
const settings = z.record(z.string(), z.array(life))

/** Reads what earlier hubs kept. */
export async function createIncarnations(options: IncarnationsOptions): Promise<Incarnations> {
  const { store, clock } = options
  /** Oldest first. */
  const nodes = new Map<string, Incarnation[]>()
  let isDirty = false
  let cancel: (() => void) | null = null
  let saving: Promise<void> = Promise.resolve()

  const found = settings.safeParse(await store.readSetting(SETTING))
  for (const [node, lives] of Object.entries(found.success ? found.data : {})) nodes.set(node, lives)

  const write = (): Promise<void> => {
    cancel?.()
    cancel = null
    saving = saving.then(async () => {
      if (!isDirty) return
      isDirty = false
      await store.writeSetting(SETTING, Object.fromEntries(nodes)).catch(options.failed)
    })
    return saving
  }

  const moved = (): void => {
    isDirty = true
    cancel ??= clock.after(SAVE_AFTER_MS, () => void write())
  }

  const ended = (
    held: Incarnation,
    end: Pick<Incarnation, 'endedAtMs' | 'end' | 'text' | 'crashId'>,
  ): void => {
    Object.assign(held, end)
    moved()
  }

  return {
    hello(hello) {
      const { node, incarnation, release } = hello
      const nowMs = clock.nowMs()
      const lives = (nodes.get(node) ?? []).filter((each) => nowMs - each.startedAtMs < KEPT_MS)
      for (const told of hello.lives ?? []) {
        const held = lives.find((each) => each.incarnation === told.incarnation)
        if (held && told.end === 'stopped' && held.crashId === null)
          ended(held, { endedAtMs: Date.parse(told.lastSignAt), end: 'stopped', text: '', crashId: null })
      }
      const held = lives.find((each) => each.incarnation === incarnation)
      // One that was taken for dead, or said goodbye to an earlier hub, lives.
      if (held) Object.assign(held, { endedAtMs: null, end: null, text: '', crashId: null })
      else {
        const startedAtMs = Date.parse(hello.startedAt)
        lives.push({ incarnation, release, startedAtMs, endedAtMs: null, end: null, text: '', crashId: null })
      }
      nodes.delete(node)
      nodes.set(node, lives.slice(-MAX_LIVES))
      for (const oldest of nodes.keys()) {
        if (nodes.size <= MAX_NODES) break
        nodes.delete(oldest)
      }
      moved()
    },
    goodbye(node, reason) {
      const held = nodes.get(node)?.at(-1)
      if (held) ended(held, { endedAtMs: clock.nowMs(), end: 'stopped', text: reason, crashId: null })
    },
    reported(report) {
      if (!isNodeEnd(report)) return
      const { node, incarnation } = report.identity
      const held = nodes.get(node)?.find((each) => each.incarnation === incarnation)
      if (!held) return
      const { tag, text } = report.cause.reason
      if (tag === 'heard_again') ended(held, { endedAtMs: null, end: null, text: '', crashId: null })
      else ended(held, { endedAtMs: Date.parse(report.at), end: tag, text, crashId: report.id })
    },
    of: (node) => [...(nodes.get(node) ?? [])].reverse(),
    close: write,
  }
}
