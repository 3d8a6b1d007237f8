/** What the world shows of an experiment in this second. Pure over the world. */
import type { World } from '@orrery/live/world'
import { addLines, createFigures, type Figures, type Second, together } from './figures.ts'
import type { LiveExperiment } from './live-experiment.ts'
import type { Seen } from './stop-conditions.ts'

type WatchedWorld = Pick<World, 'touched' | 'touchedMinute' | 'windowsAbove' | 'heardAtMs'>

/** Kinds that are felt in mailboxes first. */
const MAILBOX_KINDS = new Set(['slow', 'busy', 'hang', 'delay', 'flood', 'block', 'exhaust'])

/** With the minute before it began. */
export function figuresOf(live: LiveExperiment, world: WatchedWorld, nowMs: number): Figures {
  const touched = touchedBy(live)
  const minute = (metric: 'handled' | 'mailbox') =>
    addLines(touched.map(({ node, keys }) => world.touchedMinute(node, keys, metric)))
  const metric = live.record.steps.some(({ fault }) => MAILBOX_KINDS.has(fault)) ? 'mailbox' : 'handled'
  const second = together(touched.map(({ node, keys }) => world.touched(node, keys)))
  return createFigures({
    startedAtMs: live.record.startedAtMs ?? nowMs,
    metric,
    label: live.record.label,
    handled: minute('handled'),
    mailbox: minute('mailbox'),
    second: second ?? { handledPerS: 0, mailbox: 0, mailboxMax: 0, restarts: 0, handlingP99Ms: null },
  })
}

export function secondOf(live: LiveExperiment, world: WatchedWorld): Second | null {
  return together(touchedBy(live).map(({ node, keys }) => world.touched(node, keys)))
}

export function seenOf(live: LiveExperiment, world: WatchedWorld, nowMs: number): Seen {
  const { record } = live
  const second = secondOf(live, world)
  const ofKind = (...kinds: string[]) => live.legs.filter(({ kind }) => kinds.includes(kind))
  // What it makes silent, or uses up, on purpose is no reason to end it.
  const quiet = new Set(ofKind('pause', 'node_kill').map((leg) => leg.record.node))
  const exhausted = new Set(
    ofKind('exhaust').flatMap((leg) => [...leg.places.keys()].map((key) => `${leg.record.node}\n${key}`)),
  )
  return {
    crashes: record.crashes,
    windows: touchedBy(live).flatMap(({ node, keys }) =>
      (keys === null ? [] : world.windowsAbove(node, keys)).filter(
        ({ key }) => !exhausted.has(`${node}\n${key}`),
      ),
    ),
    mailboxMax: second?.mailboxMax ?? 0,
    handlingP99Ms: second?.handlingP99Ms ?? null,
    silent: record.nodes.flatMap((node) => {
      const heardAtMs = world.heardAtMs(node)
      const isUnderFault = live.legs.some((leg) => leg.record.node === node && leg.state === 'active')
      return quiet.has(node) || heardAtMs === null || !isUnderFault
        ? []
        : [{ node, forMs: nowMs - heardAtMs }]
    }),
  }
}

/** Whom it is about on each node, `null` for the node as a whole. */
export function touchedBy(live: LiveExperiment): { node: string; keys: string[] | null }[] {
  const byNode = new Map<string, string[] | null>()
  for (const leg of live.legs) {
    const { node } = leg.record
    const held = byNode.get(node)
    if (leg.leg.targets.length === 0) byNode.set(node, null)
    else if (held !== null) byNode.set(node, [...(held ?? []), ...leg.places.keys()])
  }
  return [...byNode].map(([node, keys]) => ({ node, keys: keys === null ? null : [...new Set(keys)] }))
}
