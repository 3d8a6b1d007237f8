/**
 * Processes that ended and left no slot behind, for whoever looks at a table in which they stood. Kept only while
 * somebody looks, for ten seconds each, and never more than a screen could show.
 */
import { NONE } from './columns.ts'
import { displayName } from './names.ts'
import type { Processes } from './processes.ts'

export interface GoneFacts {
  key: string
  pid: string
  name: string
  label: string | null
  behaviour: string
  module: string
  parent: string | null
  restart: string
  restarts: number
  startedAtMs: number
  atMs: number
  text: string
}

/** How long an end is shown. */
export const GONE_MS = 10_000
/** Nobody asked for that long: nobody looks. */
const WATCHED_MS = 5_000
const MAX_GONE = 2_048

export class RecentlyGone {
  /** By the start order of the process, which no other of its node has. */
  readonly #byBorn = new Map<number, GoneFacts>()
  #watchedUntilMs = Number.NEGATIVE_INFINITY

  watch(nowMs: number): void {
    this.#watchedUntilMs = nowMs + WATCHED_MS
    for (const [born, { atMs }] of this.#byBorn) {
      if (nowMs - atMs < GONE_MS) break
      this.#byBorn.delete(born)
    }
  }

  get(born: number): GoneFacts | undefined {
    return this.#byBorn.get(born)
  }

  /** Before its slot is taken out of the tree. */
  remember(p: Processes, index: number, atMs: number, text: string): void {
    if (atMs > this.#watchedUntilMs || this.#byBorn.size >= MAX_GONE) return
    const { columns: c } = p
    const { behaviour, module, restart } = p.specOf(index)
    const parent = c.parent[index] ?? NONE
    this.#byBorn.set(c.order[index] ?? 0, {
      key: p.keyOf(index),
      pid: c.pid[index] ?? '',
      name: displayName(p, index),
      label: c.label[index] || null,
      behaviour,
      module,
      parent: parent === NONE ? null : p.keyOf(parent),
      restart,
      restarts: c.restarts[index] ?? 0,
      startedAtMs: c.startedAtMs[index] ?? 0,
      atMs,
      text,
    })
  }
}
