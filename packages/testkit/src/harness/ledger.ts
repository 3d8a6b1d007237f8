/**
 * The books of a run: what happened at the sources, what their agents accepted, what the store holds. Nothing here asks
 * the processes that were killed; it reads what they left on disk, and what the hub's API answers when all is over.
 *
 * A report is accepted when it is in a spool file. Its id is written to a journal the moment after; where SIGKILL falls
 * between the two, the spool that the dead node left still holds it, because nothing leaves a spool before it was acked.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { scanSegment } from '@orrery/agent/segment'
import { nodeEndId } from '@orrery/protocol'
import { z } from 'zod'

export interface Journal {
  /** Handlers that were about to throw. */
  thrown: number
  accepted: Set<string>
  /** Incarnations a hub knew of, in order. */
  lives: string[]
}

/** A line a fact: `l ID` when a hub knows of a life, `t` before a throw, `a ID` after its report was accepted. A torn last line is no fact. */
export function readJournal(path: string): Journal {
  const journal: Journal = { thrown: 0, accepted: new Set(), lives: [] }
  if (!existsSync(path)) return journal
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  for (const line of lines) {
    if (line === 't') journal.thrown++
    else if (line.startsWith('a ')) journal.accepted.add(line.slice(2))
    else if (line.startsWith('l ')) journal.lives.push(line.slice(2))
  }
  return journal
}

/** Ids of all reports in the segments of a spool folder that nobody writes to, acked or not. */
export function readSpool(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.endsWith('.seg'))
    .flatMap((name) => scanSegment(readFileSync(join(dir, name))).records)
    .flatMap((record) => (record.kind === 'report' ? [record.id] : []))
}

export interface Stored {
  /** How often the id of each crash is in the list of crashes. */
  times: Map<string, number>
  /** Ids of the ends of nodes: the hub's own reports, which no agent accepts. */
  nodeEnds: Set<string>
  /** What the groups say they have counted: whole reports, roots and casualties. */
  counted: number
}

const crashes = z.object({
  items: z.array(z.object({ id: z.string(), kind: z.string() })),
  nextCursor: z.string().nullable(),
})
const groups = z.object({
  items: z.array(z.object({ count: z.number(), notStored: z.number(), casualties: z.number() })),
  nextCursor: z.string().nullable(),
})

/** All that a hub has, page by page. */
export async function readStore(url: string): Promise<Stored> {
  const times = new Map<string, number>()
  const nodeEnds = new Set<string>()
  for await (const { id, kind } of pages(`${url}/api/v1/crashes`, crashes)) {
    if (kind === 'node-down') nodeEnds.add(id)
    else times.set(id, (times.get(id) ?? 0) + 1)
  }
  let counted = -nodeEnds.size
  for await (const group of pages(`${url}/api/v1/crash-groups`, groups)) {
    counted += group.count - group.notStored + group.casualties
  }
  return { times, nodeEnds, counted }
}

export interface Balance {
  accepted: number
  stored: number
  /** Accepted and not stored. */
  lost: string[]
  /** Stored more often than once, or counted by its group more often than stored. */
  doubled: number
  nodeEnds: number
  /** Lives a hub knew of, which are over and of which no report tells. */
  unmissed: string[]
  /** Stored, though no source accepted them: the books are wrong then. */
  unheard: string[]
}

/** `over`: incarnations that a hub knew of and that are over. */
export function balance(
  accepted: ReadonlySet<string>,
  over: readonly string[],
  { times, nodeEnds, counted }: Stored,
): Balance {
  const rows = [...times.values()].reduce((sum, n) => sum + n, 0)
  return {
    accepted: accepted.size,
    stored: times.size,
    lost: [...accepted].filter((id) => !times.has(id)),
    doubled: rows - times.size + Math.abs(counted - times.size),
    nodeEnds: nodeEnds.size,
    unmissed: over.filter((incarnation) => !nodeEnds.has(nodeEndId(incarnation))),
    unheard: [...times.keys()].filter((id) => !accepted.has(id)),
  }
}

async function* pages<T>(
  url: string,
  schema: z.ZodType<{ items: T[]; nextCursor: string | null }>,
): AsyncGenerator<T> {
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await fetch(`${url}?limit=1000${query}`)
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
    const page = schema.parse(await answer.json())
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
