/** What is done to a constellation, and when: pure, so that a seed is a run. */
import { dice } from './seed.ts'

export type Deed =
  /** SIGKILL, and a new life after `downMs`. */
  | { kind: 'kill'; part: string; downMs: number }
  /** The connections through a link end, or stand still, or crawl, for so long. */
  | { kind: 'cut'; link: string }
  | { kind: 'stall'; link: string; forMs: number }
  | { kind: 'slow'; link: string; bytesPerS: number; forMs: number }
  /** The wall clock of a node jumps. */
  | { kind: 'step'; node: string; byMs: number }

export interface Step {
  /** After the step before. */
  afterMs: number
  deed: Deed
}

export interface ScheduleOptions {
  seed: number
  /** How many deeds are kills; others come between them. */
  kills: number
  /** What can be killed: each gets its equal share. */
  parts: readonly [string, ...string[]]
  links: readonly [string, ...string[]]
  nodes: readonly [string, ...string[]]
  /** Between steps, from this to three times this. */
  paceMs: number
}

const HOUR_MS = 3_600_000

/** Every kill is followed by something else as often as not; the same options give the same schedule. */
export function schedule({ seed, kills, parts, links, nodes, paceMs }: ScheduleOptions): Step[] {
  const { random, between, pick } = dice(seed)
  const steps: Step[] = []
  const add = (deed: Deed): void => void steps.push({ afterMs: between(paceMs, 3 * paceMs), deed })
  let bag: string[] = []
  for (let i = 0; i < kills; i++) {
    if (bag.length === 0) bag = [...parts]
    const [part = parts[0]] = bag.splice(between(0, bag.length - 1), 1)
    add({ kind: 'kill', part, downMs: between(0, 1_500) })
    if (random() < 0.5) add(other(pick(['cut', 'stall', 'slow', 'step'])))
  }
  return steps

  function other(kind: 'cut' | 'stall' | 'slow' | 'step'): Deed {
    if (kind === 'step') return { kind, node: pick(nodes), byMs: between(-HOUR_MS, HOUR_MS) }
    const link = pick(links)
    if (kind === 'cut') return { kind, link }
    const forMs = between(200, 2_000)
    return kind === 'stall'
      ? { kind, link, forMs }
      : { kind, link, bytesPerS: between(20_000, 200_000), forMs }
  }
}
