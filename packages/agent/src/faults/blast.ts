/**
 * The blast radius: what an injection may do to others, from the node's own links, monitors, strategies and restart windows as they are now. It changes
 * nothing. At most: who falls by a link falls, a supervisor restarts all it may have to, and gives up where it would be one too many.
 */
import type { CommandErrorCode } from '@orrery/protocol'
import {
  type BlastGroup,
  type BlastRadius,
  type BlastSupervisor,
  FAULTS,
  type FaultName,
  type Injection,
} from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import { casualtiesOf, type KinOf, kinOnce } from './casualties.ts'
import type { FaultHost } from './kind.ts'

/** Kinds whose targets may end by them. */
const LETHAL: ReadonlySet<FaultName> = new Set([
  'kill',
  'crash_next',
  'throw',
  'crash_times',
  'corrupt',
  'exhaust',
])
const MOST_FALLEN = 20_000
const MOST_GROUPS = 1_000
const SHOWN_KEYS = 8
/** Targets between two places to stop. */
const STEP = 32

type Effect = BlastGroup['effect']
type Via = BlastGroup['via']

export function* blastOf(
  injection: Injection,
  kind: FaultName,
  host: FaultHost,
  unfit: (target: Target | null, kind: FaultName) => CommandErrorCode | null,
): Generator<void, BlastRadius> {
  const { scope } = FAULTS[kind]
  if (scope === 'node' || scope === 'port') return ofTheWhole(injection, kind, host)
  const roll = host.roll()
  const kinOf = kinOnce(host)
  const affected = new Affected(kinOf)
  const targets: Target[] = []
  const refused: BlastRadius['refused'] = []
  for (const [place, { key, pid }] of injection.targets.entries()) {
    if (place % STEP === STEP - 1) yield
    const target = roll.byPid(pid, key) ?? (injection.follow === 'dynamic' ? roll.byKey(key) : null)
    const code = unfit(target, kind)
    if (code !== null || target === null) refused.push({ key, code: code ?? 'process.unknown' })
    else if (affected.add(target, 'targeted', '')) targets.push(target)
  }
  const supervisors = new Supervisors(kinOf, affected)
  if (kind === 'exhaust') {
    const { extra } = injection.parameters
    for (const target of targets) supervisors.exhaust(target, extra === '1' ? 1 : 0)
  } else if (LETHAL.has(kind)) {
    const times = timesOf(injection, kind)
    const fallen = casualtiesOf(targets, kinOf, MOST_FALLEN)
    yield
    for (const one of fallen) affected.add(one, 'may_exit', 'link')
    for (const [place, one] of [...targets, ...fallen].entries()) {
      if (place % STEP === STEP - 1) yield
      supervisors.fell(one, place < targets.length ? times : 1)
      signal(one, kinOf, affected)
    }
  }
  yield
  const rows = supervisors.settle()
  return { targeted: targets.length, refused, groups: affected.groups(), supervisors: rows }
}

/** How often the fault makes one target fall, before its supervisor can come to rest. */
function timesOf({ when }: Injection, kind: FaultName): number {
  if (kind !== 'crash_times') return 1
  const schedule = when ?? FAULTS.crash_times.when
  return schedule.kind === 'times' ? schedule.times : 1
}

/** Who is told of an end and lives: by a monitor, or by a link it traps. Its supervisor has to do with it anyway. */
function signal(one: Target, kinOf: KinOf, affected: Affected): void {
  const { watchers, links, parent } = kinOf(one)
  for (const watcher of watchers) affected.add(watcher, 'signalled', 'monitor')
  for (const peer of links) {
    if (peer.ref !== parent?.ref && kinOf(peer).trapsExit && kinOf(peer).supervisor === null)
      affected.add(peer, 'signalled', 'link')
  }
}

function ofTheWhole(injection: Injection, kind: FaultName, host: FaultHost): BlastRadius {
  const all = host.roll().size
  const group: BlastGroup =
    injection.port === null
      ? {
          label: 'all processes',
          module: '',
          parent: '',
          count: all,
          of: all,
          effect: kind === 'node_kill' ? 'may_exit' : 'signalled',
          via: 'node',
          restart: '',
          keys: [],
        }
      : {
          label: injection.port,
          module: '',
          parent: '',
          count: 1,
          of: 1,
          effect: 'targeted',
          via: '',
          restart: '',
          keys: [],
        }
  return { targeted: 1, refused: [], groups: [group], supervisors: [] }
}

/** Each process once, with the first effect that was found: the nearest. */
class Affected {
  private readonly kinOf: KinOf
  private readonly seen = new Set<number>()
  private readonly boxes = new Map<string, BlastGroup & { first: Target }>()

  constructor(kinOf: KinOf) {
    this.kinOf = kinOf
  }

  has(target: Target): boolean {
    return this.seen.has(target.ref)
  }

  /** Whether it is new. */
  add(target: Target, effect: Effect, via: Via): boolean {
    if (this.seen.has(target.ref)) return false
    this.seen.add(target.ref)
    const { module, parent, restart } = this.kinOf(target)
    const parentKey = parent?.key ?? ''
    const box = `${effect}\n${via}\n${parentKey}\n${module}\n${restart}`
    const group = this.boxes.get(box)
    if (group !== undefined) {
      group.count += 1
      if (group.keys.length < SHOWN_KEYS) group.keys.push(target.key)
      return true
    }
    this.boxes.set(box, {
      label: '',
      module,
      parent: parentKey,
      count: 1,
      of: 0,
      effect,
      via,
      restart,
      keys: [target.key],
      first: target,
    })
    return true
  }

  groups(): BlastGroup[] {
    const order: Effect[] = ['targeted', 'may_exit', 'restarted', 'signalled']
    return [...this.boxes.values()]
      .sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
      .slice(0, MOST_GROUPS)
      .map(({ first, ...group }) => ({
        ...group,
        label: group.count === 1 ? (first.name ?? lastOf(first.key)) : group.module,
        of: Math.max(group.count, this.alike(first)),
      }))
  }

  private readonly modules = new Map<number, Map<string, number>>()

  /** Siblings of the same module, itself among them. */
  private alike(target: Target): number {
    const { parent, module } = this.kinOf(target)
    if (parent === null) return 1
    let counts = this.modules.get(parent.ref)
    if (counts === undefined) {
      counts = new Map()
      for (const child of this.kinOf(parent).supervisor?.children ?? []) {
        const of = this.kinOf(child).module
        counts.set(of, (counts.get(of) ?? 0) + 1)
      }
      this.modules.set(parent.ref, counts)
    }
    return counts.get(module) ?? 1
  }
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

interface Above {
  readonly target: Target
  readonly depth: number
  expected: number
  /** Children that fall, for a strategy that restarts others with them. */
  readonly fallen: Set<number>
}

/** What supervisors would have to do, from the lowest up: one that gives up is a child that falls. */
class Supervisors {
  private readonly kinOf: KinOf
  private readonly affected: Affected
  private readonly above = new Map<number, Above>()

  constructor(kinOf: KinOf, affected: Affected) {
    this.kinOf = kinOf
    this.affected = affected
  }

  fell(child: Target, times: number): void {
    const { parent, restart } = this.kinOf(child)
    if (parent === null || this.kinOf(parent).supervisor === null || restart === 'temporary') return
    const above = this.of(parent)
    const isOneForAll = this.kinOf(parent).supervisor?.strategy === 'one_for_all'
    // All are started anew for the first that falls; the others have fallen with it.
    if (isOneForAll) above.expected = Math.max(above.expected, times)
    else above.expected += times
    above.fallen.add(child.ref)
  }

  exhaust(target: Target, extra: number): void {
    const facts = this.kinOf(target).supervisor
    if (facts === null) return
    this.of(target).expected += Math.max(0, facts.intensity - facts.used) + extra
    for (const child of facts.children) this.affected.add(child, 'may_exit', 'intensity')
  }

  /** Nearest to the targets first. */
  settle(): BlastSupervisor[] {
    const rows: BlastSupervisor[] = []
    const done = new Set<number>()
    for (let next = this.lowest(done); next !== null; next = this.lowest(done)) {
      done.add(next.target.ref)
      const { supervisor, parent } = this.kinOf(next.target)
      if (supervisor === null || next.expected === 0) continue
      const { strategy, intensity, periodMs, used, children } = supervisor
      const isAtRisk = next.expected > intensity - used
      if (strategy === 'one_for_all') this.restarted(children, 'one_for_all')
      if (strategy === 'rest_for_one') {
        const from = children.findIndex(({ ref }) => next.fallen.has(ref))
        if (from >= 0) this.restarted(children.slice(from + 1), 'rest_for_one')
      }
      if (isAtRisk) {
        this.restarted(children, 'intensity')
        if (this.affected.add(next.target, 'may_exit', 'intensity'))
          signal(next.target, this.kinOf, this.affected)
        this.fell(next.target, 1)
      }
      rows.push({
        key: next.target.key,
        name: next.target.name ?? lastOf(next.target.key),
        strategy,
        intensity,
        periodMs,
        used,
        expected: next.expected,
        isAtRisk,
        escalatesTo: parent === null ? '' : (parent.name ?? lastOf(parent.key)),
      })
    }
    return rows.slice(0, MOST_GROUPS)
  }

  /** With whatever stands below them. */
  private restarted(children: readonly Target[], via: Via): void {
    const waiting = [...children]
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      this.affected.add(one, 'restarted', via)
      const { supervisor } = this.kinOf(one)
      if (supervisor !== null) waiting.push(...supervisor.children)
    }
  }

  private lowest(done: ReadonlySet<number>): Above | null {
    let lowest: Above | null = null
    for (const above of this.above.values())
      if (!done.has(above.target.ref) && (lowest === null || above.depth > lowest.depth)) lowest = above
    return lowest
  }

  private of(target: Target): Above {
    let above = this.above.get(target.ref)
    if (above === undefined) {
      above = { target, depth: target.key.split('/').length, expected: 0, fallen: new Set() }
      this.above.set(target.ref, above)
    }
    return above
  }
}
