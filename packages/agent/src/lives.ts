/**
 * The lives of a node, as their marks in its spool folder tell: one is written at the start, and again at an end in order
 * or with last words. The next life reads from it what became of the one before. Whoever holds the spool writes it.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import {
  type EarlierLife,
  endingFault,
  MAX_LIVES,
  NODE_ENDS,
  type NodeEnd,
  nodeEndId,
  type RunnerKill,
} from '@orrery/protocol'
import { z } from 'zod'

export interface Lives {
  /** Those whose end the hub has not acked, oldest first. */
  readonly earlier: readonly EarlierLife[]
  /** Notes how this life ends; the first end stands. Written when this returns, and throws where it cannot be. */
  end(end: NodeEnd, detail: string): void
  /** The hub has the ends of these: they are told no more. */
  acked(reportIds: readonly string[]): void
  /** Says that this life goes on; due every few seconds. */
  touch(): void
}

const mark = z.object({
  incarnation: z.uuid(),
  startedAt: z.iso.datetime(),
  pid: z.int().nonnegative(),
  host: z.string().max(255),
  bootId: z.string().max(64),
  end: z
    .object({ at: z.iso.datetime(), how: z.enum(NODE_ENDS).catch('unknown'), detail: z.string().max(1_024) })
    .nullable(),
  fault: endingFault.nullable().catch(null).default(null),
})
type Mark = z.infer<typeof mark>
const book = z.object({ marks: z.array(mark).max(MAX_LIVES + 1) })

export interface LivesOptions {
  dir: string
  incarnation: string
  startedAt: Date
  wallMs: () => number
  /** Of the machine, new at every start of it; empty where it cannot be told. */
  bootId?: string
  /** The end of the life before, as its runner has sent and seen it. */
  killed?: RunnerKill | null
}

/** Reads what earlier lives left and marks the start of this one. Throws where the folder cannot be written. */
export function openLives(options: LivesOptions): Lives {
  const path = join(options.dir, 'lives.json')
  const bootId = options.bootId ?? bootIdOf()
  const me: Mark = {
    incarnation: options.incarnation,
    startedAt: options.startedAt.toISOString(),
    pid: process.pid,
    host: hostname().slice(0, 255),
    bootId,
    end: null,
    fault: null,
  }
  const marks = readMarks(path).filter(({ incarnation }) => incarnation !== me.incarnation)
  const seenAt = lastTouch(path)
  // Only the newest can be without an end that is noted: it was the holder of the folder until it ended.
  const latest = marks.at(-1)
  let earlier = marks.slice(-MAX_LIVES).map((left) => {
    const life = readLife(left, seenAt, { bootId, host: me.host })
    const { killed } = options
    // Only of the life that had this pid last: pids come again.
    const isIt = left === latest && left.end === null && killed?.pid === left.pid
    return isIt && killed ? { ...life, end: 'killed' as const, fault: killed.fault } : life
  })
  const write = (): void => {
    const ends = earlier.map((life) => markOf(life))
    writeWhole(path, JSON.stringify({ marks: [...ends, me] }))
  }
  write()
  return {
    get earlier() {
      return earlier
    },
    end(how, detail) {
      if (me.end !== null) return
      me.end = { at: new Date(options.wallMs()).toISOString(), how, detail: detail.slice(0, 1_024) }
      write()
    },
    acked(ids) {
      const left = earlier.filter(({ incarnation }) => !ids.includes(nodeEndId(incarnation)))
      if (left.length === earlier.length) return
      earlier = left
      write()
    },
    touch() {
      const now = new Date(options.wallMs())
      utimesSync(path, now, now)
    },
  }
}

/** What a mark without an end means, told apart as far as the machine's own identity goes. */
function readLife(left: Mark, seenAt: string, now: { bootId: string; host: string }): EarlierLife {
  const { incarnation, startedAt, pid, host } = left
  if (left.end !== null) {
    const { at: lastSignAt, how: end, detail } = left.end
    const fault = left.fault === null ? {} : { fault: left.fault }
    return { incarnation, startedAt, lastSignAt, pid, host, end, detail, ...fault }
  }
  const isTold = left.bootId !== '' && now.bootId !== ''
  const end: NodeEnd = !isTold
    ? 'unknown'
    : left.bootId === now.bootId
      ? 'killed'
      : // Another host's boot says nothing of this one's: the folder may have moved.
        left.host === now.host
        ? 'machine_restarted'
        : 'unknown'
  return { incarnation, startedAt, lastSignAt: seenAt, pid, host, end, detail: '' }
}

/** Once read, an end is settled: what the machine does later cannot change it. */
function markOf({ end, detail, lastSignAt, fault, ...life }: EarlierLife): Mark {
  return { ...life, fault: fault ?? null, bootId: '', end: { at: lastSignAt, how: end, detail } }
}

function readMarks(path: string): Mark[] {
  try {
    const parsed = book.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data.marks : []
  } catch {
    // The first life, or a file no life of ours has written: nothing is known of earlier ones.
    return []
  }
}

function lastTouch(path: string): string {
  try {
    return statSync(path).mtime.toISOString()
  } catch {
    return new Date(0).toISOString()
  }
}

/** Whole or not at all, and on disk: what power loss leaves must still tell of the life it ended. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.draft`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function bootIdOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Not Linux.
    return ''
  }
}
