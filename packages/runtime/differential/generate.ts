/** Makes scenarios from seeds. What OTP leaves open (two unrelated ends at once) is not asked for, or not compared. */
import { seededRandom } from '../src/testing.ts'
import type {
  ChildSpec,
  Command,
  Reason,
  Scenario,
  StartStep,
  Step,
  SupervisorSpec,
  WorkerSpec,
} from './scenario.ts'

/** Restarts in such a window never leave it while a scenario runs. */
const ENDLESS_S = 3_600
/** A window short enough to be waited out, long enough for the steps between. */
const SHORT_S = 5
const WAIT_MS = 7_500

type Family = 'tree' | 'graph' | 'window'

/** One in ten is a graph of links without supervisors, one in twenty waits for its restart windows to slide. */
function familyOf(seed: number): Family {
  if (seed % 10 === 3) return 'graph'
  return seed % 20 === 7 ? 'window' : 'tree'
}

export function generate(seed: number): Scenario {
  return new Generator(seed).scenario()
}

class Generator {
  private readonly seed: number
  private readonly family: Family
  private readonly random: () => number
  private readonly supervisors: SupervisorSpec[] = []
  private readonly workers = new Map<string, WorkerSpec>()
  private readonly parents = new Map<string, SupervisorSpec>()
  /** Each worker is linked to one other at most, so that no two die at once. */
  private readonly paired = new Set<string>()
  private count = 0

  constructor(seed: number) {
    this.seed = seed
    this.family = familyOf(seed)
    this.random = seededRandom(seed * 7_919 + 17)
  }

  scenario(): Scenario {
    const { seed } = this
    if (this.family === 'graph') {
      const free = Array.from({ length: this.between(3, 7) }, () => this.worker(null, 'never', 0))
      const steps = Array.from({ length: this.between(6, 14) }, () => this.graphStep())
      return { seed, root: null, free, steps }
    }
    const root = this.supervisor(null, 'never', 0)
    const steps: Step[] = []
    for (let left = this.between(4, 11); left > 0; left--) steps.push(this.treeStep())
    if (this.family === 'window') {
      const waits = Math.min(2, steps.length - 1)
      for (let i = 0; i < waits; i++)
        steps.splice(this.between(1, steps.length), 0, { step: 'wait', ms: WAIT_MS })
    }
    return { seed, root, free: [], steps }
  }

  private supervisor(
    parent: SupervisorSpec | null,
    autoShutdown: SupervisorSpec['autoShutdown'],
    depth: number,
  ): SupervisorSpec {
    const isPool = depth > 0 && this.chance(0.2)
    const children: ChildSpec[] = []
    const restart = this.pick(['permanent', 'permanent', 'transient', 'temporary'] as const)
    const spec = {
      kind: 'supervisor' as const,
      id: this.id('s'),
      restart,
      significant: this.significant(restart, autoShutdown),
      shutdown: this.chance(0.85) ? ('infinity' as const) : ('brutal_kill' as const),
      strategy: isPool
        ? ('simple_one_for_one' as const)
        : this.pick(['one_for_one', 'one_for_all', 'rest_for_one'] as const),
      autoShutdown: this.chance(0.35)
        ? this.pick(['any_significant', 'all_significant'] as const)
        : ('never' as const),
      intensity: this.between(0, 4),
      periodS: this.family === 'window' ? SHORT_S : ENDLESS_S,
      children,
      order: isPool ? ('starts' as const) : ('full' as 'full' | 'starts'),
    }
    this.supervisors.push(spec)
    if (parent !== null) this.parents.set(spec.id, parent)
    const size = isPool ? 1 : this.between(1, 4)
    for (let i = 0; i < size; i++) {
      const isWorker = isPool || depth >= 2 || this.chance(0.68)
      children.push(
        isWorker
          ? this.worker(isPool ? null : spec, spec.autoShutdown, depth)
          : this.supervisor(spec, spec.autoShutdown, depth + 1),
      )
    }
    return spec
  }

  private worker(
    parent: SupervisorSpec | null,
    autoShutdown: SupervisorSpec['autoShutdown'],
    _depth: number,
  ): WorkerSpec {
    const restart = this.pick(['permanent', 'permanent', 'transient', 'temporary'] as const)
    const stop = this.pick(['ok', 'ok', 'ok', 'hang', 'crash'] as const)
    const spec: WorkerSpec = {
      kind: 'worker',
      id: this.id('w'),
      restart,
      significant: this.significant(restart, autoShutdown),
      shutdown:
        stop === 'hang'
          ? this.pick([40, 'brutal_kill'] as const)
          : this.pick([40, 40, 'brutal_kill', 'infinity'] as const),
      traps: this.chance(0.45),
      stop: this.family === 'graph' && stop === 'hang' ? 'ok' : stop,
      starts: this.family === 'graph' ? [] : this.starts(parent === null),
      isAsync: this.chance(0.3),
    }
    if (this.family === 'graph' || parent !== null) this.workers.set(spec.id, spec)
    if (parent !== null) this.parents.set(spec.id, parent)
    return spec
  }

  private significant(restart: string, autoShutdown: string): boolean {
    return autoShutdown !== 'never' && restart !== 'permanent' && this.chance(0.6)
  }

  /** Not in a pool: OTP 25 itself takes a restart there that is to be ignored for a child without a pid, and fails when it stops. */
  private starts(isPooled: boolean): StartStep[] {
    if (this.chance(0.7)) return []
    const ways = ['ok', 'stop', 'throw', 'exit', ...(isPooled ? [] : (['ignore'] as const))] as const
    const rest = Array.from({ length: this.between(1, 3) }, () => this.pick(ways))
    return this.chance(0.05) ? rest : ['ok', ...rest]
  }

  private treeStep(): Step {
    const ids = [...this.workers.keys()]
    const worker = ids.length === 0 ? null : this.pick(ids)
    const supervisor = this.pick(this.supervisors)
    const chance = this.random()
    if (worker !== null) {
      if (chance < 0.3) return this.tell(worker, { do: 'stop', reason: this.reason() })
      if (chance < 0.38) return this.tell(worker, { do: 'throw' })
      if (chance < 0.48) return { step: 'exit', id: worker, reason: this.reason() }
      if (chance < 0.53) return this.tell(worker, { do: 'trap', on: this.chance(0.5) })
      if (chance < 0.61)
        return this.tell(worker, { do: this.chance(0.8) ? 'monitor' : 'demonitor', peer: this.pick(ids) })
      if (chance < 0.67) return this.pair(worker)
    }
    if (chance < 0.72)
      return { step: 'exit', id: supervisor.id, reason: this.chance(0.7) ? 'kill' : this.reason() }
    if (chance < 0.83) return this.start(supervisor)
    if (chance < 0.94) return this.change(supervisor)
    return { step: this.chance(0.5) ? 'which_children' : 'count_children', id: supervisor.id }
  }

  /** Links two children of one supervisor, where that is possible; else a worker ends. */
  private pair(worker: string): Step {
    const parent = this.parents.get(worker)
    const peers = [...this.workers.keys()].filter(
      (id) => id !== worker && this.parents.get(id) === parent && !this.paired.has(id),
    )
    if (parent === undefined || peers.length === 0 || this.paired.has(worker)) {
      return this.tell(worker, { do: 'stop', reason: 'boom' })
    }
    const peer = this.pick(peers)
    this.paired.add(worker).add(peer)
    ;(parent as { order: string }).order = 'starts'
    return this.tell(worker, { do: 'link', peer })
  }

  private start(supervisor: SupervisorSpec): Step {
    if (supervisor.strategy === 'simple_one_for_one') {
      const child = this.id('p')
      this.workers.set(child, supervisor.children[0] as WorkerSpec)
      return { step: 'start_pooled', id: supervisor.id, child }
    }
    const child = this.chance(0.8)
      ? this.worker(supervisor, supervisor.autoShutdown, 0)
      : this.supervisor(supervisor, supervisor.autoShutdown, 2)
    return { step: 'start_child', id: supervisor.id, child }
  }

  private change(supervisor: SupervisorSpec): Step {
    const own = [...this.parents].filter(([, parent]) => parent === supervisor).map(([id]) => id)
    if (own.length === 0) return { step: 'which_children', id: supervisor.id }
    const step = this.pick(['terminate_child', 'terminate_child', 'restart_child', 'delete_child'] as const)
    return { step, id: supervisor.id, child: this.pick(own) }
  }

  private graphStep(): Step {
    const ids = [...this.workers.keys()]
    const id = this.pick(ids)
    const peer = this.pick(ids)
    const chance = this.random()
    if (chance < 0.3) return this.tell(id, { do: 'link', peer })
    if (chance < 0.36) return this.tell(id, { do: 'unlink', peer })
    if (chance < 0.56) return this.tell(id, { do: 'monitor', peer })
    if (chance < 0.6) return this.tell(id, { do: 'demonitor', peer })
    if (chance < 0.68) return this.tell(id, { do: 'trap', on: this.chance(0.7) })
    if (chance < 0.76) return { step: 'exit', id, reason: this.reason() }
    if (chance < 0.86) return this.tell(id, { do: 'exit', peer, reason: this.reason() })
    if (chance < 0.9) return this.tell(id, { do: 'throw' })
    return this.tell(id, { do: 'stop', reason: this.reason() })
  }

  private tell(id: string, command: Command): Step {
    return { step: 'tell', id, command }
  }

  private reason(): Reason {
    return this.pick(['normal', 'shutdown', 'shutdown:x', 'boom', 'boom', 'boom', 'kill'] as const)
  }

  private id(letter: string): string {
    this.count += 1
    return `${letter}${this.count}`
  }

  private chance(p: number): boolean {
    return this.random() < p
  }

  private between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1))
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T
  }
}
