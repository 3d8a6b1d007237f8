/**
 * What the subtrees around the targets of running experiments do: the figures of the supervisor directly above each, so
 * that a pool which makes up for a member that hangs shows it. Read in pieces, because the world holds a minute of mailboxes.
 */
import type { World } from '@orrery/live/world'
import { Stretch } from '@orrery/live/world'
import { faultNamed } from '@orrery/protocol/faults'
import type { ExperimentRecord } from './experiment-store.ts'
import { type Figures, NO_FIGURES } from './stretch-figures.ts'

export interface Seen {
  before: Figures
  during: Figures
}

export interface SubtreeWatch {
  /** Once a second, with the experiments that run. */
  tick(running: readonly Watched[], nowMs: number): void
  /** What was seen of one that is over; it is then forgotten. Of a shot what followed it for ten seconds counts, too. */
  take(record: Watched): Seen
}

export type Watched = Pick<ExperimentRecord, 'id' | 'startedAtMs' | 'endedAtMs' | 'steps' | 'targets'>
type Above = Pick<World, 'above' | 'addStretch' | 'node'>

interface Part {
  node: string
  /** Logical keys of the supervisors; `null` for the whole node. */
  roots: string[] | null
  before: Stretch
  during: Stretch
}

interface Watch {
  parts: Part[]
  /** Seconds so far are read up to here, this one not included. */
  readToS: number
  startS: number
  /** Some fault makes a node silent: the seconds it is not heard are seconds in which it did nothing. */
  isSilencing: boolean
}

/** Before it began, so much is looked back. */
const BEFORE_S = 60
const PIECE_S = 20
/** What was timed in a second may be told in the one after it. */
const LATE_S = 2
/** So long is looked at least: one second of a rate says little. */
const SHORTEST_S = 10
const SILENCING: ReadonlySet<string> = new Set(['pause', 'node_kill', 'block'])

export const UNSEEN: Seen = { before: NO_FIGURES, during: NO_FIGURES }

export function createSubtreeWatch(world: Above): SubtreeWatch {
  const watches = new Map<string, Watch>()

  const begin = (record: Watched, startedAtMs: number): Watch => {
    const startS = Math.floor(startedAtMs / 1_000)
    const parts = partsOf(record, world)
    for (const { node, roots, before } of parts)
      world.addStretch(node, roots, startS - BEFORE_S, startS - 1, before)
    const isSilencing = record.steps.some(({ fault }) => SILENCING.has(fault))
    return { parts, readToS: startS, startS, isSilencing }
  }

  const read = (watch: Watch, toS: number): void => {
    if (toS <= watch.readToS) return
    for (const { node, roots, during } of watch.parts)
      world.addStretch(node, roots, watch.readToS, toS - 1, during)
    watch.readToS = toS
  }

  return {
    tick(running, nowMs) {
      const toS = Math.floor(nowMs / 1_000) - LATE_S
      for (const record of running) {
        if (record.startedAtMs === null) continue
        let watch = watches.get(record.id)
        if (watch === undefined) {
          watch = begin(record, record.startedAtMs)
          watches.set(record.id, watch)
        }
        if (toS - watch.readToS >= PIECE_S) read(watch, toS)
      }
    },
    take(record) {
      const { id, startedAtMs, endedAtMs } = record
      if (startedAtMs === null) return UNSEEN
      const watch = watches.get(id) ?? begin(record, startedAtMs)
      watches.delete(id)
      read(watch, Math.max(Math.ceil((endedAtMs ?? startedAtMs) / 1_000), watch.startS + SHORTEST_S))
      const of = (which: 'before' | 'during'): Stretch[] => watch.parts.map((part) => part[which])
      return {
        before: figuresOf(of('before'), null),
        during: figuresOf(of('during'), watch.isSilencing ? watch.readToS - watch.startS : null),
      }
    },
  }
}

/** Nodes together: rates add up, of times and mailboxes the worst counts. `ofS`: the seconds to divide by where not those heard. */
function figuresOf(stretches: readonly Stretch[], ofS: number | null): Figures {
  const heard = stretches.filter(({ seconds }) => seconds > 0)
  if (heard.length === 0) return NO_FIGURES
  const worst = (values: (number | null)[]): number | null =>
    values.reduce((most, value) => (value === null ? most : Math.max(most ?? 0, value)), null)
  const p99Us = worst(heard.map(({ tookP99Us }) => tookP99Us))
  return {
    seconds: Math.max(...heard.map(({ seconds }) => seconds)),
    handledPerS: heard.reduce((sum, { handled, seconds }) => sum + handled / (ofS ?? seconds), 0),
    handlingP99Ms: p99Us === null ? null : p99Us / 1_000,
    mailboxPeak: worst(heard.map(({ mailboxPeak }) => mailboxPeak)),
  }
}

function partsOf({ steps, targets }: Watched, world: Above): Part[] {
  const roots = new Map<string, Set<string> | null>()
  for (const { step, node, key, state } of targets) {
    // One that is only intended yet will be laid upon: nodes answer one after the other, steps follow each other.
    if (state === 'refused') continue
    const scope = faultNamed(steps[step]?.fault ?? '')?.scope
    if (scope === 'port' || scope === 'node' || scope === undefined) roots.set(node, null)
    const held = roots.get(node)
    if (held === null) continue
    const root = scope === 'supervisor' ? key : (world.above(node, key)?.key ?? key)
    if (held === undefined) roots.set(node, new Set([root]))
    else held.add(root)
  }
  return [...roots].map(([node, keys]) => ({
    node,
    roots: keys === null ? null : [...keys],
    before: new Stretch(),
    during: new Stretch(),
  }))
}
